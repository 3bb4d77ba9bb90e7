import { setTimeout as later } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Options, ServerAnswer, ServerOrder, ServerUsage } from '../contract.ts';
import { merge } from '../load/histogram.ts';
import type { WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import { combine, type Recording } from '../load/recording.ts';
import { following, messageCount } from '../load/timetable.ts';
import { MOST_SIZE } from '../plan/options.ts';
import type { PlannedCase } from '../plan/plan.ts';
import { clientModule, serverModule } from '../registry.ts';
import type { Trial } from '../results/schema.ts';
import type { Placement } from './affinity.ts';
import { Child } from './child.ts';
import { type Judged, summarise } from './measurement.ts';

export interface TrialSettings {
  readonly block: number;
  readonly order: number;
  readonly seed: number;
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  readonly workers: number;
  readonly placement: Placement | undefined;
  readonly signal: AbortSignal;
}

export interface TrialOutcome {
  readonly trial: Trial;
  /** Undefined when the server did not get as far as listening. */
  readonly effective: Options | undefined;
}

const serverFile = fileURLToPath(new URL('../../servers/main.ts', import.meta.url));
const workerFile = fileURLToPath(new URL('../load/worker.ts', import.meta.url));

/** How long what is owed may take to arrive after the last due time. */
const DRAIN_SECONDS = 5;
/** Longest wait for a child that has only a moment's work. */
const PATIENCE_SECONDS = 30;
/**
 * The warm-up is made of several phases like the measured one: code that was compiled for one phase is compiled again when
 * the next begins with other objects, and that settles at the third.
 */
const WARMUP_ROUNDS = 3;
/** Between the order and the first due time: time for the order to reach every worker. */
const LEAD_NS = 25e6;
/** After connecting: time for the last bytes of the set-up to be through. */
const SETTLE_MS = 50;
/** How much later than its effects a process's end may be noticed. */
const NOTICE_MS = 200;

type Server = Child<ServerOrder, ServerAnswer>;
type Worker = Child<WorkerOrder, WorkerAnswer>;

/**
 * One measurement of one case against a fresh server process and fresh load workers. Whatever goes wrong becomes an outcome;
 * only the signal's abort is thrown. No process is left behind either way.
 */
export async function runTrial(planned: PlannedCase, settings: TrialSettings): Promise<TrialOutcome> {
  const startedAt = new Date().toISOString();
  const { block, order, signal, placement } = settings;
  const server: Server = new Child('the server', serverFile, placement?.server);
  const workers = Array.from(
    { length: Math.min(settings.workers, planned.clients) },
    (_, index): Worker => new Child('a load worker', workerFile, placement?.workers[index]),
  );
  let effective: Options | undefined;
  try {
    const listening = await server.ask(
      {
        order: 'listen',
        module: serverModule(planned.entry),
        host: '127.0.0.1',
        port: 0,
        options: planned.variant?.options ?? {},
        limits: { messageBytes: MOST_SIZE },
      },
      'listening',
      { seconds: PATIENCE_SECONDS, signal },
    );
    effective = listening.effective;
    const measuring = measure(planned, settings, { server, workers, url: listening.url });
    // A server that dies is the reason, not the losses it causes.
    const { measurement, state, reasons } = await Promise.race([measuring, server.ended()]);
    const measured = { ...measurement, block, order, startedAt };
    const trial: Trial = state === 'valid' ? { ...measured, state, reasons: [] } : { ...measured, state, reasons };
    return { trial, effective };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // A worker may notice that the server is gone before the system says so.
    const cause = await Promise.race([server.ended().catch((ended: unknown) => ended), later(NOTICE_MS, error)]);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { trial: { state: 'failed', block, order, startedAt, reasons: [reason] }, effective };
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
    await (signal.aborted ? server.kill() : server.stop());
  }
}

/** Connects, warms up, measures; reads the server's usage between. */
async function measure(
  planned: PlannedCase,
  settings: TrialSettings,
  { server, workers, url }: { server: Server; workers: readonly Worker[]; url: string },
): Promise<Judged> {
  const { signal, durationSeconds, warmupSeconds } = settings;
  const { clients, rate, size, encoding, scenario } = planned;
  const patience = { seconds: PATIENCE_SECONDS, signal };
  const usageNow = (): Promise<ServerUsage> => server.ask({ order: 'usage' }, 'usage', patience);
  const originNs = process.hrtime.bigint();
  const module = clientModule(planned.entry);
  const options = planned.variant?.options ?? {};

  const idle = await usageNow();
  const connected = await Promise.all(
    workers.map((worker, index) =>
      worker.ask(
        {
          order: 'connect',
          ...{ module, url, options, encoding, size, clients },
          seed: settings.seed,
          opcode: scenario.opcode,
          reaches: scenario.reaches,
          inFlight: 1,
          worker: index,
          workers: workers.length,
          originNs: originNs.toString(),
        },
        'connected',
        // A second for every ten sessions is ten times what the slowest transport takes.
        { seconds: PATIENCE_SECONDS + clients / 10, signal },
      ),
    ),
  );
  await later(SETTLE_MS);
  const ready = await usageNow();

  async function phase(first: number, seconds: number): Promise<Recording> {
    const startNs = Number(process.hrtime.bigint() - originNs) + LEAD_NS;
    const answers = await Promise.all(
      workers.map((worker) =>
        worker.ask({ order: 'phase', first, rate, seconds, startNs, drainSeconds: DRAIN_SECONDS }, 'phase', {
          seconds: seconds + DRAIN_SECONDS + PATIENCE_SECONDS,
          signal,
        }),
      ),
    );
    return combine(answers.map(({ recording }) => recording));
  }

  let first = 0;
  for (let round = 0; round < WARMUP_ROUNDS && warmupSeconds > 0; round++) {
    const seconds = warmupSeconds / WARMUP_ROUNDS;
    await phase(first, seconds);
    first = following({ first, clients, count: messageCount(rate, seconds) });
  }
  const before = await usageNow();
  const recording = await phase(first, durationSeconds);
  const after = await usageNow();
  await Promise.all(workers.map((worker) => worker.ask({ order: 'close' }, 'closed', patience).catch(() => {})));

  const connect = merge(connected.map(({ connect: times }) => times));
  return summarise(planned, durationSeconds, {
    idle,
    ready,
    before,
    after,
    connect,
    recording,
    workers: workers.length,
  });
}

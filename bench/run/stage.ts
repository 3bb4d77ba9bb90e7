import { setTimeout as later } from 'node:timers/promises';
import { usualLimits } from '../limits.ts';
import { merge } from '../load/histogram.ts';
import type { ClosedOrder, HoldOrder, PhaseOrder, WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import { combine, type Recording } from '../load/recording.ts';
import { MOST_SIZE } from '../plan/settings.ts';
import type { Opened, PlannedCase, Stage } from '../scenarios/shape.ts';
import type { Security } from '../security/security.ts';
import { clientModule, optionsOf, serverModule } from '../transports/index.ts';
import type { Placement } from './affinity.ts';
import { foreignServer, ourServer, type Served } from './host.ts';
import type { Link } from './link.ts';
import { startServer, startWorker } from './processes.ts';

/** Where a trial takes place. */
export interface Place {
  readonly seed: number;
  readonly workers: number;
  readonly placement: Placement | undefined;
  readonly link: Link;
  /** Addresses the load's connections take turns to come from; none where the system may choose. */
  readonly sources: readonly string[];
  readonly security: Security;
  readonly signal: AbortSignal;
}

/** Longest wait for a child that has only a moment's work. */
const PATIENCE_SECONDS = 30;
/** Between the order and the first due time: time for the order to reach every worker. */
const LEAD_NS = 25e6;
/** Time for the last bytes of what was done to be through, an acknowledgement held back by 40 ms among them. */
const SETTLE_MS = 60;
/** How much later than its effects a process's end may be noticed. */
const NOTICE_MS = 200;

/**
 * Starts a fresh server process and fresh load workers, hands them to `use`, and ends them. Rejects with what went wrong: a
 * server that died rather than the losses it caused. No process is left behind either way.
 */
export async function withStage<Result>(
  planned: PlannedCase,
  { seed, workers: wanted, placement, link, sources, security, signal }: Place,
  use: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const workers = Array.from({ length: Math.min(wanted, planned.clients) }, (_, index) =>
    startWorker(placement?.workers[index], link.generatorEnd),
  );
  const { clients, size, encoding, payload, scenario, entry, variant, target } = planned;
  const options = optionsOf({ entry, variant });
  const patience = { seconds: PATIENCE_SECONDS, signal };
  const originNs = process.hrtime.bigint();
  let connected = false;

  const everyone = async <Kind extends WorkerAnswer['answer']>(
    order: (worker: number) => WorkerOrder,
    kind: Kind,
    seconds: number,
  ): Promise<Extract<WorkerAnswer, { answer: Kind }>[]> =>
    Promise.all(
      workers.map((worker, index) => worker.ask(order(index), kind, { seconds: PATIENCE_SECONDS + seconds, signal })),
    );
  const recorded = async (order: PhaseOrder | ClosedOrder | HoldOrder, seconds: number): Promise<Recording> => {
    const answers = await everyone(() => order, 'phase', seconds);
    return combine(answers.map(({ recording }) => recording));
  };

  /** Of somebody else's server nothing is known but where it should be. */
  const notThere = (error: Error): never => {
    if (signal.aborted) throw signal.reason;
    throw new Error(`not every session could be opened at ${target} by ${entry.id}: ${error.message}`);
  };

  async function open(until: number, inFlight: number): Promise<Opened> {
    const shared = {
      url: server.url,
      options,
      encoding,
      payload,
      ...security.client,
      ...(target === null ? {} : { foreign: true as const }),
      size: size || LEAST,
      clients,
      seed,
      until,
      inFlight,
      sources,
    };
    const connect = (worker: number): WorkerOrder => ({
      order: 'connect',
      module: clientModule(entry),
      ...shared,
      opcode: scenario.opcode,
      reaches: scenario.reaches,
      worker,
      workers: workers.length,
      originNs: originNs.toString(),
    });
    const further: WorkerOrder = { order: 'open', until, inFlight };
    // A second for every ten sessions is ten times what the slowest transport takes.
    const opening = everyone(connected ? () => further : connect, 'connected', clients / 10);
    const opened = await (target === null ? opening : opening.catch(notThere));
    connected = true;
    await later(SETTLE_MS);
    return {
      connect: merge(opened.map((one) => one.connect)),
      seconds: Math.max(...opened.map((one) => one.seconds)),
    };
  }

  const application = planned.application === undefined ? {} : { application: planned.application };
  const listen = { ...application, host: link.host, port: 0, options, limits: LIMITS, ...security.server };
  const host =
    target === null
      ? ourServer(startServer(placement?.server, link.serverEnd), patience)
      : foreignServer(target, () => everyone(() => ({ order: 'bytes' }), 'bytes', 0));
  let server!: Served;
  try {
    server = await host.listen({ order: 'listen', module: serverModule(entry), ...listen });
    const stage: Stage = {
      url: server.url,
      effective: server.effective,
      workers: workers.length,
      snapshot: async () => ({
        ...(await host.usage()),
        link: link.counters(),
      }),
      open,
      phase: (order) => {
        const startNs = Number(process.hrtime.bigint() - originNs) + LEAD_NS;
        return recorded({ order: 'phase', startNs, ...order }, order.seconds + order.drainSeconds);
      },
      closed: (order) => recorded({ order: 'closed', ...order }, order.seconds + order.drainSeconds),
      hold: (seconds) => recorded({ order: 'hold', seconds }, seconds),
      async memory() {
        const generator = await everyone(() => ({ order: 'memory' }), 'memory', 0);
        return { server: await host.memory(), generator: generator.reduce((sum, one) => sum + one.rssBytes, 0) };
      },
      async clear() {
        await everyone(() => ({ order: 'close' }), 'closed', clients / 10);
        connected = false;
        await later(SETTLE_MS);
      },
    };
    // A server that dies is the reason, not the losses it causes.
    return await Promise.race([use(stage), host.ended()]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // A worker may notice that the server is gone before the system says so.
    throw await Promise.race([host.ended().catch((ended: unknown) => ended), later(NOTICE_MS, error)]);
  } finally {
    // Our own server goes as well; somebody else's is told goodbye.
    if (target !== null && connected && !signal.aborted)
      await everyone(() => ({ order: 'close' }), 'closed', 0).catch(() => {});
    await Promise.all(workers.map((worker) => worker.kill()));
    await host.end(signal.aborted);
  }
}

/** The load is ours: nobody has to be kept from sending much, or from sending large messages. */
const LIMITS = { ...usualLimits(MOST_SIZE), messagesPerSecond: Number.MAX_SAFE_INTEGER };

/** Where no message is sent the load still has a message's size. */
const LEAST = 16;

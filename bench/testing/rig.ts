import { ECHO } from '../codec/header.ts';
import type { Options } from '../contract.ts';
import { usualLimits } from '../limits.ts';
import { decode } from '../load/histogram.ts';
import { combine, type Recording } from '../load/recording.ts';
import { following, messageCount } from '../load/timetable.ts';
import { MIN_ON_TIME_SHARE } from '../results/rules.ts';
import { type Placement, place } from '../run/affinity.ts';
import { type Server, startServer, startWorker, type Worker } from '../run/processes.ts';
import { judge, type Observation } from '../run/validity.ts';
import { load } from '../scenarios/load.ts';

const patience = { seconds: 60, signal: new AbortController().signal };

/** A real server and real load workers, each on a core of its own where the machine allows, to be interfered with. */
export interface Rig {
  readonly url: string;
  readonly placement: Placement | undefined;
  readonly server: Server;
  readonly workers: readonly Worker[];
  /** Sends `rate` messages a second for so long, all workers together, and resolves with what was recorded. */
  run(rate: number, seconds: number, keep?: { readonly keepSamples: true }): Promise<RigRecording>;
}

/** `startedNs`: when the first message was due, by `process.hrtime`. */
export type RigRecording = Recording & { readonly startedNs: bigint };

export interface RigSettings {
  readonly clients: number;
  readonly workers?: number;
  /** URL of the server's module, and of the client's. */
  readonly server: string;
  readonly client: string;
  /** For the client's module. */
  readonly options?: Options;
  /** How long to wait for what does not come. */
  readonly drainSeconds?: number;
}

/** As in a trial: code that was compiled for one phase is compiled again for the next, and that settles at the third. */
const WARM_UP_ROUNDS = 3;
/** Well above what the tests send: code is compiled after so many messages, however long they take. */
const WARM_UP_RATE = 2_000;
const WARM_UP_SECONDS = 0.5;
/** Messages of the warm-up that precedes what a rig is asked to run. */
export const WARM_UP_MESSAGES = WARM_UP_ROUNDS * WARM_UP_RATE * WARM_UP_SECONDS;

/** Sets up, hands the rig to `use`, and leaves no process behind. */
export async function withRig(settings: RigSettings, use: (rig: Rig) => Promise<void>): Promise<void> {
  const { clients, options = {}, drainSeconds = 5 } = settings;
  const count = settings.workers ?? 1;
  const placement = place(count);
  const server = startServer(placement?.server);
  const workers = Array.from({ length: count }, (_, index) => startWorker(placement?.workers[index]));
  try {
    const address = { host: '127.0.0.1', port: 0, options: {}, limits: usualLimits(1 << 20) };
    const { url } = await server.ask({ order: 'listen', module: settings.server, ...address }, 'listening', patience);
    const originNs = process.hrtime.bigint();
    const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender', inFlight: 1 } as const;
    const dialled = { module: settings.client, url, options, originNs: originNs.toString() };
    await Promise.all(
      workers.map((one, worker) =>
        one.ask({ order: 'connect', ...dialled, ...message, clients, worker, workers: count }, 'connected', patience),
      ),
    );
    let first = 0;
    const run: Rig['run'] = async (rate, seconds, keep) => {
      const startedNs = process.hrtime.bigint() + 25_000_000n;
      const startNs = Number(startedNs - originNs);
      const order = { order: 'phase', first, rate, seconds, startNs, drainSeconds, ...keep } as const;
      first = following({ first, clients, count: messageCount(rate, seconds) });
      const answers = await Promise.all(workers.map((worker) => worker.ask(order, 'phase', patience)));
      return { ...combine(answers.map(({ recording }) => recording)), startedNs };
    };
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await run(WARM_UP_RATE, WARM_UP_SECONDS);
    await use({ url, placement, server, workers, run });
  } finally {
    await Promise.all([...workers, server].map((child) => child.kill()));
  }
}

const ATTEMPTS = 3;

/** A phase that the machine let the generator keep. One that has other work too may not, and is given two more. */
export async function undisturbed(rig: Rig, rate: number, seconds: number): Promise<RigRecording> {
  let recording = await rig.run(rate, seconds);
  for (let attempt = 1; attempt < ATTEMPTS && recording.onTime < MIN_ON_TIME_SHARE * recording.due; attempt++) {
    recording = await rig.run(rate, seconds);
  }
  return recording;
}

/** What the rules of a trial say about a recording of one worker with so many sessions. */
export function judged(recording: Recording, clients: number): ReturnType<typeof judge> {
  const observation: Observation = {
    messages: { ...recording, expected: recording.sent, lost: recording.sent - recording.delivered },
    recording,
    usage: {
      server: { cpuSeconds: 0, rssBytes: 0, rssIdleBytes: 0 },
      generator: { ...recording, loopDelayP99: recording.loopDelayP99Seconds, workers: 1 },
    },
    clients,
    reaches: 'sender',
    reliable: true,
    samples: decode(recording.response).totalCount,
  };
  return judge(observation, load.rules);
}

/** A percentile of an encoded histogram, in milliseconds. */
export function at(percentile: number, encoded: string): number {
  return decode(encoded).getValueAtPercentile(percentile) / 1e6;
}

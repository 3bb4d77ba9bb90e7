import { ECHO } from '../codec/header.ts';
import type { Options } from '../contract.ts';
import { decode } from '../load/histogram.ts';
import type { PhaseOrder } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import { following, messageCount } from '../load/schedule.ts';
import { MIN_ON_TIME_SHARE } from '../results/rules.ts';
import { type CpuPinning, pinCores } from '../run/affinity.ts';
import { LoadGenerator, WARM_UP_ROUNDS } from '../run/generator.ts';
import type { LoadProcess } from '../run/load-workers.ts';
import { listenOnLoopback, type Server, startServer } from '../run/processes.ts';
import { judge, type Observation } from '../run/validity.ts';
import { load } from '../scenarios/load.ts';

/** Real server and load workers that a test may disturb, each on its own core where the machine allows. */
export interface Rig {
  readonly url: string;
  readonly pinning: CpuPinning | undefined;
  readonly server: Server;
  readonly workers: readonly LoadProcess[];
  /** Sends `rate` messages a second for `seconds`, all workers together, and resolves with the recording. */
  run(rate: number, seconds: number, checked?: Pick<PhaseOrder, 'keepSamples' | 'knownLost'>): Promise<RigRecording>;
}

/** Recording with the due time of its first message, `startedNs`, by `process.hrtime`. */
export type RigRecording = Recording & { readonly startedNs: bigint };

export interface RigSettings {
  readonly clients: number;
  readonly workers?: number;
  /** URLs of the server's module and of the client's. */
  readonly server: string;
  readonly client: string;
  /** Options of the client's module. */
  readonly options?: Options;
  /** Longest wait, after the last due time, for messages that have not arrived. */
  readonly drainSeconds?: number;
}

/** Rate of the warm-up, well above that of most tests: compilation depends on the number of messages, not on time. */
const WARM_UP_RATE = 2_000;
const WARM_UP_SECONDS = 0.5;
/** Number of messages in the warm-up, before anything that a test runs. */
export const WARM_UP_MESSAGES = WARM_UP_ROUNDS * WARM_UP_RATE * WARM_UP_SECONDS;

/** Starts the processes, warms up, calls `use`, and ends the processes. */
export async function withRig(settings: RigSettings, use: (rig: Rig) => Promise<void>): Promise<void> {
  const { clients, workers: count = 1, options = {}, drainSeconds = 5 } = settings;
  const { signal } = new AbortController();
  const pinning = pinCores(count);
  await using server = startServer({ core: pinning?.server });
  await using generator = new LoadGenerator({ workers: count, clients, cores: pinning?.workers, signal });
  const { url } = await listenOnLoopback(server, { module: settings.server, options: {} }, signal);
  const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender' } as const;
  await generator.open({ module: settings.client, urls: [url], options, ...message }, { until: clients, inFlight: 1 });
  let first = 0;
  const run: Rig['run'] = async (rate, seconds, checked) => {
    const startNs = await generator.prepare();
    const phase = { first, rate, seconds, startNs, drainSeconds, ...checked };
    first = following({ first, clients, count: messageCount(rate, seconds) });
    return { ...(await generator.phase(phase)), startedNs: generator.originNs + BigInt(startNs) };
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await run(WARM_UP_RATE, WARM_UP_SECONDS);
  await use({ url, pinning, server, workers: generator.processes, run });
}

const ATTEMPTS = 3;

/** Runs a phase until the generator has kept its schedule, up to three times, since a machine with other work may disturb it. */
export async function undisturbed(rig: Rig, rate: number, seconds: number): Promise<RigRecording> {
  let recording = await rig.run(rate, seconds);
  for (let attempt = 1; attempt < ATTEMPTS && recording.onTime < MIN_ON_TIME_SHARE * recording.due; attempt++) {
    recording = await rig.run(rate, seconds);
  }
  return recording;
}

/** Applies the validity rules of a trial to a recording of one worker with `clients` sessions. */
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

/** Percentile of an encoded histogram, in milliseconds. */
export function at(percentile: number, encoded: string): number {
  return decode(encoded).getValueAtPercentile(percentile) / 1e6;
}

import { fileURLToPath } from 'node:url';
import { ECHO } from '../codec/header.ts';
import type { Options, ServerAnswer, ServerOrder } from '../contract.ts';
import { decode } from '../load/histogram.ts';
import type { WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import { combine, type Recording } from '../load/recording.ts';
import { Child } from '../run/child.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const patience = { seconds: 60, signal: new AbortController().signal };

/** A real server and a real load worker, to be interfered with. */
export interface Rig {
  readonly server: Child<ServerOrder, ServerAnswer>;
  readonly worker: Child<WorkerOrder, WorkerAnswer>;
  /** Sends `rate` messages a second for so long and resolves with what was recorded. */
  run(rate: number, seconds: number): Promise<Recording>;
}

export interface RigSettings {
  readonly clients: number;
  /** URL of the server's module, and of the client's. */
  readonly server: string;
  readonly client: string;
  readonly options?: Options;
  /** How long to wait for what does not come. */
  readonly drainSeconds?: number;
}

/** Messages of the warm-up that precedes what a rig is asked to run. */
export const WARM_UP_MESSAGES = 250;

/** Sets up, hands the rig to `use`, and leaves no process behind. */
export async function withRig(
  { clients, server, client, options = {}, drainSeconds = 5 }: RigSettings,
  use: (rig: Rig) => Promise<void>,
): Promise<void> {
  const serving: Rig['server'] = new Child('the server', file('../../servers/main.ts'), undefined);
  const loading: Rig['worker'] = new Child('the load worker', file('../load/worker.ts'), undefined);
  try {
    const address = { host: '127.0.0.1', port: 0, options: {}, limits: { messageBytes: 1 << 20 } };
    const { url } = await serving.ask({ order: 'listen', module: server, ...address }, 'listening', patience);
    const originNs = process.hrtime.bigint();
    const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender', inFlight: 1 } as const;
    const share = { clients, worker: 0, workers: 1, originNs: originNs.toString() };
    await loading.ask({ order: 'connect', module: client, url, options, ...message, ...share }, 'connected', patience);
    let first = 0;
    const run = async (rate: number, seconds: number): Promise<Recording> => {
      const startNs = Number(process.hrtime.bigint() - originNs) + 25e6;
      const order = { order: 'phase', first, rate, seconds, startNs, drainSeconds } as const;
      first += Math.ceil((rate * seconds) / clients) * clients;
      return combine([(await loading.ask(order, 'phase', patience)).recording]);
    };
    await run(500, WARM_UP_MESSAGES / 500);
    await use({ server: serving, worker: loading, run });
  } finally {
    await Promise.all([loading.kill(), serving.kill()]);
  }
}

/** A percentile of an encoded histogram, in milliseconds. */
export function at(percentile: number, encoded: string): number {
  return decode(encoded).getValueAtPercentile(percentile) / 1e6;
}

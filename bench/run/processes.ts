import { fileURLToPath } from 'node:url';
import type { Limits, ServerAnswer, ServerOrder } from '../contract.ts';
import { usualLimits } from '../limits.ts';
import type { WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import type { PublisherAnswer, PublisherOrder } from '../load/publisher/protocol.ts';
import { Child, type ChildSettings } from './child.ts';

const serverFile = fileURLToPath(new URL('../../servers/main.ts', import.meta.url));
const workerFile = fileURLToPath(new URL('../load/worker.ts', import.meta.url));
const publisherFile = fileURLToPath(new URL('../load/publisher/process.ts', import.meta.url));

/** Maximum wait for a child's answer, in addition to the time that the work itself takes. */
export const PATIENCE_SECONDS = 30;

/** Maximum time in which a process collects its garbage: with many thousand sessions, on a core that others use, it may take a minute. */
export const COLLECTING_SECONDS = 10 * PATIENCE_SECONDS;

/** Maximum time in which the server of a plugin listens, and in which its client opens a first session: either may hang. */
export const PLUGIN_SECONDS = 7;

export type Server = Child<ServerOrder, ServerAnswer>;
export type Worker = Child<WorkerOrder, WorkerAnswer>;
export type Publisher = Child<PublisherOrder, PublisherAnswer>;

/**
 * Flags of load workers. Separate threads for garbage collection would take the pinned core for some milliseconds at a time, and
 * messages would be sent late; on the main thread the same work takes a fraction of a millisecond. The young generation begins at
 * the size that it would grow to, so that it does not grow in a measured window. Objects are never allocated in the old generation
 * because similar ones once lived long: the garbage of messages would accumulate there. Servers run with Node's default flags.
 */
export const GENERATOR_FLAGS = [
  '--single-threaded-gc',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
];

/** Starts a server process. */
export function startServer(settings: Omit<ChildSettings, 'flags'>): Server {
  return new Child('the server', serverFile, settings);
}

export function startWorker(settings: Omit<ChildSettings, 'flags'>): Worker {
  return new Child('a load worker', workerFile, { ...settings, flags: GENERATOR_FLAGS });
}

/** Starts a publisher, whose `end` is the server's. */
export function startPublisher(settings: Omit<ChildSettings, 'flags'>): Publisher {
  return new Child('the publisher', publisherFile, settings);
}

/** Orders a server to listen on a free port of the loopback, with the default limits unless others are given. */
export function listenOnLoopback(
  server: Server,
  settings: Omit<Extract<ServerOrder, { order: 'listen' }>, 'order' | 'host' | 'port' | 'limits'> & {
    readonly limits?: Limits;
  },
  signal: AbortSignal,
): Promise<Extract<ServerAnswer, { answer: 'listening' }>> {
  const order = { order: 'listen', host: '127.0.0.1', port: 0, limits: usualLimits(1 << 20), ...settings } as const;
  return server.ask(order, 'listening', { seconds: PATIENCE_SECONDS, signal });
}

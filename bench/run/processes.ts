import { fileURLToPath } from 'node:url';
import type { Limits, ServerAnswer, ServerOrder } from '../contract.ts';
import { usualLimits } from '../limits.ts';
import type { WorkerAnswer, WorkerOrder } from '../load/protocol.ts';
import { Child } from './child.ts';

const serverFile = fileURLToPath(new URL('../../servers/main.ts', import.meta.url));
const workerFile = fileURLToPath(new URL('../load/worker.ts', import.meta.url));

/** Longest wait for a child that has only a moment's work. */
export const PATIENCE_SECONDS = 30;

export type Server = Child<ServerOrder, ServerAnswer>;
export type Worker = Child<WorkerOrder, WorkerAnswer>;

/**
 * For processes that generate load. Threads that collect garbage beside the program would take the bound core from it in the
 * system's slices of some milliseconds, and messages would leave late; done in between, the same work takes a fraction of one.
 * The young generation has from the start the size that it would grow to, so that it does not grow in a measured window; and
 * nothing is made old from the start because its like once lived long, or what messages leave behind would pile up there.
 * Servers run as their users run them.
 */
export const GENERATOR_FLAGS = [
  '--single-threaded-gc',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
];

/** @param core the core to bind it to; @param end what puts it at an end of the link */
export function startServer(core: string | undefined, end: readonly string[] = []): Server {
  return new Child('the server', serverFile, { core, end });
}

export function startWorker(core: string | undefined, end: readonly string[] = []): Worker {
  return new Child('a load worker', workerFile, { core, end, flags: GENERATOR_FLAGS });
}

/** Orders a server to listen on any free port of the loopback, with limits that ordinary sessions keep unless others are given. */
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

// Not by name: not every runtime has all of it.
import * as modules from 'node:module';
import { errorText } from './error-text.ts';

/** Answer of a child process whose handler threw. */
export interface IpcFailure {
  readonly answer: 'failed';
  readonly reason: string;
}

/**
 * Answers each of the parent's messages with the result of `handle`, or with the reason why it failed. Exits when the parent is
 * gone. Writes the code that was compiled until the first answer to Node's cache: most of these processes are killed, and it would be
 * lost with them.
 */
export function serveIpc<Order>(handle: (order: Order) => Promise<{ readonly answer: string }>): void {
  let hasAnswered = false;
  process.on('message', async (order: Order) => {
    const answer = await handle(order).catch(
      (error: unknown): IpcFailure => ({ answer: 'failed', reason: errorText(error) }),
    );
    process.send?.(answer);
    if (!hasAnswered) modules.flushCompileCache?.();
    hasAnswered = true;
  });
  process.on('disconnect', () => process.exit(0));
  if (!process.connected) process.exit(0);
}

/** Answer of a child process whose handler threw. */
export interface IpcFailure {
  readonly answer: 'failed';
  readonly reason: string;
}

/**
 * Runs this child process: answers each message of the parent with what `handle` resolves with, or with why it failed, and exits
 * when the parent is gone.
 */
export function serveIpc<Order>(handle: (order: Order) => Promise<{ readonly answer: string }>): void {
  process.on('message', async (order: Order) => {
    const answer = await handle(order).catch(
      (error: unknown): IpcFailure => ({ answer: 'failed', reason: reasonOf(error) }),
    );
    process.send?.(answer);
  });
  process.on('disconnect', () => process.exit(0));
  if (!process.connected) process.exit(0);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}

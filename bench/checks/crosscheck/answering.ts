import { errorText } from '../../error-text.ts';
/** One answer to each order, in order, like the servers and load workers give; and the end when the parent is gone. */
export function answerOrders<Order, Answer>(obey: (order: Order) => Promise<Answer>): void {
  process.on('message', async (order: Order) => {
    const answer = await obey(order).catch((error: unknown) => ({
      answer: 'failed',
      reason: errorText(error),
    }));
    process.send?.(answer);
  });
  process.on('disconnect', () => process.exit(0));
  if (!process.connected) process.exit(0);
}

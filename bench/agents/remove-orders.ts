import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { ordersTo, PREFIX } from './protocol.ts';

/** Removes the orders of a role that is over. */
export async function removeOrders(role: string, connection: Redis): Promise<void> {
  const queue = new Queue(ordersTo(role), { connection, prefix: PREFIX });
  queue.on('error', () => {});
  await queue.obliterate({ force: true }).catch(() => {});
  queue.close().catch(() => {});
}

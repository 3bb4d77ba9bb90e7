import { platform } from '../../clients/platform/node.ts';
import type { ClientModule } from '../contract.ts';
import { settledRss } from '../memory.ts';
import { Load } from './load.ts';
import type { WorkerAnswer, WorkerOrder } from './protocol.ts';
import { comeFrom } from './sources.ts';

/** A load worker: a process that opens its share of the sessions and does what the run orders. It ends with its parent. */
let load: Load | undefined;

async function obey(order: WorkerOrder): Promise<WorkerAnswer> {
  if (order.order === 'connect') {
    const client: ClientModule = await import(order.module);
    comeFrom(order.sources);
    load = new Load(order, client, platform);
    return { answer: 'connected', ...(await load.open(order)) };
  }
  if (load === undefined) throw new Error(`ordered to ${order.order} before connecting`);
  if (order.order === 'open') return { answer: 'connected', ...(await load.open(order)) };
  if (order.order === 'hold') return { answer: 'phase', recording: await load.hold(order) };
  if (order.order === 'closed') return { answer: 'phase', recording: await load.runClosed(order) };
  if (order.order === 'memory') return { answer: 'memory', rssBytes: settledRss() };
  if (order.order === 'phase') return { answer: 'phase', recording: await load.run(order) };
  await load.close();
  return { answer: 'closed' };
}

process.on('message', async (order: WorkerOrder) => {
  const answer = await obey(order).catch(
    (error: unknown): WorkerAnswer => ({ answer: 'failed', reason: reasonOf(error) }),
  );
  process.send?.(answer);
});
process.on('disconnect', () => process.exit(0));
if (!process.connected) process.exit(0);

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

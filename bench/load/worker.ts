import { setDefaultCACertificates } from 'node:tls';
import { platform } from '../../clients/platform/node.ts';
import type { ClientModule } from '../contract.ts';
import { serveIpc } from '../ipc.ts';
import { settledRss } from '../memory.ts';
import { meterSockets } from '../meter.ts';
import { Load } from './load.ts';
import type { WorkerAnswer, WorkerOrder } from './protocol.ts';
import { useSourceAddresses } from './sources.ts';

/**
 * Node cuts small buffers from pools of 64 KiB. The pacer's turns make garbage so quickly that such a pool outlives two young
 * collections while a few hundred messages use it up; it then stays until the next full one, and the process grows by all that
 * it sends. A pool of 8 KiB is used up in time.
 */
Buffer.poolSize = 8 << 10;

/** A load worker: a process that opens its share of the sessions and does what the run orders. It ends with its parent. */
let load: Load | undefined;
let meter: ReturnType<typeof meterSockets> | undefined;

async function handle(order: WorkerOrder): Promise<WorkerAnswer> {
  if (order.order === 'connect') {
    const client: ClientModule = await import(order.module);
    useSourceAddresses(order.sources);
    // Our own servers count by themselves.
    if (order.foreign) meter ??= meterSockets('client');
    if (order.authority !== undefined) setDefaultCACertificates([order.authority]);
    load = new Load(order, client, platform);
    return { answer: 'connected', ...(await load.open(order)) };
  }
  if (order.order === 'bytes') return { answer: 'bytes', ...(meter?.() ?? { bytesUp: 0, bytesDown: 0 }) };
  if (load === undefined) throw new Error(`ordered to ${order.order} before connecting`);
  if (order.order === 'open') return { answer: 'connected', ...(await load.open(order)) };
  if (order.order === 'hold') return { answer: 'phase', recording: await load.hold(order) };
  if (order.order === 'closed') return { answer: 'phase', recording: await load.runClosed(order) };
  if (order.order === 'memory') return { answer: 'memory', rssBytes: settledRss() };
  if (order.order === 'phase') return { answer: 'phase', recording: await load.run(order) };
  await load.close();
  return { answer: 'closed' };
}

serveIpc(handle);

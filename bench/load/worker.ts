import { setDefaultCACertificates } from 'node:tls';
import { platform } from '../../clients/platform/node.ts';
import type { ClientModule } from '../contract.ts';
import { serveIpc } from '../ipc.ts';
import { settledRss } from '../memory.ts';
import { meterSockets } from '../meter.ts';
import { probe } from './answers/probe.ts';
import { Load } from './load.ts';
import type { WorkerAnswer, WorkerOrder } from './protocol.ts';
import { useSourceAddresses } from './sources.ts';

/**
 * Shrinks the pools from which Node cuts small buffers, 64 KiB by default. The pacer's turns make garbage so quickly that such a
 * pool survives two young collections before a few hundred messages have used it up; then it stays until the next full collection,
 * and the process grows by everything that it sends. A pool of 8 KiB is used up in time.
 */
Buffer.poolSize = 8 << 10;

/** Load of this process, a load worker: it opens its share of the sessions, follows the run's orders and ends with its parent. */
let load: Load | undefined;
let meter: ReturnType<typeof meterSockets> | undefined;

async function handle(order: WorkerOrder): Promise<WorkerAnswer> {
  if (order.order === 'probe') {
    const client: ClientModule = await import(order.module);
    if (order.authority !== undefined) setDefaultCACertificates([order.authority]);
    return { answer: 'probed', probe: await probe(order, client, platform) };
  }
  if (order.order === 'connect') {
    const client: ClientModule = await import(order.module);
    useSourceAddresses(order.sources);
    // Our own servers count their bytes themselves.
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

// A client must catch what goes wrong in its listeners; if it does not, its trial has an error and this process goes on.
process.on('uncaughtException', (error) => {
  if (load === undefined) throw error;
  load.fail(error);
});

serveIpc(handle);

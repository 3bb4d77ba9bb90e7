import type { Application, Listener, ServerAnswer, ServerModule, ServerOrder } from '../bench/contract.ts';
import { serveIpc } from '../bench/ipc.ts';
import { settledRss } from '../bench/memory.ts';
import { meterSockets } from '../bench/meter.ts';
import { application } from './application.ts';
import type { PubSub } from './shared/backplane/pub-sub.ts';
import { openLog, type TailedLog } from './shared/log/tailed-log.ts';

/**
 * Server process for one transport. The parent says what to serve; the process answers with the URL, broadcasts what another process
 * appends to the replay log, reports its usage when asked, drains on SIGTERM, and ends with its parent.
 */
const meter = meterSockets('server');
let listener: Listener | undefined;
let log: Pick<TailedLog, 'last' | 'since' | 'follow' | 'close'> | undefined;
let plane: PubSub | undefined;

async function handle(order: ServerOrder): Promise<ServerAnswer> {
  if (order.order === 'usage') {
    const { user, system } = process.cpuUsage();
    return { answer: 'usage', cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss(), ...meter() };
  }
  if (order.order === 'memory') return { answer: 'memory', rssBytes: settledRss() };
  const server: ServerModule = await import(order.module);
  const wanted: { application: Application } =
    order.application === undefined ? { application } : await import(order.application);
  if (order.log !== undefined) log = openLog(order.log);
  const { backplane, logEpoch } = order;
  // Loaded only where servers share one, so that a server alone is what it would be without it.
  if (backplane !== undefined && logEpoch !== undefined)
    log = await (await import('./shared/backplane/stream-log.ts')).openStreamLog(backplane, logEpoch);
  if (backplane !== undefined && server.adapts?.(order.options) !== true)
    plane = (await import('./shared/backplane/pub-sub.ts')).openPubSub(backplane);
  listener = await server.listen(plane?.over(wanted.application) ?? wanted.application, order, log);
  const { url, close }: Partial<Listener> = listener ?? {};
  if (url === undefined || close === undefined)
    throw new TypeError('listen must resolve with a listener that has the properties in bench/contract.ts');
  await plane?.follow((message) => listener?.broadcast(message));
  log?.follow(({ id, message }) => void listener?.broadcast(message, id));
  return { answer: 'listening', url: listener.url, effective: listener.effective };
}

process.on('SIGTERM', async () => {
  log?.close();
  await listener?.close();
  plane?.close();
  process.exit(0);
});
serveIpc(handle);

import { setDefaultCACertificates } from 'node:tls';
import { platform, platformFrom } from '../../clients/platform/node.ts';
import type { ClientModule } from '../contract.ts';
import { serveIpc } from '../ipc.ts';
import { settledRss } from '../memory.ts';
import { meterSockets } from '../meter.ts';
import { probe } from './answers/probe.ts';
import { observeConnections, whyUnexpected } from './connections.ts';
import { Follower } from './orders.ts';
import type { WorkerAnswer, WorkerOrder } from './protocol.ts';
import { nodeRuntime } from './runtime/node.ts';

/**
 * Shrinks the pools from which Node cuts small buffers, 64 KiB by default. The pacer's turns make garbage so quickly that such a
 * pool survives two young collections before a few hundred messages have used it up; then it stays until the next full collection,
 * and the process grows by everything that it sends. A pool of 8 KiB is used up in time.
 */
Buffer.poolSize = 8 << 10;

/** Observed before any client is loaded, which might keep a function of Node's. */
const connections = observeConnections((step) => follower.load?.connectionDone(step));
const meter = meterSockets('client');

const loadClient = (module: string): Promise<ClientModule> => import(module);
const trust = (authority: string): void => setDefaultCACertificates([authority]);

/** Load of this process, a load worker: it opens its share of the sessions, follows the run's orders and ends with its parent. */
const follower = new Follower({
  runtime: nodeRuntime,
  platformFrom: (source) => (source === undefined ? platform : platformFrom(source)),
  loadClient,
  trust,
  whyUnexpected: ({ sources }, ordered) => whyUnexpected(connections, { ...ordered, sources }),
  protocols: () => [...connections.protocols],
  memory: settledRss,
  bytes: meter,
});

async function handle(order: WorkerOrder): Promise<WorkerAnswer> {
  if (order.order !== 'probe') return follower.follow(order);
  const client = await loadClient(order.module);
  if (order.authority !== undefined) trust(order.authority);
  return { answer: 'probed', probe: await probe(order, client, platform) };
}

// A client must catch what goes wrong in its listeners; if it does not, its trial has an error and this process goes on.
process.on('uncaughtException', (error) => {
  if (follower.load === undefined) throw error;
  follower.load.fail(error);
});

serveIpc(handle);

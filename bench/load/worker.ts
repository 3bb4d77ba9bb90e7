import { setDefaultCACertificates } from 'node:tls';
import { platform, platformFrom } from '../../clients/platform/node.ts';
import type { ClientModule } from '../contract.ts';
import { serveIpc } from '../ipc.ts';
import { settledRss } from '../memory.ts';
import { meterSockets } from '../meter.ts';
import { probe } from './answers/probe.ts';
import { observeConnections, whyUnexpected } from './connections.ts';
import { Load } from './load.ts';
import type { ConnectOrder, OpenOrder, RecoveryOrder, WorkerAnswer, WorkerOrder } from './protocol.ts';
import type { Recording } from './recording.ts';

/**
 * Shrinks the pools from which Node cuts small buffers, 64 KiB by default. The pacer's turns make garbage so quickly that such a
 * pool survives two young collections before a few hundred messages have used it up; then it stays until the next full collection,
 * and the process grows by everything that it sends. A pool of 8 KiB is used up in time.
 */
Buffer.poolSize = 8 << 10;

/** Load of this process, a load worker: it opens its share of the sessions, follows the run's orders and ends with its parent. */
let load: Load | undefined;
let ordered: ConnectOrder | undefined;
/** Observed before any client is loaded, which might keep a function of Node's. */
const connections = observeConnections((step) => load?.connectionDone(step));
const meter = meterSockets('client');

async function handle(order: WorkerOrder): Promise<WorkerAnswer> {
  if (order.order === 'probe') {
    const client: ClientModule = await import(order.module);
    if (order.authority !== undefined) setDefaultCACertificates([order.authority]);
    return { answer: 'probed', probe: await probe(order, client, platform) };
  }
  if (order.order === 'connect') {
    const client: ClientModule = await import(order.module);
    ordered = order;
    if (order.authority !== undefined) setDefaultCACertificates([order.authority]);
    load = new Load(order, client, (source) => (source === undefined ? platform : platformFrom(source)));
    return open(load, order);
  }
  if (order.order === 'bytes') return { answer: 'bytes', ...meter() };
  if (load === undefined) throw new Error(`ordered to ${order.order} before connecting`);
  if (order.order === 'open') return open(load, order);
  if (order.order === 'hold') return record(load, load.hold(order));
  if (order.order === 'closed') return record(load, load.runClosed(order));
  if (order.order === 'recovery') return recover(load, order);
  if (order.order === 'settle') {
    await load.settled(order.backNs);
    return { answer: 'settled' };
  }
  if (order.order === 'finish') {
    load.finishRecovery();
    return { answer: 'finished' };
  }
  if (order.order === 'observe') {
    load.observe(order);
    return { answer: 'observing' };
  }
  if (order.order === 'histories') return { answer: 'histories', sessions: load.histories() };
  if (order.order === 'prepare') {
    load.prepare();
    return { answer: 'prepared' };
  }
  if (order.order === 'memory') return { answer: 'memory', rssBytes: settledRss() };
  if (order.order === 'phase') return record(load, load.run(order));
  await load.close();
  return { answer: 'closed' };
}

async function open(load: Load, order: ConnectOrder | OpenOrder): Promise<WorkerAnswer> {
  const opened = await load.open(order);
  checkConnections(load);
  return { answer: 'connected', ...opened, protocols: [...connections.protocols] };
}

/** Checks the connections again: some clients open one with the first message. */
async function record(load: Load, recorded: Promise<Recording>): Promise<WorkerAnswer> {
  const recording = await recorded;
  checkConnections(load);
  return { answer: 'phase', recording };
}

async function recover(load: Load, order: RecoveryOrder): Promise<WorkerAnswer> {
  const recovered = await load.recover(order);
  checkConnections(load);
  return { answer: 'recovered', ...recovered };
}

/** Throws if the connections are not those that were ordered: then the trial measured something else. */
function checkConnections({ sources }: Load): void {
  const why = whyUnexpected(connections, { ...ordered, sources });
  if (why !== undefined) throw new Error(why);
}

// A client must catch what goes wrong in its listeners; if it does not, its trial has an error and this process goes on.
process.on('uncaughtException', (error) => {
  if (load === undefined) throw error;
  load.fail(error);
});

serveIpc(handle);

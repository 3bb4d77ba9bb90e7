import { rmSync } from 'node:fs';
import { serveIpc } from '../../ipc.ts';
import { monotonicClock } from '../clock.ts';
import { sleepingLoop } from '../runtime/loops.ts';
import type { PublisherAnswer, PublisherOrder } from './protocol.ts';
import { createLog, type LogFile, publish } from './publish.ts';

/**
 * Publisher process of a recovery. It knows no server: whatever happens to that, the messages are appended to the replay log at their
 * due times. It sleeps between them, because other processes share its core, and ends with its parent. The log ends with it.
 */
let log: LogFile | undefined;
let isStopped = false;

async function handle(order: PublisherOrder): Promise<PublisherAnswer> {
  if (order.order === 'open') {
    log = createLog(order.file, order.epoch);
    process.on('exit', () => rmSync(order.file, { force: true }));
    return { answer: 'opened' };
  }
  if (order.order === 'open stream') {
    // Loaded only where servers share a log.
    log = await (await import('./stream.ts')).openStream(order.backplane);
    return { answer: 'opened' };
  }
  if (order.order === 'stop') {
    isStopped = true;
    return { answer: 'stopped' };
  }
  if (log === undefined) throw new Error('ordered to publish before a log was opened');
  const loop = sleepingLoop(monotonicClock(BigInt(order.originNs)));
  try {
    return { answer: 'published', ...(await publish(log, order, loop, () => isStopped)) };
  } finally {
    await loop.close();
  }
}

process.on('SIGTERM', () => process.exit(0));
serveIpc(handle);

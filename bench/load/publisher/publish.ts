import { closeSync, openSync, writeSync } from 'node:fs';
import { epochLine, recordLine } from '../../codec/replay-log.ts';
import type { Message } from '../../contract.ts';
import { Messages } from '../messages.ts';
import { type Loop, pace } from '../pacer.ts';
import { ON_TIME_NS } from '../recording.ts';
import type { Published, PublishOrder } from './protocol.ts';

/** Replay log's file, open for appending. */
export interface LogFile {
  append(message: Message): void;
  close(): void;
}

/**
 * Creates a log's file with its first line. Every record is one write, which a reader sees whole or torn, and what was written
 * outlives this process without being flushed to the disk. Throws if the file exists: another log's records would be mixed with ours.
 */
export function createLog(file: string, epoch: string): LogFile {
  const begin = epochLine(epoch);
  const fd = openSync(file, 'ax', 0o600);
  const write = (line: string): void => {
    const bytes = Buffer.from(line);
    if (writeSync(fd, bytes) < bytes.length)
      throw new Error(`the replay log ${file} could not be written: is the disk full?`);
  };
  write(begin);
  return { append: (message) => write(recordLine(message)), close: () => closeSync(fd) };
}

/** Appends every message at its due time. A message that is late makes no later one late: all due times count from the start. */
export async function publish(
  log: LogFile,
  order: PublishOrder,
  loop: Loop,
  stopped: () => boolean = () => false,
): Promise<Published> {
  const { startNs, intervalNs, count, sender } = order;
  const messages = new Messages(order);
  let sent = 0;
  let onTime = 0;
  let lateMaxNs = 0;
  const dueNs = (): number => (sent < count ? startNs + sent * intervalNs : Number.POSITIVE_INFINITY);
  await pace(
    {
      dueNs,
      sendNext() {
        const due = dueNs();
        log.append(messages.build(sender, sent));
        sent++;
        const lateNs = Math.max(0, loop.now() - due);
        if (lateNs <= ON_TIME_NS) onTime++;
        lateMaxNs = Math.max(lateMaxNs, lateNs);
      },
      arrivals: () => 0,
      stopped,
    },
    loop,
  );
  return { sent, onTime, lateMaxNs };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { idOfOffset, offsetOfId, streamKey, unwrapped } from '../../../bench/codec/backplane.ts';
import { formatLogId, parseLogId } from '../../../bench/codec/replay-log.ts';
import type { Backplane, LogRecord, ReplayLog } from '../../../bench/contract.ts';

/** Entries that one read takes from the stream. */
const AT_ONCE = 1_000;
const AGAIN_MS = 50;

/** Record with its place. */
interface Placed extends LogRecord {
  readonly offset: number;
}

/** Replay log that several servers share: a stream in Redis, of which each keeps in memory what it has read. */
export interface StreamLog extends ReplayLog {
  /** Passes on every record that is appended from now on. `last` moves with it. */
  follow(pass: (record: LogRecord) => void): void;
  /** Stops following. The log keeps what it has. */
  close(): void;
}

/**
 * Opens a log and reads what is there. Ids of entries are the places of records, so that an entry that was sent twice is refused, and a
 * server goes on behind the last that it has read even if Redis was started afresh and has lost the earlier ones.
 *
 * @param epoch of the log, whose stream need not exist yet
 */
export async function openStreamLog({ url, channel }: Backplane, epoch: string): Promise<StreamLog> {
  // A read that waits for entries goes on after any number of attempts to reconnect.
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const key = streamKey(channel);
  const records: Placed[] = [];
  let closed = false;

  const add = (found: Awaited<ReturnType<typeof redis.xreadBuffer>>): Placed[] => {
    const entries = (found ?? []).flatMap(([, those]) => those);
    const added = entries.flatMap(([id, fields]): Placed[] => {
      const offset = offsetOfId(String(id));
      const [, envelope] = fields;
      if (offset === undefined || envelope === undefined) return [];
      return [{ id: formatLogId({ epoch, offset }), message: unwrapped(envelope), offset }];
    });
    return added;
  };
  const nextId = (): string => idOfOffset(records.at(-1)?.offset ?? -1);
  const first = await redis.xreadBuffer('COUNT', 1_000_000, 'STREAMS', key, nextId());
  records.push(...add(first));

  async function goOn(pass: (record: LogRecord) => void): Promise<void> {
    while (!closed) {
      try {
        for (const record of add(await redis.xreadBuffer('COUNT', AT_ONCE, 'BLOCK', 0, 'STREAMS', key, nextId()))) {
          records.push(record);
          pass(record);
        }
      } catch {
        if (!closed) await sleep(AGAIN_MS);
      }
    }
  }

  return {
    get last() {
      return formatLogId({ epoch, offset: records.at(-1)?.offset ?? -1 });
    },
    since(id) {
      const place = parseLogId(id);
      if (place?.epoch !== epoch) return [...records];
      return records.slice(records.findLastIndex(({ offset }) => offset <= place.offset) + 1);
    },
    follow: (pass) => void goOn(pass),
    close() {
      closed = true;
      redis.disconnect();
    },
  };
}

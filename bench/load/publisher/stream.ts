import { Redis } from 'ioredis';
import { idOfOffset, streamKey, wrapped } from '../../codec/backplane.ts';
import type { Backplane } from '../../contract.ts';
import type { LogFile } from './publish.ts';

/**
 * Opens the stream in Redis that is the log of several servers. Each record names its own place, so one that the client sends again,
 * because the answer was lost with the connection, is refused and not doubled. What is appended while Redis is away waits for it.
 */
export async function openStream({ url, channel, encoding }: Backplane): Promise<LogFile> {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  await redis.ping();
  const key = streamKey(channel);
  let next = 0;
  return {
    append(message) {
      redis.xadd(key, idOfOffset(next++), 'm', wrapped(message, encoding)).catch(() => {});
    },
    close: () => redis.disconnect(),
  };
}

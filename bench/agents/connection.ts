import { Redis } from 'ioredis';
import { errorText } from '../error-text.ts';
import type { RedisAddress } from './redis-url.ts';

/** Oldest version of Redis that BullMQ works with. */
const MIN_VERSION = 5;
/** Longest wait between two attempts to reach Redis again. */
const MAX_RETRY_MS = 1_000;
const CONNECT_MS = 5_000;

/**
 * Connects to Redis. A connection that is lost later is made again until it is closed.
 *
 * Throws, without the password, if the server cannot be reached, refuses the credentials or is too old.
 */
export async function connectRedis({ url, shown }: Pick<RedisAddress, 'url' | 'shown'>): Promise<Redis> {
  let isConnected = false;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    // BullMQ waits for its jobs for as long as it takes.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (isConnected ? Math.min(100 * times, MAX_RETRY_MS) : null),
  });
  let cause: unknown;
  redis.on('error', (error: unknown) => {
    cause = error;
  });
  try {
    await redis.connect();
    isConnected = true;
    const version = /^redis_version:(\d+)\S*/m.exec(await redis.info('server'));
    if (version !== null && Number(version[1]) < MIN_VERSION)
      throw new Error(
        `it is version ${version[0].slice('redis_version:'.length)}, and jobs need at least ${MIN_VERSION}`,
      );
    return redis;
  } catch (error) {
    redis.disconnect();
    throw new Error(`Redis at ${shown} cannot be used: ${whyRefused(cause ?? error)}`);
  }
}

/** Reason in words, with a remedy for what users meet most. */
function whyRefused(error: unknown): string {
  const text = errorText(error);
  if (/NOAUTH|WRONGPASS|invalid password/i.test(text))
    return 'it refuses the user and password; write them as redis://user:password@host, with special characters as %40';
  if (/ECONNREFUSED/.test(text))
    return 'nothing listens there (ECONNREFUSED); start redis-server, or name another address';
  return text;
}

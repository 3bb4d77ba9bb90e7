import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { needs } from '../../testing/unavailable.ts';
import { loopback } from '../link.ts';
import { openRedis, redisUnavailable } from './redis.ts';

await needs('redis');

const { signal } = new AbortController();
const settings = { link: loopback(), core: undefined, signal };

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

describe('a Redis of the run’s own', () => {
  test('answers at its address, again after a restart, and leaves nothing', async () => {
    const redis = await openRedis(settings);
    const client = new Redis(redis.url);
    client.on('error', () => {});
    expect(await client.set('a', '1')).toBe('OK');
    const first = redis.pid ?? expect.fail();
    const before = await redis.stats();
    await redis.restart(0.1);
    expect(isAlive(first)).toBe(false);
    const second = redis.pid ?? expect.fail();
    expect(await client.get('a')).toBeNull();
    expect((await redis.stats()).cpuSeconds).toBeGreaterThanOrEqual(before.cpuSeconds);
    client.disconnect();
    const { folder } = redis;
    expect(existsSync(folder)).toBe(true);
    await redis[Symbol.asyncDispose]();
    expect([isAlive(second), existsSync(folder)]).toEqual([false, false]);
  });

  test('that is killed by somebody else says so, and leaves nothing', async () => {
    await using redis = await openRedis(settings);
    process.kill(redis.pid ?? expect.fail(), 'SIGKILL');
    await expect(Promise.race([redis.ended(), sleep(10_000)])).rejects.toThrow('Redis ended');
    const { folder } = redis;
    await redis[Symbol.asyncDispose]();
    expect(existsSync(folder)).toBe(false);
  });

  test('is unavailable where it is not installed, with both ways to get it', () => {
    expect(redisUnavailable('/nowhere')).toMatch(
      /redis-server is not installed \(.*apt-get install redis-server.*--backplane/,
    );
  });
});

import { expect, test, vi } from 'vitest';
import { newEpoch } from '../../../bench/codec/replay-log.ts';
import { openStream } from '../../../bench/load/publisher/stream.ts';
import { loopback } from '../../../bench/run/link.ts';
import { openRedis } from '../../../bench/run/scale/redis.ts';
import { Kit } from '../../../bench/testing/kit.ts';
import { PATIENT } from '../../../bench/testing/patience.ts';
import { needs } from '../../../bench/testing/unavailable.ts';
import { openStreamLog } from './stream-log.ts';

await needs('redis');

test('a log in a stream is the same at all servers, and goes on behind a Redis that was started afresh', async () => {
  const { signal } = new AbortController();
  await using kit = new Kit();
  const redis = kit.use(await openRedis({ link: loopback(), core: undefined, signal }));
  const backplane = { url: redis.url, channel: 'test', encoding: 'text' } as const;
  const epoch = newEpoch();
  const publisher = await openStream(backplane);
  kit.defer(() => publisher.close());
  const opened = async () => {
    const log = await openStreamLog(backplane, epoch);
    kit.defer(() => log.close());
    const passed: string[] = [];
    log.follow(({ message }) => void passed.push(String(message)));
    return { log, passed };
  };
  const first = await opened();
  expect([first.log.last, first.log.since('')]).toEqual([`${epoch}--1`, []]);
  publisher.append('a');
  publisher.append('b');
  await vi.waitUntil(() => first.passed.length === 2, PATIENT);
  const second = await opened();
  expect(second.log.since(`${epoch}-0`)).toMatchObject([{ id: `${epoch}-1`, message: 'b' }]);

  await redis.restart(0.1);
  publisher.append('c');
  await vi.waitUntil(() => first.passed.length === 3 && second.passed.length === 1, PATIENT);
  expect([first.passed, second.passed]).toEqual([['a', 'b', 'c'], ['c']]);
  for (const { log } of [first, second]) {
    expect(log.last).toBe(`${epoch}-2`);
    expect(log.since('of another log').map(({ message }) => message)).toEqual(['a', 'b', 'c']);
  }
});

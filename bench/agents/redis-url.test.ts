import { describe, expect, test } from 'vitest';
import { isLocalRedis, readRedisUrl } from './redis-url.ts';

describe('the address of Redis', () => {
  test.each([
    ['redis://127.0.0.1', '127.0.0.1:6379', true],
    ['redis://localhost:7000/2', 'localhost:7000', true],
    ['redis://[::1]:7000', '[::1]:7000', true],
    ['rediss://me:se-cret@redis.example', 'redis.example:6379', false],
  ])('%s is %s', (text, shown, local) => {
    const read = readRedisUrl(text, '--redis');
    if ('problem' in read) throw new Error(read.problem);
    expect(read).toMatchObject({ url: text, shown });
    expect(read.warning).toBeUndefined();
    expect(isLocalRedis(read)).toBe(local);
  });

  test('is warned of if anybody can give orders over it', () => {
    expect(readRedisUrl('redis://10.0.0.1', '--redis')).toMatchObject({
      warning: expect.stringMatching(/10\.0\.0\.1:6379 is used without a password.*redis:\/\/:password@10\.0\.0\.1/),
    });
  });

  test.each(['', 'here', 'http://me:se-cret@host', 'redis:///1', 'redis://me:se-cret@host/name', 'redis://'])(
    '"%s" is refused, and nothing secret is repeated',
    (text) => {
      const read = readRedisUrl(text, '--redis');
      expect(read).toMatchObject({ problem: expect.stringContaining('--redis') });
      expect(JSON.stringify(read)).not.toContain('se-cret');
    },
  );
});

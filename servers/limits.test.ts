import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { watchBacklogs } from './shared/backlog.ts';
import { packetWalker } from './shared/mqtt/mqtt-guard.ts';
import { tokenBucket } from './shared/token-bucket.ts';

describe('in virtual time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  describe('the token bucket', () => {
    const admitted = (take: () => boolean, tries: number): number => {
      let count = 0;
      for (let at = 0; at < tries; at++) if (take()) count++;
      return count;
    };

    test('lets a burst of a second’s worth through, and no more', () => {
      expect(admitted(tokenBucket({ messagesPerSecond: 100 }), 1_000)).toBe(100);
    });

    test('never refuses who keeps to the rate, for any time', () => {
      const take = tokenBucket({ messagesPerSecond: 100 });
      for (let second = 0; second < 600; second++) {
        expect(admitted(take, 100)).toBe(100);
        vi.advanceTimersByTime(1_000);
      }
    });

    test('gives back what time gives back, and not more than a burst', () => {
      const take = tokenBucket({ messagesPerSecond: 100 });
      admitted(take, 1_000);
      vi.advanceTimersByTime(250);
      expect(admitted(take, 1_000)).toBe(25);
      vi.advanceTimersByTime(3_600_000);
      expect(admitted(take, 1_000)).toBe(100);
    });

    test('refuses what comes at twice the rate about half of the time', () => {
      const take = tokenBucket({ messagesPerSecond: 100 });
      admitted(take, 100);
      let count = 0;
      for (let at = 0; at < 2_000; at++) {
        vi.advanceTimersByTime(5);
        if (take()) count++;
      }
      expect(count).toBeGreaterThanOrEqual(999);
      expect(count).toBeLessThanOrEqual(1_001);
    });

    test('keeps fractions: less than one a second', () => {
      const take = tokenBucket({ messagesPerSecond: 0.5 });
      expect(take()).toBe(false);
      vi.advanceTimersByTime(60_000);
      // A burst of half a message allows no message.
      expect(take()).toBe(false);
    });

    test('counts each session by itself', () => {
      const [one, other] = [tokenBucket({ messagesPerSecond: 3 }), tokenBucket({ messagesPerSecond: 3 })];
      expect(admitted(one, 10)).toBe(3);
      expect(admitted(other, 10)).toBe(3);
    });
  });

  describe('the watch over backlogs', () => {
    const LIMIT = 1_000;

    function watching() {
      const sessions = new Map<{ readonly name: string }, number>();
      const cut: string[] = [];
      const add = (name: string, bytes: number): ((bytes: number) => void) => {
        const session = { name };
        sessions.set(session, bytes);
        return (now) => sessions.set(session, now);
      };
      const stop = watchBacklogs(
        { backlogBytes: LIMIT },
        () => sessions.keys(),
        (session) => sessions.get(session)!,
        (session) => {
          cut.push(session.name);
          sessions.delete(session);
        },
      );
      return { add, cut, stop };
    }

    test('ends who is over the limit for five seconds, and not before', () => {
      const { add, cut, stop } = watching();
      add('frozen', LIMIT + 1);
      add('at the limit', LIMIT);
      vi.advanceTimersByTime(4_999);
      expect(cut).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(cut).toEqual(['frozen']);
      vi.advanceTimersByTime(60_000);
      expect(cut).toEqual(['frozen']);
      stop();
    });

    test('begins anew with who has caught up', () => {
      const { add, cut, stop } = watching();
      const has = add('slow', LIMIT + 1);
      for (let round = 0; round < 20; round++) {
        vi.advanceTimersByTime(4_500);
        has(LIMIT);
        vi.advanceTimersByTime(500);
        has(LIMIT + 1);
      }
      expect(cut).toEqual([]);
      vi.advanceTimersByTime(5_000);
      expect(cut).toEqual(['slow']);
      stop();
    });

    test('does not wait with who is far beyond the limit', () => {
      const { add, cut, stop } = watching();
      add('sixteen times', 16 * LIMIT);
      add('more than that', 16 * LIMIT + 1);
      vi.advanceTimersByTime(500);
      expect(cut).toEqual(['more than that']);
      stop();
    });

    test('counts for each session by itself, also one that comes later', () => {
      const { add, cut, stop } = watching();
      add('first', LIMIT + 1);
      vi.advanceTimersByTime(3_000);
      add('second', LIMIT + 1);
      vi.advanceTimersByTime(2_000);
      expect(cut).toEqual(['first']);
      vi.advanceTimersByTime(3_000);
      expect(cut).toEqual(['first', 'second']);
      stop();
    });

    test('leaves no timer once it is stopped', () => {
      const { add, cut, stop } = watching();
      add('frozen', 100 * LIMIT);
      stop();
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(60_000);
      expect(cut).toEqual([]);
    });
  });
});

test('the packet walker counts what is in a chunk, one by one, and knows a packet from its parts', () => {
  const types: number[] = [];
  const walk = packetWalker(100, (type) => types.push(type) < 5);
  expect(walk(Uint8Array.of(0xc0, 0, 0x40, 2, 0, 1))).toBe('whole');
  expect(walk(Uint8Array.of(0x30, 3, 1))).toBe('partial');
  expect(walk(Uint8Array.of(2))).toBe('partial');
  expect(walk(Uint8Array.of(3))).toBe('whole');
  expect(types).toEqual([12, 4, 3]);
  // The limit applies within one chunk.
  expect(walk(Uint8Array.of(0xc0, 0, 0xc0, 0, 0xc0, 0))).toBe('refused');
  expect(types).toHaveLength(5);
});

test('a packet in five thousand reads is refused', () => {
  const walk = packetWalker(1_000_000);
  walk(Uint8Array.of(0x30, 0x80, 0x80, 0x20));
  let reads = 1;
  while (walk(Uint8Array.of(0)) === 'partial') reads++;
  expect(reads).toBe(4_096);
});

import { expect, test } from 'vitest';
import { Feed } from './http/feed.ts';
import { Mailbox } from './http/mailbox.ts';
import { packetWalker } from './mqtt/mqtt-guard.ts';

test('a mailbox gives what the cursor does not cover, and keeps it until a cursor does', () => {
  const mailbox = new Mailbox();
  mailbox.append('a');
  mailbox.append('b');
  expect(mailbox.read(0)).toEqual({ cursor: 2, messages: ['a', 'b'] });
  mailbox.append('c');
  // The answer was lost, so the reader asks with its old cursor.
  expect(mailbox.read(0)).toEqual({ cursor: 3, messages: ['a', 'b', 'c'] });
  expect(mailbox.read(2)).toEqual({ cursor: 3, messages: ['c'] });
  expect(mailbox.read(3)).toEqual({ cursor: 3, messages: [] });
  expect(mailbox.read(99)).toEqual({ cursor: 3, messages: [] });
  expect(mailbox.read(0)).toEqual({ cursor: 3, messages: [] });
});

test('a mailbox wakes one reader at every message until told not to', () => {
  const mailbox = new Mailbox();
  let woken = 0;
  mailbox.notify(() => woken++);
  mailbox.append('a');
  mailbox.notify(undefined);
  mailbox.append('b');
  expect(woken).toBe(1);
});

test('a feed gives each subscriber every value from its subscription on, the first one first', async () => {
  const feed = new Feed<number>();
  const early = feed.subscribe(0);
  feed.push(1);
  const late = feed.subscribe(0);
  feed.push(2);
  const take = async (from: AsyncIterator<number>, count: number) => {
    const values: number[] = [];
    for (let index = 0; index < count; index++) values.push((await from.next()).value);
    return values;
  };
  expect(await take(early, 3)).toEqual([0, 1, 2]);
  expect(await take(late, 2)).toEqual([0, 2]);
});

test('ending a subscription releases a reader that waits, at once', async () => {
  const feed = new Feed<number>();
  const subscription = feed.subscribe(0);
  await subscription.next();
  const waiting = subscription.next();
  await subscription.return?.();
  expect(await waiting).toEqual({ value: undefined, done: true });
  feed.push(1);
  expect(await subscription.next()).toEqual({ value: undefined, done: true });
});

test('the packet walker finds a packet over the limit however the stream is cut', () => {
  const small = [0x30, 3, 1, 2, 3];
  const medium = [0x30, 0x80 | 72, 1, ...new Array(200).fill(0)];
  const declares256MiB = [0x30, 0xff, 0xff, 0xff, 0x7f];
  const fiveLengthBytes = [0x30, 0x80, 0x80, 0x80, 0x80, 0x01];
  for (const cut of [1, 2, 3, 1_000]) {
    const feed = (bytes: readonly number[], most: number): boolean => {
      const walk = packetWalker(most);
      const stream = Uint8Array.from([...small, ...small, 0xc0, 0, ...bytes, ...small]);
      let found = false;
      for (let at = 0; at < stream.length; at += cut) found ||= walk(stream.subarray(at, at + cut)) === 'refused';
      return found;
    };
    expect(feed(small, 3)).toBe(false);
    expect(feed(small, 2)).toBe(true);
    expect(feed(medium, 200)).toBe(false);
    expect(feed(medium, 199)).toBe(true);
    expect(feed(declares256MiB, 1_000_000)).toBe(true);
    expect(feed(fiveLengthBytes, 1_000_000)).toBe(true);
  }
});

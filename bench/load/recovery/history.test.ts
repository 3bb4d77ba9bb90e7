import { expect, test } from 'vitest';
import { BROADCAST } from '../../codec/header.ts';
import { Ledger } from '../ledger.ts';
import { Messages } from '../messages.ts';
import { History } from './history.ts';

const PUBLISHER = 3;
const messages = new Messages({ seed: 1, size: 64, encoding: 'text', opcode: BROADCAST, senders: 5 });
const published = (sequence: number): string => String(messages.build(PUBLISHER, sequence));

/** Histories of two sessions, to which message n is due at `100 + 10 n`. */
function histories(count: number): readonly [History, History] {
  const schedule = { startNs: 100, intervalNs: 10, count, sender: PUBLISHER };
  const common = { schedule, messages, ledger: new Ledger(2, 0) };
  return [new History(0, 0, common), new History(2, 1, common)];
}

test('every message counts once, by its first arrival, and apart from those of other sessions', () => {
  const [first, second] = histories(4);
  for (const [sequence, atNs] of [
    [0, 101.4],
    [2, 125],
    [2, 126],
    [1, 130],
    [0, 131],
  ] as const) {
    first.arrived(published(sequence), atNs);
  }
  second.arrived(published(3), 140);
  expect(first.read()).toEqual({
    sender: 0,
    events: [],
    arrivedNs: [101, 130, 125, null],
    duplicated: 2,
    reordered: 1,
    corrupt: 0,
  });
  expect(first.counts).toMatchObject({ delivered: 3, unexpected: 0, early: 0 });
  expect(second.read()).toMatchObject({ sender: 2, arrivedNs: [null, null, null, 140], duplicated: 0 });
});

test('what the publisher did not send is corrupt or unexpected, and what comes before its time is early', () => {
  const [history] = histories(2);
  history.arrived(published(0).replace(/.$/, '!'), 110);
  history.arrived(Buffer.from(published(0)), 110);
  history.unreadable();
  history.arrived(messages.build(4, 0), 110);
  history.arrived(published(2), 130);
  history.arrived(published(1), 109);
  expect(history.counts).toEqual({
    delivered: 1,
    duplicated: 0,
    reordered: 0,
    corrupt: 3,
    unexpected: 2,
    early: 1,
  });
});

test('what has arrived without a gap ends before the first message that is missing', () => {
  const [history] = histories(5);
  const contiguousAfter = (sequence: number): number => {
    history.arrived(published(sequence), 1_000);
    return history.contiguous;
  };
  expect(history.contiguous).toBe(-1);
  expect([1, 0, 3, 4, 2].map(contiguousAfter)).toEqual([-1, 1, 1, 1, 4]);
});

test('a message on a connection that the session left is delivered if nothing else brings it, and never a duplicate', () => {
  const [history] = histories(6);
  history.arrived(published(0), 101);
  for (const sequence of [0, 1, 2, 3, 2]) history.arrivedLate(published(sequence), 200 + sequence);
  history.arrivedLate(published(4).replace(/.$/, '!'), 210);
  // The cursor does not move: what the application listens to has not brought them.
  expect(history.contiguous).toBe(0);
  for (const sequence of [1, 2]) history.arrived(published(sequence), 300 + sequence);
  expect(history.read()).toEqual({
    sender: 0,
    events: [],
    arrivedNs: [101, 301, 302, 203, null, null],
    duplicated: 0,
    reordered: 0,
    corrupt: 1,
    late: 6,
  });
  expect(history.counts).toMatchObject({ delivered: 4, duplicated: 0, corrupt: 1 });
});

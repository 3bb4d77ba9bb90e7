import { expect, test } from 'vitest';
import { BROADCAST } from '../../codec/header.ts';
import { Messages } from '../messages.ts';
import { Arrivals } from './arrivals.ts';

const SENDERS = 2;
const COUNT = 8;

/** Arrivals of eight messages of two senders, on a clock that a test sets. */
function observed() {
  const messages = new Messages({ seed: 1, size: 32, encoding: 'text', opcode: BROADCAST, senders: 3 });
  const clock = { nowNs: 0 };
  const arrivals = new Arrivals({
    sender: 7,
    count: COUNT,
    senders: SENDERS,
    messages,
    clock: () => clock.nowNs,
    shown: (error) => `shown: ${error instanceof Error ? error.message : error}`,
  });
  /** Lets the message with a number arrive. */
  const arrive = (number: number, atNs: number): void => {
    clock.nowNs = atNs;
    arrivals.message(messages.build(number % SENDERS, Math.floor(number / SENDERS)));
  };
  return { messages, clock, arrivals, arrive };
}

test('each message has the moment of its first arrival, and repetitions and overtaken ones are counted', () => {
  const { arrivals, arrive } = observed();
  arrive(0, 10);
  arrive(5, 20);
  // A later message of the same sender has arrived; message 2 is the other sender's, and in order.
  arrive(3, 30);
  arrive(2, 40);
  arrive(3, 50);
  expect(arrivals.read()).toEqual({
    sender: 7,
    events: [],
    arrivedNs: [10, null, 40, 30, null, 20, null, null],
    duplicated: 1,
    reordered: 1,
    corrupt: 0,
  });
});

test('damaged messages, other things, and messages that nobody sends are corrupt', () => {
  const { arrivals, arrive, messages } = observed();
  arrivals.message(`${String(messages.build(0, 0)).slice(0, -1)}!`);
  arrivals.unreadable();
  arrivals.message(messages.build(2, 0));
  arrive(COUNT, 10);
  const { arrivedNs, corrupt } = arrivals.read();
  expect(corrupt).toBe(4);
  expect(arrivedNs.every((atNs) => atNs === null)).toBe(true);
});

test('the end of the session has its moment and a reason that can be shown', () => {
  const { arrivals, clock } = observed();
  clock.nowNs = 99;
  arrivals.lost(new Error('closed with 1013'));
  expect(arrivals.read().events).toEqual([{ what: 'lost', atNs: 99, reason: 'shown: closed with 1013' }]);
});

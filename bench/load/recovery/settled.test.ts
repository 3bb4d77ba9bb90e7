import { expect, test } from 'vitest';
import { BROADCAST } from '../../codec/header.ts';
import type { Receiver } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { VirtualTimers } from '../../testing/recovery/virtual-timers.ts';
import { Messages } from '../messages.ts';
import type { RecoveryOrder } from '../protocol.ts';
import { LoadSession } from '../session.ts';
import { Recovery } from './recovery.ts';

/** Message n is due at 1 s and n tenths. */
const ORDER: RecoveryOrder = {
  order: 'recovery',
  policy: 'managed',
  startNs: 1e9,
  intervalNs: 1e8,
  count: 600,
  sender: 2,
  epoch: 'abcdefgh',
  endNs: 60e9,
  silenceSeconds: 3,
  attemptSeconds: 5,
  resume: 'log',
};

/** Two sessions, to which a test delivers messages, and the time at which they were as before. */
function observed(changes: Partial<RecoveryOrder> = {}) {
  const timers = new VirtualTimers();
  const messages = new Messages({ seed: 1, size: 64, encoding: 'text', opcode: BROADCAST, senders: 3 });
  const sessions = [0, 1].map((sender) => {
    const one = new LoadSession(sender, sender, timers.now);
    one.session = { send: () => {}, close: async () => {} };
    return one;
  });
  const opened: Receiver[] = [];
  const recovery = new Recovery(
    { ...ORDER, ...changes },
    {
      sessions,
      messages,
      timers,
      random: () => 0.5,
      shown: errorText,
      opener: () => async (receiver) => {
        opened.push(receiver);
        return { send: () => {}, close: async () => {} };
      },
    },
  );
  /** Delivers what is due from now until a time, at once when it is due. */
  async function receive(to: readonly Pick<Receiver, 'message'>[], untilSeconds: number): Promise<void> {
    let number = Math.max(0, Math.ceil((timers.now() - ORDER.startNs) / ORDER.intervalNs));
    for (; 1 + number / 10 <= untilSeconds; number++) {
      await timers.advanceTo(1 + number / 10);
      for (const one of to) one.message(messages.build(2, number));
    }
    await timers.advanceTo(untilSeconds);
  }
  const settledAt: { seconds?: number } = {};
  const watch = (backSeconds: number): void => {
    void recovery.settled(backSeconds * 1e9).then(() => {
      settledAt.seconds = timers.now() / 1e9;
    });
  };
  return { timers, messages, sessions, opened, recovery, receive, settledAt, watch };
}

test('sessions that survive are as before two seconds after the path is back', async () => {
  const { sessions, receive, settledAt, watch } = observed();
  await receive(sessions, 4);
  watch(4);
  await receive(sessions, 5.9);
  expect(settledAt.seconds).toBeUndefined();
  await receive(sessions, 7);
  expect(settledAt.seconds).toBeCloseTo(6, 0);
});

test('a session that hears nothing is waited for, until it is back and has what it missed', async () => {
  const { sessions, opened, messages, receive, settledAt, watch } = observed();
  await receive(sessions, 4);
  watch(4);
  // The second is taken for lost at 7 s, and comes back half a second later.
  await receive(sessions.slice(0, 1), 7.6);
  expect(opened).toHaveLength(1);
  expect(settledAt.seconds).toBeUndefined();
  for (let number = 31; number <= 66; number++) opened[0]!.message(messages.build(2, number));
  await receive([sessions[0]!, opened[0]!], 9.4);
  expect(settledAt.seconds).toBeUndefined();
  await receive([sessions[0]!, opened[0]!], 10.5);
  expect(settledAt.seconds).toBeGreaterThan(9.5);
});

test('a session that is gone for good is not waited for', async () => {
  const { sessions, receive, settledAt, watch } = observed({ policy: 'library' });
  await receive(sessions, 4);
  sessions[1]!.lost(new Error('gone'));
  watch(4);
  await receive(sessions.slice(0, 1), 6.5);
  expect(settledAt.seconds).toBeCloseTo(6, 0);
});

test('nobody is waited for after the end, which may come early', async () => {
  const { timers, recovery, settledAt, watch } = observed({ policy: 'library' });
  const finished = recovery.finish();
  await timers.advanceTo(4);
  watch(4);
  await timers.advanceTo(20);
  expect(settledAt.seconds).toBeUndefined();
  recovery.end();
  const { sessions } = await finished;
  expect(sessions).toHaveLength(2);
  await timers.advanceTo(20.1);
  expect(settledAt.seconds).toBeCloseTo(20, 1);
});

import { expect, test } from 'vitest';
import { BROADCAST } from '../../codec/header.ts';
import type { Receiver, Session } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { VirtualTimers } from '../../testing/recovery/virtual-timers.ts';
import { Messages } from '../messages.ts';
import type { RecoveryOrder } from '../protocol.ts';
import { LoadSession } from '../session.ts';
import { Recovery } from './recovery.ts';
import { seededRandom } from './seeded-random.ts';

const order = (clients: number, count: number): RecoveryOrder => ({
  order: 'recovery',
  policy: 'managed',
  startNs: 1e9,
  intervalNs: 1e8,
  count,
  sender: clients,
  epoch: 'abcdefgh',
  endNs: 60e9,
  silenceSeconds: 3,
  attemptSeconds: 5,
  resume: 'log',
});

const session = (): Session => ({ send: () => {}, close: async () => {} });

/** Sessions of every other sender, as the second of two workers has them, with what they opened at the server. */
function observed(clients: number, given: RecoveryOrder, lostBefore: readonly number[] = []) {
  const timers = new VirtualTimers();
  const messages = new Messages({ seed: 1, size: 64, encoding: 'text', opcode: BROADCAST, senders: clients + 1 });
  const sessions = Array.from({ length: clients / 2 }, (_, index) => {
    const one = new LoadSession(1 + 2 * index, index, timers.now);
    one.session = session();
    if (lostBefore.includes(one.sender)) one.lost(new Error('lost before'));
    return one;
  });
  const opened: { sender: number; receiver: Receiver; resume: string | undefined }[] = [];
  const recovery = new Recovery(given, {
    sessions,
    messages,
    timers,
    random: seededRandom(1, 1),
    shown: errorText,
    opener:
      (sender) =>
      async (receiver, { resume }) => {
        opened.push({ sender, receiver, resume });
        return session();
      },
  });
  const published = (sequence: number): string => String(messages.build(clients, sequence));
  return { timers, sessions, opened, recovery, published };
}

test('a thousand sessions that are lost together come back spread over the first second', async () => {
  const given = order(1_000, 100);
  const { timers, sessions, opened, recovery } = observed(1_000, given);
  await timers.advanceTo(2);
  for (const one of sessions) one.lost(new Error('gone'));
  const finished = recovery.finish();
  await timers.advanceTo(3);
  expect(opened).toHaveLength(sessions.length);
  await timers.advanceTo(60);
  const attempts = (await finished).sessions.map(
    ({ events }) => events.find(({ what }) => what === 'attempt')!.atNs / 1e9,
  );
  expect(attempts).toHaveLength(500);
  const perTenth = Array.from({ length: 10 }, (_, tenth) => {
    const from = 2 + tenth / 10;
    return attempts.filter((at) => at >= from && at < from + 0.1).length;
  });
  // Fifty are expected in each, with a standard deviation of seven.
  expect(Math.min(...perTenth)).toBeGreaterThan(25);
  expect(Math.max(...perTenth)).toBeLessThan(75);
});

test('every session has its own history, and the counts are those of all', async () => {
  const { timers, sessions, opened, recovery, published } = observed(6, order(6, 10), [3]);
  const finished = recovery.finish();
  await timers.advanceTo(1.1);
  expect(opened.map(({ sender, resume }) => [sender, resume])).toEqual([[3, 'abcdefgh--1']]);
  for (const sequence of [0, 1]) {
    sessions[0]!.message(published(sequence));
    opened[0]!.receiver.message(published(sequence));
  }
  sessions[2]!.message(published(0));
  sessions[2]!.message(published(0));
  sessions[2]!.unreadable({ kind: 'a ping', length: 0, head: '' });
  await timers.advanceTo(60);
  const { sessions: histories, counts } = await finished;
  expect(histories.map(({ sender }) => sender)).toEqual([1, 3, 5]);
  expect(histories[1]!.events.slice(0, 3)).toMatchObject([
    { what: 'lost', atNs: 0, reason: 'lost before' },
    { what: 'attempt' },
    { what: 'usable' },
  ]);
  expect(histories.map(({ arrivedNs }) => arrivedNs.filter((at) => at !== null))).toEqual([
    [1.1e9, 1.1e9],
    [1.1e9, 1.1e9],
    [1.1e9],
  ]);
  expect(counts).toEqual({ delivered: 5, duplicated: 1, reordered: 0, corrupt: 1, unexpected: 0, early: 0 });
});

test('afterwards the session that is usable can be closed, and one that is not is left alone', async () => {
  const { timers, sessions, recovery } = observed(4, { ...order(4, 10), policy: 'library' });
  const [kept, lost] = sessions;
  const before = kept!.session;
  const finished = recovery.finish();
  lost!.lost(new Error('gone'));
  await timers.advanceTo(60);
  await finished;
  expect([kept!.session, lost!.session]).toEqual([before, undefined]);
});

test('the answer of a thousand sessions that observe ten messages a second for a minute is of some megabytes', async () => {
  const given = { ...order(1_000, 590), startNs: 300e9, endNs: 359e9 };
  const { timers, sessions, recovery, published } = observed(1_000, given);
  const finished = recovery.finish();
  for (let sequence = 0; sequence < 590; sequence++) {
    await timers.advanceTo(300.0001234567 + sequence / 10);
    const message = published(sequence);
    for (const one of sessions) one.message(message);
  }
  await timers.advanceTo(359);
  const { sessions: histories, counts } = await finished;
  expect(counts).toMatchObject({ delivered: 590 * 500, early: 0 });
  // 13 characters and a comma for each message of a session, and some hundred for the rest.
  expect(JSON.stringify(histories).length).toBeLessThan(500 * (590 * 14 + 200));
});

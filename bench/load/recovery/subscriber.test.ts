import { describe, expect, test } from 'vitest';
import { BROADCAST } from '../../codec/header.ts';
import type { Receiver, Session } from '../../contract.ts';
import { errorText } from '../../error-text.ts';
import { VirtualTimers } from '../../testing/recovery/virtual-timers.ts';
import { Ledger } from '../ledger.ts';
import { Messages } from '../messages.ts';
import type { RecoveryOrder } from '../protocol.ts';
import { History } from './history.ts';
import { Subscriber } from './subscriber.ts';

const SENDER = 1;
const messages = new Messages({ seed: 1, size: 64, encoding: 'text', opcode: BROADCAST, senders: 2 });
const published = (sequence: number): string => String(messages.build(SENDER, sequence));

/** Message n is due at second `1 + n / 10`, the last at second 100.9; the observation ends at second 120. */
const ORDER: RecoveryOrder = {
  order: 'recovery',
  policy: 'managed',
  startNs: 1e9,
  intervalNs: 1e8,
  count: 1_000,
  sender: SENDER,
  epoch: 'abcdefgh',
  endNs: 120e9,
  silenceSeconds: 3,
  attemptSeconds: 5,
  resume: 'log',
};

/** Connection that was asked for. */
interface Asked {
  readonly receiver: Receiver;
  readonly resume: string | undefined;
  readonly signal: AbortSignal;
  readonly accept: (session?: Session) => void;
  readonly refuse: (reason: Error) => void;
}

/** Session whose `close` never ends, as on a dead path. */
function deadEnd(more: Partial<Session> = {}): Session & { closed: number } {
  const session = {
    closed: 0,
    send: () => {},
    close: () => {
      session.closed++;
      return new Promise<void>(() => {});
    },
    ...more,
  };
  return session;
}

/** One session, on a virtual clock, with a back-off that waits for half of its maximum. */
function observed(changed: Partial<RecoveryOrder> = {}, session: Session = deadEnd()) {
  const order = { ...ORDER, ...changed };
  const timers = new VirtualTimers();
  const history = new History(0, 0, { schedule: order, messages, ledger: new Ledger(1, 0) });
  const asked: Asked[] = [];
  const subscriber = new Subscriber(session, {
    order,
    history,
    timers,
    random: () => 0.5,
    busyNs: () => 0,
    shown: errorText,
    open: (receiver, { signal, resume }) => {
      const opening = Promise.withResolvers<Session>();
      const accept = (opened: Session = deadEnd()): void => opening.resolve(opened);
      asked.push({ receiver, signal, resume, accept, refuse: opening.reject });
      return opening.promise;
    },
  });
  const events = () =>
    history
      .read()
      .events.map((event) => [
        event.atNs / 1e9,
        event.what,
        ...('reason' in event ? [event.reason] : []),
        ...('replayed' in event ? [event.replayed] : []),
      ]);
  /** Delivers messages, each at its due time. */
  const deliver = async (receiver: Receiver, from: number, to: number): Promise<void> => {
    for (let sequence = from; sequence <= to; sequence++) {
      await timers.advanceTo((order.startNs + sequence * order.intervalNs) / 1e9);
      receiver.message(published(sequence));
    }
  };
  return { timers, history, asked, subscriber, first: subscriber.receiver, events, deliver };
}

describe('a session that is lost', () => {
  test('comes back after the first wait, and asks for what it has not received', async () => {
    const { timers, asked, subscriber, first, events, deliver, history } = observed();
    await deliver(first, 0, 20);
    first.lost(new Error('the server went away'));
    expect(subscriber.session).toBeUndefined();
    await timers.advanceTo(3.6);
    expect(asked.map(({ resume }) => resume)).toEqual(['abcdefgh-20']);
    const session = deadEnd();
    asked[0]!.accept(session);
    await timers.advanceTo(3.7);
    await deliver(asked[0]!.receiver, 21, 40);
    expect(subscriber.session).toBe(session);
    expect(events()).toEqual([
      [3, 'lost', 'the server went away'],
      [3.5, 'attempt'],
      [3.6, 'usable'],
    ]);
    expect(history.counts).toMatchObject({ delivered: 41, duplicated: 0, reordered: 0 });
  });

  test('asks for what follows the last message below which none is missing', async () => {
    const { timers, asked, first, deliver } = observed();
    await deliver(first, 0, 4);
    await deliver(first, 6, 9);
    first.lost(new Error('gone'));
    await timers.advanceTo(4);
    expect(asked[0]?.resume).toBe('abcdefgh-4');
  });

  test('waits longer after each attempt that fails, and briefly again after one that succeeded', async () => {
    const { timers, asked, first, events } = observed();
    first.lost(new Error('gone'));
    for (const seconds of [0.5, 1.5, 3.5, 7.5]) {
      await timers.advanceTo(seconds);
      asked.at(-1)!.refuse(new Error('refused'));
    }
    await timers.advanceTo(15.5);
    asked.at(-1)!.accept();
    await timers.advanceTo(16);
    asked.at(-1)!.receiver.lost(new Error('gone again'));
    await timers.advanceTo(16.5);
    expect(events()).toEqual([
      [0, 'lost', 'gone'],
      ...[0.5, 1.5, 3.5, 7.5].flatMap((seconds) => [
        [seconds, 'attempt'],
        [seconds, 'failed', 'refused'],
      ]),
      [15.5, 'attempt'],
      [15.5, 'usable'],
      [16, 'lost', 'gone again'],
      [16.5, 'attempt'],
    ]);
  });

  test('gives up an attempt that takes too long, and closes what it opens after all', async () => {
    const { timers, asked, first, events, subscriber } = observed();
    first.lost(new Error('gone'));
    await timers.advanceTo(5.5);
    expect(asked[0]!.signal.aborted).toBe(true);
    expect(events().at(-1)).toEqual([5.5, 'failed', 'the session was not usable within 5 s']);
    const late = deadEnd();
    asked[0]!.accept(late);
    await timers.advanceTo(6);
    expect(late.closed).toBe(1);
    expect(subscriber.session).toBeUndefined();
    asked[0]!.receiver.lost(new Error('nobody asked'));
    await timers.advanceTo(6.5);
    expect(events().at(-1)).toEqual([6.5, 'attempt']);
    expect(asked).toHaveLength(2);
    expect(asked[1]!.signal.aborted).toBe(false);
  });

  test('fails an attempt whose client throws', async () => {
    const { timers, asked, first, events } = observed({ attemptSeconds: 0.1 });
    first.lost(new Error('gone'));
    await timers.advanceTo(0.5);
    asked[0]!.refuse(new Error('no route'));
    await timers.advanceTo(0.7);
    expect(events().slice(1)).toEqual([
      [0.5, 'attempt'],
      [0.5, 'failed', 'no route'],
    ]);
    expect(timers.pending).toBe(1);
  });

  test('may be lost before it is known to be usable', async () => {
    const { timers, asked, first, events } = observed();
    first.lost(new Error('gone'));
    await timers.advanceTo(0.5);
    asked[0]!.accept();
    asked[0]!.receiver.lost(new Error('gone at once'));
    await timers.advanceTo(1);
    expect(events()).toEqual([
      [0, 'lost', 'gone'],
      [0.5, 'attempt'],
      [0.5, 'usable'],
      [0.5, 'lost', 'gone at once'],
      [1, 'attempt'],
    ]);
  });
});

describe('a session that is silent', () => {
  test('is left after the time of silence, and closed without waiting for that', async () => {
    const session = deadEnd();
    const { timers, asked, first, events, deliver } = observed({}, session);
    await deliver(first, 0, 10);
    await timers.advanceTo(4.999);
    expect([events(), session.closed]).toEqual([[], 0]);
    await timers.advanceTo(5.5);
    expect(session.closed).toBe(1);
    expect(events()).toEqual([
      [5, 'silent', 'nothing arrived for 3 s'],
      [5.5, 'attempt'],
    ]);
    expect(asked).toHaveLength(1);
  });

  test('cannot be so before the publisher began, and not after its last message', async () => {
    const before = observed();
    await before.timers.advanceTo(3.999);
    expect(before.events()).toEqual([]);
    await before.timers.advanceTo(4);
    expect(before.events()).toEqual([[4, 'silent', 'nothing arrived for 3 s']]);

    const after = observed({ count: 20 });
    await after.deliver(after.first, 0, 19);
    await after.timers.advanceTo(119);
    expect([after.events(), after.timers.pending]).toEqual([[], 0]);
    const short = observed({ count: 20 });
    await short.deliver(short.first, 0, 18);
    await short.timers.advanceTo(7);
    expect(short.events()).toEqual([
      [5.8, 'silent', 'nothing arrived for 3 s'],
      [6.3, 'attempt'],
    ]);
  });

  test('is heard by whatever arrives, also by what is no message', async () => {
    const { timers, first, events } = observed();
    for (let seconds = 1; seconds < 20; seconds += 2) {
      await timers.advanceTo(seconds);
      first.unreadable({ kind: 'a ping', length: 0, head: '' });
    }
    expect(events()).toEqual([]);
  });

  test('takes from its old connection only what the new one does not bring, and does not hear it', async () => {
    const { timers, asked, first, history, events, deliver } = observed();
    await deliver(first, 0, 10);
    for (const sequence of [11, 12]) first.message(published(sequence));
    await timers.advanceTo(5.5);
    expect(asked[0]?.resume).toBe('abcdefgh-12');
    // An arrival while the session has no connection is late as well.
    first.message(published(13));
    asked[0]!.accept();
    await timers.advanceTo(5.6);
    for (const sequence of [14, 15, 16]) first.message(published(sequence));
    for (const sequence of [13, 14, 15]) asked[0]!.receiver.message(published(sequence));
    await timers.advanceTo(6);
    first.message(published(15));
    first.lost(new Error('closed at last'));
    await timers.advanceTo(8);
    first.message(published(17));
    expect(history.counts).toMatchObject({ delivered: 18, duplicated: 0, reordered: 0 });
    expect(history.read()).toMatchObject({ late: 6 });
    expect(history.read().arrivedNs.slice(12, 18)).toEqual([2e9, 5.6e9, 5.6e9, 5.6e9, 5.6e9, 8e9]);
    await timers.advanceTo(8.6);
    expect(events().slice(2)).toEqual([
      [5.5, 'usable'],
      [8.6, 'silent', 'nothing arrived for 3 s'],
    ]);
  });
});

describe('a token to resume with', () => {
  test('is that of the client if the protocol has one, read before the session is closed', async () => {
    const session = deadEnd({ resumeToken: () => (session.closed === 0 ? 'last-id' : undefined) });
    const { timers, asked } = observed({ resume: 'native' }, session);
    await timers.advanceTo(4.5);
    expect(session.closed).toBe(1);
    expect(asked[0]?.resume).toBe('last-id');
  });

  test('is the newest that the client has', async () => {
    let id = 1;
    const { timers, asked, first } = observed({ resume: 'native' }, deadEnd({ resumeToken: () => `id-${id++}` }));
    first.lost(new Error('gone'));
    await timers.advanceTo(0.5);
    asked[0]!.refuse(new Error('refused'));
    await timers.advanceTo(1.5);
    asked[1]!.accept(deadEnd({ resumeToken: () => 'other' }));
    await timers.advanceTo(1.6);
    asked[1]!.receiver.lost(new Error('gone'));
    await timers.advanceTo(2.1);
    expect(asked.map(({ resume }) => resume)).toEqual(['id-2', 'id-3', 'other']);
  });

  test.each([
    ['none', deadEnd({ resumeToken: () => 'unused' })],
    ['native', deadEnd()],
  ] as const)('is absent with capability %s where there is nothing to resume', async (resume, session) => {
    const { timers, asked, first, deliver } = observed({ resume }, session);
    await deliver(first, 0, 3);
    first.lost(new Error('gone'));
    await timers.advanceTo(3);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.resume).toBeUndefined();
  });

  test('is that of the place before the first message if none has arrived', async () => {
    const { timers, asked, first } = observed();
    first.lost(new Error('gone'));
    await timers.advanceTo(0.5);
    expect(asked[0]?.resume).toBe('abcdefgh--1');
  });
});

describe('the end of the observation', () => {
  test('ends an attempt, closes what it opens after all, and records nothing more', async () => {
    const { timers, asked, first, history, events, subscriber } = observed();
    first.lost(new Error('gone'));
    await timers.advanceTo(0.5);
    subscriber.end();
    expect(asked[0]!.signal.aborted).toBe(true);
    const late = deadEnd();
    asked[0]!.accept(late);
    asked[0]!.receiver.message(published(0));
    asked[0]!.receiver.unreadable({ kind: 'a ping', length: 0, head: '' });
    await timers.advanceTo(200);
    expect(events()).toEqual([
      [0, 'lost', 'gone'],
      [0.5, 'attempt'],
    ]);
    expect(history.counts).toMatchObject({ delivered: 0, corrupt: 0 });
    expect([late.closed, timers.pending]).toEqual([1, 0]);
  });

  test('is not passed by an attempt', async () => {
    const { timers, asked, first } = observed({ endNs: 10e9 });
    await timers.advanceTo(1);
    first.lost(new Error('gone'));
    await timers.advanceTo(1.5);
    asked[0]!.refuse(new Error('refused'));
    for (const seconds of [2.5, 4.5, 8.5]) {
      await timers.advanceTo(seconds);
      asked.at(-1)!.refuse(new Error('refused'));
    }
    await timers.advanceTo(200);
    expect(asked).toHaveLength(4);
    expect(timers.pending).toBe(0);
  });
});

test('with policy library the client alone reconnects, and its word alone counts', async () => {
  const { timers, asked, first, events, deliver, subscriber, history } = observed({ policy: 'library' });
  await deliver(first, 0, 9);
  first.interrupted!(new Error('ping timeout'));
  await timers.advanceTo(20);
  first.resumed!({ replayed: true });
  await deliver(first, 190, 191);
  await timers.advanceTo(40);
  first.interrupted!(new Error('transport close'));
  await timers.advanceTo(40.5);
  first.attempting!();
  await timers.advanceTo(40.8);
  first.attempting!();
  await timers.advanceTo(41);
  first.resumed!({ replayed: false });
  await timers.advanceTo(50);
  expect(subscriber.session).toBeDefined();
  first.lost(new Error('gave up'));
  await timers.advanceTo(119);
  expect(events()).toEqual([
    [1.9, 'interrupted', 'ping timeout'],
    [20, 'usable', true],
    [40, 'interrupted', 'transport close'],
    [40.5, 'attempt'],
    [40.8, 'failed', 'the library tries again'],
    [40.8, 'attempt'],
    [41, 'usable', false],
    [50, 'lost', 'gave up'],
  ]);
  expect([asked.length, timers.pending, subscriber.session]).toEqual([0, 0, undefined]);
  expect(history.counts).toMatchObject({ delivered: 12 });
});

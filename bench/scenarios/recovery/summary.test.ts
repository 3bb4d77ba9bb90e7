import { describe, expect, test } from 'vitest';
import { decode } from '../../load/histogram.ts';
import type { SessionEvent, SessionHistory } from '../../load/protocol.ts';
import { type Observed, summariseRecovery } from './summary.ts';

const S = 1e9;
/** First due time on the trial's clock: moments of the summary count from it. */
const START = 5 * S;
const at = (seconds: number): number => START + seconds * S;

/**
 * Ten messages, one a second from 0 on; the fault is at 3.5 s, the path is back at 5.5 s, and the end is at 9.5 s. Each session says when its
 * messages arrived, in seconds; null where one did not.
 */
const SCENE: Omit<Observed, 'sessions'> = {
  startNs: START,
  faultNs: at(3.5),
  backNs: at(5.5),
  endNs: at(9.5),
  intervalNs: S,
  published: 10,
  silenceSeconds: 3,
  server: [],
  listenDrops: null,
};

const BEFORE = [0.1, 1.1, 2.1, 3.1];

function session(
  after: readonly (number | null)[],
  events: readonly SessionEvent[] = [],
  counts: Partial<SessionHistory> = {},
): SessionHistory {
  const arrivedNs = [...BEFORE, ...after].map((seconds) => (seconds === null ? null : at(seconds)));
  return { sender: 0, events, arrivedNs, duplicated: 0, reordered: 0, corrupt: 0, ...counts };
}

const ended = (seconds: number, what: 'lost' | 'silent' | 'interrupted' = 'lost', reason = 'cut'): SessionEvent => ({
  what,
  atNs: at(seconds),
  reason,
});
const attempted = (seconds: number): SessionEvent => ({ what: 'attempt', lateNs: 0, atNs: at(seconds) });
const failed = (seconds: number): SessionEvent => ({ what: 'failed', atNs: at(seconds), reason: 'refused' });
const usable = (seconds: number): SessionEvent => ({ what: 'usable', atNs: at(seconds) });

const summaryOf = (sessions: readonly SessionHistory[], changes: Partial<Observed> = {}) =>
  summariseRecovery({ ...SCENE, ...changes, sessions });

const none = { count: 0, p50: null, p95: null, max: null };
const one = (seconds: number) => {
  const close = expect.closeTo(seconds, 6);
  return { count: 1, p50: close, p95: close, max: close };
};

describe('one session', () => {
  test('that gets what was under way when it was cut off, and nothing else, is gone', () => {
    // The rebind is at 3.5 s, and message 3 arrives a little later.
    const under = session([null, null, null, null, null, null], [], {});
    const arrivedNs = under.arrivedNs.map((atNs, number) => (number === 3 ? at(3.55) : atNs));
    const found = summaryOf([{ ...under, arrivedNs }], { backNs: at(3.5) });
    expect(found.sessions).toMatchObject({ survived: 0, gone: 1 });
    expect(found.messages).toMatchObject({ expected: 0, lost: 0 });
  });

  test('that gets everything after a blackhole, late, has survived', () => {
    // 4 and 5 were under way; TCP sends them again at 6.3 s.
    const found = summaryOf([session([6.3, 6.3, 6.4, 7.1, 8.1, 9.1])]);
    expect(found).toMatchObject({
      faultSeconds: 3.5,
      backSeconds: 5.5,
      endSeconds: 9.5,
      intervalSeconds: 1,
      silenceSeconds: 3,
      sessions: { all: 1, survived: 1, cameBack: 0, gone: 0, noticed: 0 },
      detection: none,
      reconnection: none,
      catchUp: none,
      // The newest was message 3 until 6.3 s, and message 4 was due at 4 s.
      staleness: one(2.3),
      attempts: { all: 0, failed: 0, peakPerSecond: 0 },
      messages: { published: 10, expected: 10, delivered: 10, lost: 0, lostMax: 0, duplicated: 0 },
      reasons: {},
    });
    expect(found).not.toHaveProperty('limit');
    const replayed = found.timeline.filter((slice) => slice.replayed > 0);
    expect(replayed).toMatchObject([{ seconds: 6.25, delivered: 3, replayed: 2 }]);
    expect(found.timeline.every((slice) => slice.usable === 1)).toBe(true);
  });

  test('that is reset and resumes has come back, with what it missed', () => {
    const events = [ended(3.6), attempted(3.9), failed(4), attempted(4.4), failed(4.5), attempted(6), usable(6.2)];
    const found = summaryOf([session([6.3, 6.4, 6.5, 7.1, 8.1, 9.1], events)]);
    expect(found).toMatchObject({
      sessions: { all: 1, survived: 0, cameBack: 1, gone: 0, noticed: 1 },
      detection: one(0.1),
      reconnection: one(0.7),
      // Messages 4, 5 and 6 were due before 6.2 s, and the last of them came at 6.5 s.
      catchUp: one(0.3),
      staleness: one(2.3),
      attempts: { all: 3, failed: 2, peakPerSecond: 2 },
      messages: { expected: 10, delivered: 10, lost: 0 },
      reasons: { cut: 1 },
    });
    const waits = decode(found.firstWaits);
    expect(waits.totalCount).toBe(1);
    expect(waits.mean / S).toBeCloseTo(0.3, 2);
    const usableIn = (from: number, to: number) =>
      found.timeline.filter(({ seconds }) => seconds >= from && seconds < to).map((slice) => slice.usable);
    expect(new Set(usableIn(0, 3.5))).toEqual(new Set([1]));
    expect(new Set(usableIn(3.5, 6))).toEqual(new Set([0]));
    expect(new Set(usableIn(6, 9.5))).toEqual(new Set([1]));
    const sum = (of: 'lost' | 'attempts' | 'delivered' | 'replayed'): number =>
      found.timeline.reduce((total, slice) => total + slice[of], 0);
    expect({ lost: sum('lost'), attempts: sum('attempts'), delivered: sum('delivered') }).toEqual({
      lost: 1,
      attempts: 3,
      delivered: 10,
    });
    // Message 6 was due 0.5 s before it came, within an interval.
    expect(sum('replayed')).toBe(2);
  });

  test('that comes back to a server that kept nothing has lost what was published meanwhile, and never caught up', () => {
    const events = [ended(3.5), attempted(6), usable(6.2)];
    const found = summaryOf([session([null, null, null, 7.1, 8.1, 9.1], events)], { limit: 'it went' });
    expect(found).toMatchObject({
      sessions: { cameBack: 1 },
      reconnection: one(0.7),
      catchUp: none,
      // From message 4, due at 4 s, until 7 came at 7.1 s.
      staleness: one(3.1),
      messages: { expected: 10, delivered: 7, lost: 3, lostMax: 3 },
      limit: 'it went',
    });
  });

  test('that hears nothing more and does not know it is gone, and nothing is expected of it', () => {
    const found = summaryOf([session([null, null, null, null, null, null])], { silenceSeconds: null });
    expect(found).toMatchObject({
      silenceSeconds: null,
      sessions: { all: 1, survived: 0, cameBack: 0, gone: 1, noticed: 0 },
      detection: none,
      reconnection: none,
      catchUp: none,
      staleness: none,
      messages: { published: 10, expected: 0, delivered: 0, lost: 0, lostMax: 0 },
    });
  });

  test('that is lost and not brought back is gone, though it noticed', () => {
    const found = summaryOf([session([null, null, null, null, null, null], [ended(3.9)])]);
    expect(found.sessions).toEqual({ all: 1, survived: 0, cameBack: 0, gone: 1, noticed: 1 });
    expect(found.detection).toEqual(one(0.4));
    expect(found.messages).toMatchObject({ expected: 0, lost: 0 });
  });

  test('that is taken for lost by silence is noticed after the silence', () => {
    const events = [ended(6.1, 'silent', 'nothing arrived for 3 s'), attempted(6.5), usable(6.6)];
    const found = summaryOf([session([6.7, 6.7, 6.7, 7.1, 8.1, 9.1], events)]);
    expect(found).toMatchObject({ detection: one(2.6), reconnection: one(1.1), catchUp: one(0.1) });
    expect(found.reasons).toEqual({ 'nothing arrived for 3 s': 1 });
  });

  test('whose library reconnects needs no attempt of the harness', () => {
    const events = [ended(3.6, 'interrupted', 'closed'), usable(5.8)];
    const found = summaryOf([session([5.9, 5.9, 6.1, 7.1, 8.1, 9.1], events)], { silenceSeconds: null });
    expect(found).toMatchObject({
      sessions: { cameBack: 1, noticed: 1 },
      reconnection: one(0.3),
      attempts: { all: 0 },
    });
    expect(decode(found.firstWaits).totalCount).toBe(0);
  });

  test('that is lost again after it was usable is back only when it stays', () => {
    const events = [ended(3.5), attempted(4), usable(4.2), ended(4.4), attempted(5.9), usable(6)];
    const found = summaryOf([session([6.1, 6.1, 6.2, 7.1, 8.1, 9.1], events)]);
    expect(found).toMatchObject({
      sessions: { cameBack: 1, noticed: 1 },
      detection: one(0),
      reconnection: one(0.5),
      attempts: { all: 2 },
      reasons: { cut: 2 },
    });
    expect(decode(found.firstWaits).totalCount).toBe(2);
    const again = summaryOf([session([6.1, 6.1, 6.2, null, null, null], [...events, ended(6.5)])]);
    expect(again.sessions).toMatchObject({ cameBack: 0, gone: 1 });
  });

  test('that learns of the fault before the path is back never waits a negative time', () => {
    const events = [ended(3.5), attempted(3.6), usable(3.7)];
    const found = summaryOf([session([4.1, 5.1, 6.1, 7.1, 8.1, 9.1], events)]);
    expect(found).toMatchObject({ reconnection: one(0), catchUp: one(0) });
  });

  test('that comes back more than 30 s after the path, or after the end, is gone', () => {
    const late = session([36, 36, 36, 36, 36, 36], [ended(3.5), attempted(35.4), usable(35.6)]);
    expect(summaryOf([late], { endNs: at(40) }).sessions).toMatchObject({ cameBack: 0, gone: 1 });
    const inTime = session([36, 36, 36, 36, 36, 36], [ended(3.5), attempted(35.3), usable(35.4)]);
    expect(summaryOf([inTime], { endNs: at(40) }).sessions).toMatchObject({ cameBack: 1, gone: 0 });
    expect(summaryOf([inTime]).sessions).toMatchObject({ gone: 1 });
  });

  test('whose arrivals come after the end is counted without them', () => {
    const found = summaryOf([session([6.1, 6.1, 6.1, 7.1, 8.1, 9.9])]);
    expect(found.messages).toMatchObject({ delivered: 9, lost: 1 });
    expect(found.timeline.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(9);
  });
});

describe('all sessions', () => {
  const SURVIVES = session([6.3, 6.3, 6.4, 7.1, 8.1, 9.1], [], { duplicated: 1, sender: 0 });
  const RESUMES = session(
    [6.3, 6.4, 6.5, 7.1, 8.1, 9.1],
    [ended(3.6), attempted(4.2), failed(4.3), attempted(6), usable(6.2)],
    { duplicated: 3, reordered: 1, sender: 1 },
  );
  const LOSES = session([null, null, null, 7.1, 8.1, 9.1], [ended(3.7, 'lost', 'reset'), attempted(4.9), usable(6.8)], {
    sender: 2,
  });
  const LEAVES = session([null, null, null, null, null, null], [ended(3.8)], { corrupt: 2, sender: 3 });
  const found = summaryOf([SURVIVES, RESUMES, LOSES, LEAVES]);

  test('are one of three, and expected is delivered and lost of those that are not gone', () => {
    const { sessions, messages } = found;
    expect(sessions).toEqual({ all: 4, survived: 1, cameBack: 2, gone: 1, noticed: 3 });
    expect(sessions.survived + sessions.cameBack + sessions.gone).toBe(sessions.all);
    expect(messages).toEqual({
      published: 10,
      expected: 30,
      delivered: 27,
      lost: 3,
      duplicated: 4,
      reordered: 1,
      corrupt: 2,
      lostMax: 3,
      duplicatedMax: 3,
    });
    expect(found.reasons).toEqual({ cut: 2, reset: 1 });
  });

  test('have the nearest ranks of their times', () => {
    const close = (seconds: number) => expect.closeTo(seconds, 6);
    expect(found.detection).toEqual({ count: 3, p50: close(0.2), p95: close(0.3), max: close(0.3) });
    expect(found.reconnection).toEqual({ count: 2, p50: close(0.7), p95: close(1.3), max: close(1.3) });
    expect(found.catchUp).toEqual(one(0.3));
    expect(found.staleness).toEqual({ count: 3, p50: close(2.3), p95: close(3.1), max: close(3.1) });
  });

  test('have a peak of attempts in any second, also across two slices', () => {
    expect(found.attempts).toEqual({ all: 3, failed: 1, peakPerSecond: 2 });
    const apart = [4, 5, 6].map((seconds) => session([], [ended(3.5), attempted(seconds)]));
    expect(summaryOf(apart).attempts.peakPerSecond).toBe(1);
  });

  test('make the server work until the last one is back', () => {
    const server = [5.5, 6, 6.5, 7, 7.5].map((seconds, index) => ({ atNs: at(seconds), cpuSeconds: 1 + index / 10 }));
    const { herd } = summaryOf([RESUMES, LOSES], { server, listenDrops: 7 });
    // The last is usable at 6.8 s.
    expect(herd).toEqual({ cpuSeconds: expect.closeTo(0.3, 9), seconds: expect.closeTo(1.5, 9), listenDrops: 7 });
    expect(summaryOf([RESUMES], { server: [] }).herd).toEqual({ cpuSeconds: 0, seconds: 0, listenDrops: null });
  });

  test('of which there is none make sums of nothing', () => {
    const empty = summaryOf([]);
    expect(empty.sessions.all).toBe(0);
    expect(empty.messages).toMatchObject({ expected: 0, delivered: 0, lost: 0, lostMax: 0 });
    expect(empty.timeline).toHaveLength(38);
  });
});

test('a fault without an outage counts everything from the fault', () => {
  // Reset at 3.5 s: usable again at 4.1 s with message 4 just due.
  const events = [ended(3.5), attempted(3.9), usable(4.1)];
  const found = summaryOf([session([4.15, 5.1, 6.1, 7.1, 8.1, 9.1], events)], { backNs: at(3.5) });
  expect(found).toMatchObject({
    faultSeconds: 3.5,
    backSeconds: 3.5,
    detection: one(0),
    reconnection: one(0.6),
    catchUp: one(0.05),
  });
});

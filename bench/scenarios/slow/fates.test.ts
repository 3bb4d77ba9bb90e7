import { describe, expect, test } from 'vitest';
import type { SessionHistory } from '../../load/protocol.ts';
import { fatesOf, isSettled, missedBy, type ReaderCourse } from './fates.ts';

const NS = 1e9;
/** Six messages before the readers are slow, six meanwhile and four afterwards; number 6, 7 and 14, 15 are of no phase. */
const COURSE: ReaderCourse = {
  before: { first: 0, count: 6 },
  during: { first: 8, count: 6 },
  after: { first: 16, count: 4 },
  slowNs: 10 * NS,
  endedNs: [],
};
const ALL = [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19];

/** Reader at which messages with these numbers arrive, and that is lost at a moment for a reason. */
function reader(
  numbers: readonly number[],
  lost?: { readonly seconds: number; readonly reason: string },
): SessionHistory {
  return {
    sender: 9,
    events: lost === undefined ? [] : [{ what: 'lost', atNs: lost.seconds * NS, reason: lost.reason }],
    arrivedNs: Array.from({ length: 20 }, (_, number) => (numbers.includes(number) ? number : null)),
    duplicated: 0,
    reordered: 0,
    corrupt: 0,
  };
}

const without = (...missing: readonly number[]): number[] => ALL.filter((number) => !missing.includes(number));

describe('the fate of a slow reader', () => {
  test.each([
    ['everything arrived', reader(ALL), { fate: 'caught up', missed: 0 }],
    ['it goes on after a gap', reader(without(9, 10)), { fate: 'missed messages', missed: 2 }],
    ['it still gets old messages', reader(ALL.filter((number) => number < 11)), { fate: 'behind', missed: 7 }],
    ['nothing arrives any more', reader(ALL.filter((number) => number < 8)), { fate: 'behind', missed: 10 }],
  ])('is told where %s', (_, history, expected) => {
    expect(fatesOf([history], COURSE)).toEqual([{ ...expected, sessions: 1, seconds: null }]);
    expect(missedBy(history, COURSE)).toBe(expected.missed);
  });

  test('is a cut where its session ended, whatever had arrived', () => {
    const cut = reader(ALL, { seconds: 14, reason: '1013' });
    expect(fatesOf([cut], COURSE)).toEqual([{ fate: 'cut', sessions: 1, seconds: 4, missed: 0, reason: '1013' }]);
  });

  test('is that of several readers, grouped by it and by the reason', () => {
    const readers = [
      reader(without(9, 16, 17, 18, 19), { seconds: 15, reason: '1013' }),
      reader(ALL),
      reader(without(16, 17, 18, 19), { seconds: 18, reason: 'reset' }),
      reader(without(8, 16, 17, 18, 19), { seconds: 17, reason: '1013' }),
    ];
    expect(fatesOf(readers, COURSE)).toEqual([
      { fate: 'cut', sessions: 2, seconds: 6, missed: 10, reason: '1013' },
      { fate: 'caught up', sessions: 1, seconds: null, missed: 0 },
      { fate: 'cut', sessions: 1, seconds: 8, missed: 4, reason: 'reset' },
    ]);
  });

  test('has the time at which the server ended the connection, where that was seen', () => {
    const late = { seconds: 30, reason: '1006' };
    const readers = [reader(without(19), late), reader(without(19), late), reader(ALL)];
    const times = (endedNs: readonly number[]) => fatesOf(readers, { ...COURSE, endedNs })[0]?.seconds;
    expect(times([13 * NS, 15 * NS, 40 * NS])).toBe(4);
    expect(times([13 * NS])).toBe(20);
    expect(times([])).toBe(20);
  });
});

test.each([
  ['caught up', reader(ALL), true, true],
  ['cut', reader([], { seconds: 11, reason: 'end' }), true, true],
  ['behind', reader(without(19, 18, 17, 16)), false, false],
  ['past a gap', reader(without(9)), true, false],
  ['on its way past a gap', reader(without(9, 19)), false, false],
])('nothing more is expected of a reader that is %s', (_, history, ordered, unordered) => {
  expect([isSettled(history, COURSE, true), isSettled(history, COURSE, false)]).toEqual([ordered, unordered]);
});

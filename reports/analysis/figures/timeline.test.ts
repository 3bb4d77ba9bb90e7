import { expect, test } from 'vitest';
import type { Case } from '../../../bench/results/schema.ts';
import { makeResults, type TransportSpec } from '../../testing/fixtures.ts';
import { courseOf, courseTakeaway, findingOf, signTest } from './timeline.ts';

const caseOf = (transport: TransportSpec, trials = 7): Case => {
  const [one] = makeResults({ transports: { ws: transport }, trials }).cases;
  if (one === undefined) throw new Error('a run without a case');
  return one;
};

const course = (transport: TransportSpec, trials = 7) => {
  const found = courseOf(caseOf(transport, trials));
  if (found === null) throw new Error('no course');
  return found;
};

test('two-sided sign test, by hand', () => {
  expect(signTest(5, 5)).toBeCloseTo(2 / 32, 12);
  expect(signTest(6, 6)).toBeCloseTo(2 / 64, 12);
  expect(signTest(6, 7)).toBeCloseTo((2 * 8) / 128, 12);
  expect(signTest(9, 10)).toBeCloseTo((2 * 11) / 1024, 12);
  expect(signTest(3, 6)).toBe(1);
});

test('a course is the median of its trials, slice by slice', () => {
  const { trials, typical, drift, stalls } = course({ p50Ms: 0.2 });
  expect(trials).toHaveLength(7);
  expect(typical).toHaveLength(20);
  for (const [index, point] of typical.entries()) {
    const values = trials.map(({ points }) => points[index]?.p50 ?? Number.NaN).toSorted((a, b) => a - b);
    expect(point.p50).toBe(values[3]);
    expect(point.kept).toBe(1);
    // Sixty messages a slice are too few for a p99.
    expect(point.p99).toBeNull();
    expect(point.max).toBeGreaterThan(point.p50 ?? 0);
  }
  expect(drift.kind).toBe('steady');
  expect(stalls).toEqual([]);
});

test.each<[string, TransportSpec, number, string]>([
  ['nothing but noise', {}, 7, 'steady'],
  ['half as slow again at the end', { drift: 1.5 }, 7, 'drifts +30.6 %'],
  ['half as fast again', { drift: 1 / 1.5 }, 7, 'drifts −23.7 %'],
  ['a change within the band', { drift: 1.08 }, 7, 'steady'],
  ['a change of single trials, not of all', { p50Ms: 0.02, drift: 1.2, noise: 0.9 }, 7, 'unclear'],
  ['too few trials', { drift: 1.5 }, 5, 'not testable'],
])('drift: %s', (_, transport, trials, finding) => {
  const said = findingOf(course(transport, trials));
  expect(said.replace(/ [+−].*/, '')).toBe(finding.replace(/ [+−].*/, ''));
  const percent = (text: string) => Number(/[+−][\d.]+/.exec(text)?.[0].replace('−', '-') ?? 0);
  expect(Math.abs(percent(said) - percent(finding))).toBeLessThan(3);
});

test('a stall is found where it began, in its trial, and nowhere else', () => {
  const found = course({ p50Ms: 0.2, stalls: { 2: { atSeconds: 0.4, seconds: 0.2 } } });
  expect(found.stalls).toEqual([{ block: 2, at: 0.4, seconds: expect.closeTo(0.2, 3) }]);
  const [, , stalled] = found.trials;
  const kept = stalled?.points.map((point) => Math.round((point.kept ?? Number.NaN) * 100) / 100);
  expect(kept?.slice(7, 13)).toEqual([1, 0, 0, 0, 0, 5]);
  expect(found.drift.kind).toBe('steady');
  expect(courseTakeaway([found])).toBe(
    'From the first third of a trial to the last, p50 is steady in ws. ' +
      'Stalls: ws at 0.4 s, for 200 ms (in 1 of 7 trials).',
  );
});

test('what is usual for a transport is no stall, and what is short is none', () => {
  expect(course({ p50Ms: 60 }).stalls).toEqual([]);
  expect(course({ p50Ms: 0.2, stalls: { 2: { atSeconds: 0.4, seconds: 0.04 } } }).stalls).toEqual([]);
});

test('only valid trials that recorded their course count', () => {
  const faults = {
    0: { state: 'invalid', reasons: ['saturated'] },
    1: { state: 'failed', reasons: ['died'] },
  } as const;
  expect(course({ faults }).trials.map(({ block }) => block)).toEqual([2, 3, 4, 5, 6]);
  const [one] = makeResults({ transports: { ws: {} }, timeline: false }).cases;
  expect(courseOf(one ?? caseOf({}))).toBeNull();
  expect(courseTakeaway([])).toMatch(/No choice has a valid trial/);
});

test('with many choices the sentence counts them', () => {
  const named = (name: string, transport: TransportSpec) => ({ ...course(transport), name });
  const many = [
    ...Array.from({ length: 8 }, (_, index) => named(`t${index}`, {})),
    ...Array.from({ length: 6 }, (_, index) => named(`d${index}`, { drift: 2 })),
  ];
  expect(courseTakeaway(many.slice(0, 8))).toMatch(/p50 is steady in all 8 choices\. There were no stalls/);
  const text = courseTakeaway(many);
  expect(text).toMatch(
    /^From the first third of a trial to the last, p50 is steady in 8 of 14 choices; drifting in d0 \(\+/,
  );
  expect(text).toMatch(/, d2 \(\+[\d.]+ %\) and 3 more\. There were no stalls\.$/);
});

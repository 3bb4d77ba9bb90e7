import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import type { Messages, Results } from '../../../bench/results/schema.ts';
import { CAPACITY, ECHO, IDLE, makeResults, type RunSpec } from '../../testing/fixtures.ts';
import { analyse } from '../analyse.ts';
import { deliveriesOf, deliveriesTakeaway, faultsIn, shareOf } from './deliveries.ts';

function read(spec: RunSpec, faults: Partial<Messages> = {}) {
  const made = makeResults(spec);
  const results: Results = {
    ...made,
    cases: made.cases.map((one) => ({
      ...one,
      trials: one.trials.map((trial) =>
        trial.state === 'failed' || one.transport !== 'b'
          ? trial
          : { ...trial, messages: { ...trial.messages, ...faults } },
      ),
    })),
  };
  return analyse(results, { resamples: 200 }).groups.flatMap((group) => deliveriesOf(results.cases, group));
}

const named = (rows: ReturnType<typeof read>, name: string) => rows.find((row) => row.name === name);

test('where nothing went astray one sentence says so, with how much that was', () => {
  const rows = read({ transports: { a: {}, b: {} } });
  expect(rows.flatMap(faultsIn)).toEqual([]);
  expect(deliveriesTakeaway(rows)).toBe(
    'No delivery was lost, duplicated, corrupt or out of order: all 14,400 expected deliveries in 12 trials arrived once and in order.',
  );
});

test('faults are counted apart over all measured trials, and the worst is named', () => {
  const rows = read({ transports: { a: {}, b: {}, c: { lost: 12 } } }, { duplicated: 3, reordered: 6 });
  expect(named(rows, 'b')).toMatchObject({ duplicated: 18, reordered: 36, lost: 0, late: null });
  const c = named(rows, 'c');
  expect(c).toMatchObject({ owed: 7200, delivered: 7128, lost: 72 });
  expect(c && shareOf(c, 'lost')).toBe(0.01);
  expect(deliveriesTakeaway(rows)).toBe(
    'Not every delivery arrived once, in order and in time. Worst cases: 72 of 7,200 lost (c), 18 of 7,200 duplicated (b) and 36 of 7,200 out of order (b). 1 of 3 cases had no such fault.',
  );
});

test('trials that feed no number count all the same, and failed ones cannot', () => {
  const faults = {
    0: { state: 'suspect', reasons: ['nothing lost: 5'] },
    1: { state: 'failed', reasons: ['gone'] },
  } as const;
  expect(read({ transports: { a: { lost: 5, faults } } })[0]).toMatchObject({ trials: 5, lost: 25 });
});

test('late is what came after the objective, and without one nothing is', () => {
  const recorded = build({ lowestDiscernibleValue: 1, highestTrackableValue: 6e10, numberOfSignificantValueDigits: 3 });
  recorded.recordValueWithCount(40e6, 97);
  recorded.recordValueWithCount(60e6, 3);
  const response = encodeIntoCompressedBase64(recorded);
  const made = makeResults({ transports: { a: {} }, scenarios: [CAPACITY] });
  const cases = made.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) =>
      trial.state === 'failed' ? trial : { ...trial, latency: { ...trial.latency, response } },
    ),
  }));
  const [group] = analyse({ ...made, cases }, { resamples: 200 }).groups;
  expect(group?.question.objective).toEqual({ percentile: 99, seconds: 0.05 });
  const [row] = group === undefined ? [] : deliveriesOf(cases, group);
  expect(row?.late).toBe(6 * 3);
  expect(read({ transports: { a: {} }, scenarios: [ECHO] })[0]?.late).toBeNull();
});

test('sessions that send nothing owe nothing', () => {
  expect(read({ transports: { a: {} }, scenarios: [IDLE] })).toEqual([]);
});

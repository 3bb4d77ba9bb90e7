import { describe, expect, test } from 'vitest';
import type { Results } from '../../bench/results/schema.ts';
import { BROADCAST, CAPACITY, ECHO, makeResults, type RunSpec, SEVEN } from '../testing/fixtures.ts';
import { judgeThresholds, type Threshold, thresholdText } from './thresholds.ts';

const run = (spec: Partial<RunSpec> = {}): Results => makeResults({ transports: SEVEN, trials: 6, ...spec });
const limit = (change: Partial<Threshold> = {}): Threshold => ({
  text: 'ws.echo.p50<1ms',
  flag: 'ws',
  scenario: 'echo',
  metric: 'p50',
  operator: '<',
  limit: 0.001,
  ...change,
});
const outcomes = (results: Results, ...thresholds: Threshold[]) =>
  judgeThresholds(results, thresholds).map(({ outcome }) => outcome);
const every = (state: 'invalid' | 'failed', ...blocks: number[]) =>
  Object.fromEntries(blocks.map((block) => [block, { state, reasons: ['late'] }]));

describe('thresholds', () => {
  test('are held against the median over the valid trials', () => {
    const results = run();
    expect(outcomes(results, limit(), limit({ limit: 0.0001 }))).toEqual(['met', 'missed']);
    const bytes = { metric: 'bytes', limit: 268 } as const;
    const operators = (['<', '<=', '>', '>='] as const).map((operator) => limit({ ...bytes, operator }));
    expect(outcomes(results, ...operators)).toEqual(['missed', 'met', 'missed', 'met']);
    const spoilt = run({ transports: { ws: { ...SEVEN.ws, faults: every('invalid', 0, 1) } } });
    expect(judgeThresholds(spoilt, [limit()])[0]).toMatchObject({ outcome: 'met', trials: 4 });
  });

  test('of several cases each is judged by itself', () => {
    const scenarios = [ECHO, { ...ECHO, size: 4096 }, BROADCAST];
    const judged = judgeThresholds(run({ scenarios }), [limit({ metric: 'bytes', limit: 1000 })]);
    expect(judged.map(({ caseId, outcome }) => [caseId, outcome])).toEqual([
      ['ws/echo/c100/r1200/s128/text', 'met'],
      ['ws/echo/c100/r1200/s4096/text', 'missed'],
    ]);
  });

  test('cover the values that they are narrowed to', () => {
    const scenarios = [ECHO, { ...ECHO, size: 4096 }, { ...ECHO, encoding: 'binary' as const }];
    const covered = (narrowing: NonNullable<Threshold['narrowing']>) =>
      judgeThresholds(run({ scenarios }), [limit({ metric: 'bytes', limit: 1000, narrowing })]).map(
        (one) => one.caseId,
      );
    expect(covered({ size: '4096' })).toEqual(['ws/echo/c100/r1200/s4096/text']);
    expect(covered({ size: '128', encoding: 'binary' })).toEqual(['ws/echo/c100/r1200/s128/binary']);
    expect(covered({ size: '64' })).toEqual([null]);
    const [slow] = run().cases.map((one) => ({ ...one, network: 'wan' }));
    const both = { ...run(), cases: [...run().cases.slice(0, 2), ...(slow === undefined ? [] : [slow])] };
    expect(judgeThresholds(both, [limit({ flag: 'tcp' })])).toHaveLength(1);
    expect(judgeThresholds(both, [limit({ flag: 'tcp', narrowing: { network: 'wan' } })])).toHaveLength(1);
  });

  test('speak of a variant, or of both labels of an A/A run', () => {
    const transports = { ws: { ...SEVEN.ws, variant: 'deflate' } };
    expect(outcomes(run({ transports }), limit({ flag: 'ws:deflate' }), limit())).toEqual(['met', 'not testable']);
    expect(outcomes(run({ aa: true }), limit())).toEqual(['met', 'met']);
  });

  test('cannot be tested without a case, a figure or a valid trial, and say so', () => {
    const none = run({ transports: { ...SEVEN, ws: { ...SEVEN.ws, faults: every('invalid', 0, 1, 2, 3, 4, 5) } } });
    const few = run({ scenarios: [{ ...ECHO, rate: 100 }] });
    const judged = [
      judgeThresholds(run(), [limit({ scenario: 'broadcast' })]),
      judgeThresholds(few, [limit({ metric: 'p99' })]),
      judgeThresholds(none, [limit()]),
      judgeThresholds(run({ transports: { ws: { faults: every('invalid', 0, 1, 2, 3, 4) } } }), [limit()]),
    ].flat();
    expect(judged.map((one) => ('reason' in one ? one.reason : one.outcome))).toEqual([
      'the run has no such case',
      expect.stringMatching(/sample/),
      'none of 6 trials is valid',
      'only 1 of 6 measured trials are valid',
    ]);
  });

  test('a lower bound settles only what lies below it', () => {
    const bounds = { 0: 0.9, 1: 0.9, 2: 0.9, 3: 0.9, 4: 0.9, 5: 0.9 };
    const results = run({ transports: { ws: { ...SEVEN.ws, lowerBounds: bounds } }, scenarios: [CAPACITY] });
    const capacity = (operator: Threshold['operator'], rate: number) =>
      limit({ scenario: 'capacity', metric: 'capacity', operator, limit: rate });
    expect(
      outcomes(results, capacity('>', 10_000), capacity('>', 90_000), capacity('<', 10_000), capacity('<', 90_000)),
    ).toEqual(['met', 'not testable', 'missed', 'not testable']);
  });

  test('in words: figure, unit, trials, limit', () => {
    const [met] = judgeThresholds(run(), [limit()]);
    expect(met === undefined ? null : thresholdText(met)).toMatchObject({
      condition: 'ws.echo.p50<1ms',
      name: 'ws/echo/c100/r1200/s128/text',
      figure: expect.stringMatching(/^0\.1\d+ ms \(median of 6 valid trials; limit 1\.00 ms\)$/),
    });
  });
});

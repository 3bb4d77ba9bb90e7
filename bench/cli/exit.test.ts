import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeResults, type RunSpec, SEVEN } from '../../reports/testing/fixtures.ts';
import { exitCodeOf } from './commands/run.ts';
import { EXIT, gravest } from './exit.ts';

describe('exit codes', () => {
  test('the gravest of several is used', () => {
    expect(gravest([])).toBe(0);
    const order = [130, 1, 2, 14, 13, 11, 10, 12] as const;
    for (const [index, code] of order.entries()) expect(gravest(order.slice(index).toReversed())).toBe(code);
  });

  test('the README lists each', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
    expect(Object.values(EXIT).filter((code) => !new RegExp(`[·:] ${code} [a-z]`).test(readme))).toEqual([]);
  });

  const run = (spec: Partial<RunSpec> = {}) => makeResults({ transports: SEVEN, trials: 2, ...spec });
  const fault = (state: 'invalid' | 'failed') => ({ state, reasons: ['why'] });
  const ws = (state: 'invalid' | 'failed') => ({
    transports: { ...SEVEN, ws: { ...SEVEN.ws, faults: { 0: fault(state), 1: fault(state) } } },
  });

  test.each([
    ['all is well', run(), ['met'], 0],
    ['a threshold is missed', run(), ['met', 'missed'], 10],
    ['a threshold cannot be tested', run(), ['missed', 'not testable'], 13],
    ['a case has no valid trial', run(ws('invalid')), ['missed'], 13],
    ['a transport failed', run(ws('failed')), ['missed', 'not testable'], 14],
    ['a transport was overloaded', run({ transports: { ws: { overdue: 5 } } }), [], 0],
    ['messages were lost beside overload', run({ transports: { ws: { overdue: 5, lost: 1 } } }), [], 14],
    ['messages were lost', run({ transports: { ws: { lost: 5 } } }), [], 14],
    ['it was interrupted', run({ ...ws('failed'), state: 'interrupted' }), ['missed'], 130],
  ] as const)('of a run in which %s', (_, results, outcomes, code) => {
    expect(
      exitCodeOf(
        results,
        outcomes.map((outcome) => ({ outcome })),
      ),
    ).toBe(code);
  });
});

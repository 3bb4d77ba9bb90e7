import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countTrials, statusOf } from '../../reports/analysis/status.ts';
import { type Fault, makeResults, type RunSpec, SEVEN } from '../../reports/testing/fixtures.ts';
import { withRerun } from '../../reports/testing/reruns.ts';
import type { MeasuredTrial, Trial } from '../results/schema.ts';
import { EXIT, gravest } from './exit.ts';
import { exitCodeOf } from './outcome.ts';

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
  type State = Fault['state'];
  const inWs = (state: State, ...blocks: number[]) => {
    const faults = Object.fromEntries(blocks.map((block) => [block, { state, reasons: ['why'] }]));
    return { transports: { ...SEVEN, ws: { ...SEVEN.ws, faults } } };
  };
  const ws = (state: State) => inWs(state, 0, 1);
  /** Runs of one transport that has valid trials, but fewer than others. */
  const mostly = (state: State) => run({ trials: 5, transports: { ws: inWs(state, 0, 1, 2).transports.ws } });
  const stopped = { rule: 'first-block', text: 'no trial of the first block is valid' };
  const again = (change?: Parameters<typeof withRerun>[1]) => withRerun(run(), change);

  test.each([
    ['all is well', run(), ['met'], 0],
    ['some trials are invalid', run(inWs('invalid', 0)), ['met'], 0],
    ['a threshold is missed', run(), ['met', 'missed'], 10],
    ['a threshold cannot be tested', run(), ['missed', 'not testable'], 13],
    ['a case has no valid trial', run(ws('invalid')), ['missed'], 13],
    ['a case has only suspect trials', run(ws('suspect')), ['missed'], 13],
    ['a case was never run', run({ done: 0 }), [], 13],
    ['fewer than half of the trials are valid, though each case has some', mostly('invalid'), ['met'], 13],
    ['most trials are suspect', mostly('suspect'), [], 13],
    [
      'the first block had no valid trial',
      { ...run({ ...ws('invalid'), state: 'interrupted' }), stopped },
      ['missed'],
      13,
    ],
    ['the first block failed', { ...run({ ...ws('failed'), done: 1, state: 'interrupted' }), stopped }, [], 14],
    ['a transport failed', run(ws('failed')), ['missed', 'not testable'], 14],
    ['a trial failed', run(inWs('failed', 1)), ['met'], 14],
    [
      'most trials are invalid and one lost messages',
      run({ transports: { ws: { ...ws('invalid').transports.ws, lost: 1 } } }),
      [],
      14,
    ],
    ['a transport was overloaded', run({ transports: { ws: { overdue: 5 } } }), [], 0],
    ['messages were lost beside overload', run({ transports: { ws: { overdue: 5, lost: 1 } } }), [], 14],
    ['messages were lost', run({ transports: { ws: { lost: 5 } } }), [], 14],
    ['a trial was run again and is valid', again(), ['met'], 0],
    ['a trial was run again and a threshold is missed', again(), ['missed'], 10],
    ['a trial failed when it was run again', again({ second: failed }), ['missed'], 14],
    [
      'the only case is invalid when run again too',
      withRerun(run({ transports: { ws: {} }, trials: 1 }), { second: invalid }),
      [],
      13,
    ],
    ['it was interrupted', run({ ...ws('failed'), state: 'interrupted' }), ['missed'], 130],
    ['it was interrupted while it was invalid', run({ ...ws('invalid'), state: 'interrupted' }), [], 130],
  ] as const)('of a run in which %s', (_, results, outcomes, code) => {
    expect(
      exitCodeOf(
        results,
        outcomes.map((outcome) => ({ outcome })),
      ),
    ).toBe(code);
  });

  test('no run that its report calls invalid ends well, whatever states its trials have', () => {
    const template = run({ transports: { ws: {}, sse: {} } });
    const trials = template.cases.flatMap((one) => one.trials);
    const states = ['valid', 'suspect', 'invalid', 'failed'] as const;
    for (let draw = 0; draw < states.length ** trials.length; draw++) {
      const drawn = new Map(trials.map((trial, at) => [trial, states[Math.floor(draw / states.length ** at) % 4]]));
      const stateOf = (trial: Trial): Trial => {
        const state = drawn.get(trial) ?? 'failed';
        const { block, order, startedAt } = trial;
        if (state === 'failed' || trial.state !== 'valid')
          return { state: 'failed', block, order, startedAt, reasons: ['why'] };
        return state === 'valid' ? trial : { ...trial, state, reasons: ['why'] };
      };
      const results = {
        ...template,
        cases: template.cases.map((one) => ({ ...one, trials: one.trials.map(stateOf) })),
      };
      const { kind } = statusOf(results, countTrials(results), 0);
      const code = exitCodeOf(results);
      const hasFailed = [...drawn.values()].includes('failed');
      if (kind === 'invalid') expect(code).toBe(hasFailed ? EXIT.failed : EXIT.invalid);
      else expect([EXIT.done, EXIT.invalid, EXIT.failed]).toContain(code);
    }
  });
});

const failed = ({ block, order, startedAt, replaces }: Trial): Trial => ({
  state: 'failed',
  block,
  order,
  startedAt,
  replaces,
  reasons: ['why'],
});
const invalid = (trial: MeasuredTrial): Trial => ({ ...trial, state: 'invalid', reasons: ['why'] });

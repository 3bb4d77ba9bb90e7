import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { progressDisplay } from '../../../reports/terminal/progress.ts';
import { makeResults } from '../../../reports/testing/fixtures.ts';
import { readOptions } from '../../plan/options.ts';
import { makePlan, type RunPlan } from '../../plan/plan.ts';
import type { Results, Trial } from '../../results/schema.ts';
import type { RunEvent } from '../../run/run.ts';
import { scenarios } from '../../scenarios/index.ts';
import { detailer } from './details.ts';
import { progressOf } from './execute.ts';

function planOf(transports: string, trials: number): RunPlan {
  const values = Object.entries({ transports, scenarios: 'echo', trials });
  const read = readOptions(Object.fromEntries(values.map(([name, value]) => [name, { value, where: '' }])));
  if ('problems' in read) throw new Error(read.problems.join());
  return makePlan(read.options);
}

const results: Results = makeResults({ transports: { ws: {} }, trials: 1 });
const [fixture] = results.cases[0]!.trials;
if (fixture?.state !== 'valid') throw new Error('the fixture is not valid');
const valid: Extract<Trial, { state: 'valid' }> = fixture;

const SENTENCE = '71.2 % of messages left within 5 ms of their due time (at least 99.0 % must)';
const late = (text = SENTENCE): Trial => ({
  ...valid,
  state: 'invalid',
  reasons: [`schedule kept: ${text}`],
  broken: [{ rule: 'schedule-kept', text }],
});
const failed = (reason: string): Trial => ({ state: 'failed', block: 0, order: 0, startedAt: '', reasons: [reason] });

/** Lines that a run with these trials prints, each trial one of the plan's in order. */
function printed(
  interactive: boolean,
  trials: readonly { trial: Trial; again?: true; replaces?: number; waits?: number[] }[],
) {
  const plan = planOf('ws', trials.length);
  const parts: string[] = [];
  const terminal = {
    interactive,
    colour: false,
    width: () => 300,
    height: () => 50,
    write: (more: string) => void parts.push(more),
  };
  const display = progressDisplay(terminal);
  const line = progressOf(plan, () => 0);
  const show = (event: RunEvent): void => {
    const progress = line(event);
    if (progress !== undefined) display.show(progress);
  };
  for (const [order, { trial, again = false, replaces, waits = [] }] of trials.entries()) {
    const planned = plan.cases[0]!;
    const of = { planned, block: order, order, ...(replaces === undefined ? {} : { replaces }) };
    for (const busyShare of waits) show({ event: 'waiting', busyShare, ...of });
    show({ event: 'trial-started', ...of });
    const ended = { ...trial, order, ...(replaces === undefined ? {} : { replaces }) };
    show({ event: 'trial-ended', planned, trial: ended, again, results });
  }
  display.end();
  return parts.join('');
}

describe.each([false, true])('lines of a run, at a terminal: %j', (interactive) => {
  test('a trial that is not valid has no figures, and a sentence is printed once', () => {
    const text = printed(interactive, [
      { trial: valid },
      { trial: late() },
      { trial: late(SENTENCE.replace('71.2', '64.8')) },
      { trial: failed('connect ECONNREFUSED 127.0.0.1:4711') },
      { trial: failed('connect ECONNREFUSED 127.0.0.1:4712') },
      { trial: late() },
    ]);
    // A terminal is drawn anew with each trial.
    const last = stripVTControlCharacters(text.split('\x1b[?2026h').at(-1) ?? '');
    expect(last.match(/left within 5 ms/g)).toHaveLength(1);
    expect(last).toMatch(/invalid {2}schedule kept: 71\.2 %/);
    expect(last.match(/invalid {2}sent late\n/g)).toHaveLength(2);
    expect(last.match(/ECONNREFUSED/g)).toHaveLength(1);
    expect(last).toMatch(/failed {2}as before\n/);
    expect(last.match(/p50/g)).toHaveLength(1);
  });

  test('a trial that is run again says so, both times, and the total grows', () => {
    const text = printed(interactive, [
      { trial: late(), again: true },
      { trial: valid, replaces: 0 },
      { trial: valid },
    ]);
    expect(text).toMatch(/invalid {2}schedule kept: .* {2}will run again/);
    expect(text).toMatch(/run again {2}p50/);
    expect(text).toMatch(interactive ? /trial 2\/4/ : /\[2\/4\]/);
  });

  test('a wait for a calm machine says what for', () => {
    const text = printed(interactive, [
      { trial: valid, waits: [0.62, 0.4] },
      { trial: valid, waits: [0.3] },
    ]);
    const told = text.match(/waiting for a calm machine: other programs use \d+ % of it/g);
    expect(told?.map((one) => /\d+/.exec(one)?.[0])).toEqual(interactive ? ['62', '40', '30'] : ['62', '30']);
  });
});

test('no kind of scenario shows figures of a trial that is not valid', () => {
  for (const { kind } of scenarios) {
    const detail = detailer();
    expect(detail(kind, late())).toBe(`schedule kept: ${SENTENCE}`);
    expect(detail(kind, late())).toBe('sent late');
  }
});

test('a trial that broke two rules has a word for each, and an unknown rule its text the first time', () => {
  const kind = planOf('ws', 1).cases[0]!.scenario.kind;
  const two: Trial = {
    ...valid,
    state: 'invalid',
    reasons: ['schedule kept: a', 'made up: b'],
    broken: [
      { rule: 'schedule-kept', text: 'a' },
      { rule: 'made-up', text: 'b' },
    ],
  };
  const detail = detailer();
  expect(detail(kind, two)).toBe('schedule kept: a; made up: b');
  expect(detail(kind, two)).toBe('sent late; as before');
});

test('trials at the same time are in progress until each ends', () => {
  const plan = planOf('ws,sse,mqtt', 1);
  const line = progressOf(plan, () => 0);
  const [a, b, c] = plan.cases.map(({ id }) => id);
  const begun = plan.cases.map((planned, order) => line({ event: 'trial-started', planned, block: 0, order }));
  expect(begun.map((one) => [one?.current, ...(one?.others ?? [])])).toEqual([[a], [a, b], [a, b, c]]);
  const ended = (order: number) => {
    const trial: Trial = { ...valid, block: 0, order };
    return line({ event: 'trial-ended', planned: plan.cases[order]!, trial, again: false, results });
  };
  expect(ended(1)).toMatchObject({ done: 1, current: a, others: [c], ended: { name: b } });
  expect(ended(0)).toMatchObject({ done: 2, current: c });
  expect(ended(2)?.current).toBeUndefined();
});

test('a trial that opens many sessions tells how far it is, and the time that is left goes down', () => {
  const given = { transports: 'ws', scenarios: 'idle', clients: '100000', trials: '1' };
  const read = readOptions(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value, where: '' }])),
  );
  if ('problems' in read) throw new Error(read.problems.join());
  const plan = makePlan(read.options);
  let nowMs = 0;
  const line = progressOf(plan, () => nowMs);
  const of = { planned: plan.cases[0]!, block: 0, order: 0 };
  const estimate = line({ event: 'trial-started', ...of })?.remainingSeconds ?? 0;
  expect(estimate).toBeGreaterThan(60);
  nowMs = 30_000;
  const opening = line({ event: 'opening', until: 40_000, ...of });
  expect(opening).toMatchObject({
    current: of.planned.id,
    activity: 'opening sessions, up to 40,000 of 100,000',
    remainingSeconds: estimate - 30,
  });
  nowMs = 1e9;
  const open = line({ event: 'opening', until: null, ...of });
  expect(open).toMatchObject({ current: of.planned.id, remainingSeconds: 0 });
  expect(open?.activity).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import type { Measurement, Results, Trial } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import { readRun } from './analysis/member.ts';
import { judgeThresholds, type Threshold } from './analysis/thresholds.ts';
import { gatesOf } from './analysis/trust/gates.ts';
import { compare } from './compare/compare.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { makeReport, summary, trialsCsv } from './report.ts';
import { BROADCAST, CAPACITY, ECHO, makeResults, SEVEN } from './testing/fixtures.ts';
import { withRerun } from './testing/reruns.ts';

const options = { resamples: 200 };
const two = { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} };
const plain = makeResults({ transports: two, trials: 7 });
/** Results of a trial a hundred times as slow, which no figure may contain. */
const slow = makeResults({ transports: { ws: { p50Ms: 100 } }, trials: 1 }).cases[0]?.trials[0];
const spoilt: Partial<Measurement> = slow?.state === 'valid' ? { latency: slow.latency } : {};

const once = withRerun(plain, { block: 2, first: spoilt });
const thrice = withRerun(withRerun(once, { at: 1, block: 4, first: spoilt }), { block: 5, first: spoilt });
const failed = ({ block, order, startedAt, replaces }: Trial): Trial => ({
  state: 'failed',
  block,
  order,
  startedAt,
  replaces,
  reasons: ['the server ended'],
});

const gate = (results: Results) =>
  gatesOf({ results, analysis: analyse(results, options) }).find(({ check }) => check === 'Few trials run again');
const text = (results: Results): string =>
  summary(results, analyse(results, options), { width: 200, colour: false }).replaceAll(/\s+/g, ' ');

describe('figures, verdicts and counts use the second attempt alone', () => {
  test.each([
    ['echo', two, [ECHO]],
    ['a broadcast, and an overloaded transport', { ...two, mqtt: { overdue: 5 } }, [BROADCAST]],
    ['a search', two, [CAPACITY]],
  ] as const)('%s', (_, transports, scenarios) => {
    const before = makeResults({ transports, scenarios, trials: 7 });
    const after = withRerun(withRerun(before, { block: 2, first: spoilt }), { at: 1, block: 4, first: spoilt });
    const [one, other] = [before, after].map((results) => analyse(results, options));
    expect(
      other?.groups.map(({ rows, answer, tiers }) => ({ cells: rows.map(({ cells }) => cells), answer, tiers })),
    ).toEqual(one?.groups.map(({ rows, answer, tiers }) => ({ cells: rows.map(({ cells }) => cells), answer, tiers })));
    expect(other?.counts).toEqual({ ...one?.counts, reruns: 2 });
    expect(other?.status).toEqual(one?.status);
    expect(other?.warnings).toEqual(one?.warnings);
  });

  test('a first attempt counts nowhere, even if a file calls it valid', () => {
    const [ws, ...others] = once.cases;
    const trials = ws?.trials.map((trial): Trial => {
      if (trial.state !== 'invalid') return trial;
      return { ...trial, state: 'valid', reasons: [], broken: [] };
    });
    const odd = { ...once, cases: [{ ...ws!, trials: trials ?? [] }, ...others] };
    expect(analyse(odd, options).groups[0]?.rows[0]?.cells.p50).toEqual(
      analyse(plain, options).groups[0]?.rows[0]?.cells.p50,
    );
    expect(readRun(odd).readings(odd.cases[0]!).p50).toEqual(readRun(plain).readings(plain.cases[0]!).p50);
    expect(gate(odd)?.status).toBe('broken');
  });

  test('so do thresholds and the comparison of two runs', () => {
    const limit: Threshold = { text: '', flag: 'ws', scenario: 'echo', metric: 'p50', operator: '<', limit: 1e-3 };
    expect(judgeThresholds(thrice, [limit])[0]).toEqual(judgeThresholds(plain, [limit])[0]);
    expect(compare(plain, thrice, options).rows).toEqual(compare(plain, plain, options).rows);
  });

  test('a second attempt that is invalid, or that failed, is what counts', () => {
    const again = withRerun(plain, {
      second: (trial) => ({ ...trial, state: 'invalid', reasons: ['schedule kept: no'] }),
    });
    expect(analyse(again, options).counts).toMatchObject({ planned: 14, valid: 13, invalid: 1, failed: 0, reruns: 1 });
    const broken = analyse(withRerun(plain, { second: failed }), options);
    expect(broken.counts).toMatchObject({ planned: 14, valid: 13, invalid: 0, failed: 1, reruns: 1 });
    expect(broken.warnings.map((one) => one.text).join()).toMatch(
      /ws \(echo\): 1 of 7 trials failed: the server ended/,
    );
  });
});

describe('trials that were run again are counted', () => {
  const said = '3 trials were run again, because the machine or the load generator spoilt the first attempt.';

  test('in the terminal, in Markdown and on the page, in its trust section and its tables', async () => {
    expect(text(thrice)).toContain(said);
    expect(text(once)).toContain('1 trial was run again');
    expect(summaryMarkdown(thrice, analyse(thrice, options))).toContain(said);
    const { html, analysis } = await makeReport(thrice, options);
    const page = html
      .replaceAll(/<script[\s\S]*?<\/script>/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    expect(page).toContain(said);
    expect(page).toContain('3 trials of 14 run again (limit 2)');
    expect(page).toMatch(/✕ invalid, replaced/);
    expect(page).toMatch(/✓ valid, again for \d+/);
    expect(page).toMatch(/✓ run again/);
    expect(analysis.counts.reruns).toBe(3);
    const csv = trialsCsv(thrice, analysis).split('\n');
    const columns = csv[0]!.split(',');
    // Counted from the end: reasons, which come before, may contain commas.
    const fromEnd = columns.indexOf('replaces') - columns.length;
    expect(csv.slice(1).filter((line) => /^\d+$/.test(line.split(',').at(fromEnd) ?? ''))).toHaveLength(3);
  });

  test('and nothing is said of a run without any', async () => {
    const { html } = await makeReport(plain, options);
    for (const output of [text(plain), summaryMarkdown(plain, analyse(plain, options)), html]) {
      expect(/\d (was |were )?run again|✓ run again|replaced</.exec(output)?.[0]).toBeUndefined();
    }
    expect(gate(plain)).toBeUndefined();
    expect(analyse(plain, options).counts).not.toHaveProperty('reruns');
  });
});

describe('the report checks the rule', () => {
  test('within it, trials run again are only to be known of', () => {
    expect(gate(once)).toMatchObject({ status: 'note', observed: '1 trial of 14 run again (limit 2)' });
    const found = gatesOf({ results: once, analysis: analyse(once, options) });
    const notKept = (gates: typeof found) => gates.filter(({ status }) => status !== 'kept').map(({ check }) => check);
    const before = gatesOf({ results: plain, analysis: analyse(plain, options) });
    expect(notKept(found).toSorted()).toEqual([...notKept(before), 'Few trials run again'].toSorted());
  });

  test.each<[string, Results]>([
    ['more than a tenth of the plan', thrice],
    ['a trial that broke a rule about its messages', withRerun(plain, { broken: ['nothing-lost'] })],
    [
      'a trial that broke two, one of them about messages',
      withRerun(plain, { broken: ['schedule-kept', 'something-measured'] }),
    ],
    ['a trial of another block', withRerun(plain, { second: (again) => ({ ...again, block: 1 }) })],
    ['a trial that there is not', withRerun(plain, { second: (again) => ({ ...again, replaces: 999 }) })],
  ])('it is broken by %s', (_, results) => {
    expect(gate(results)).toMatchObject({ status: 'broken', consequence: expect.stringMatching(/favour/) });
  });
});

test('a run that stopped after its first block says so, and is invalid', () => {
  const late = { state: 'invalid', reasons: ['schedule kept: 71.0 % of messages left within 5 ms'] } as const;
  const faults = { 0: late };
  const transports = { ws: { faults }, sse: { faults } };
  const part = makeResults({ transports, trials: 7, done: 1, state: 'interrupted' });
  const results = { ...part, stopped: { rule: 'first-block', text: 'no trial of the first block is valid' } };
  const said =
    /Do not quote this run: it stopped by itself after 2 of 14 trials, because no trial of the first block is valid/;
  expect(text(results)).toMatch(said);
  expect(summaryMarkdown(results, analyse(results, options))).toMatch(said);
  expect(analyse(results, options).status.kind).toBe('invalid');
});

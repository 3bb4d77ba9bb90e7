import { expect, test } from 'vitest';
import { formatResults, parseResults } from '../bench/results/file.ts';
import { analyse } from './analysis/analyse.ts';
import { deliveriesOf, deliveriesTakeaway } from './analysis/figures/deliveries.ts';
import { textOf } from './analysis/sentences.ts';
import { judgeThresholds } from './analysis/thresholds.ts';
import { compare } from './compare/compare.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { markupOf, textOf as textIn } from './page/testing/markup.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { makeReport } from './report.ts';
import { summary } from './terminal/summary.ts';
import { makeResults, type RunSpec, type TransportSpec } from './testing/fixtures.ts';

const OPTIONS = { resamples: 200 };
const OVERLOADED: TransportSpec = { p50Ms: 2_000, overdue: 500 };
const run = (transports: RunSpec['transports'], spec: Partial<RunSpec> = {}) =>
  makeResults({ transports, trials: 7, ...spec });
const groupOf = (transports: RunSpec['transports']) => {
  const [group] = analyse(run(transports), OPTIONS).groups;
  if (group === undefined) throw new Error('no group');
  return group;
};
const cellOf = (transports: RunSpec['transports'], name: string) => {
  const cell = groupOf(transports).rows.find((row) => row.name === name)?.cells.p99;
  return cell?.state === 'shown' ? cell : expect.fail('not shown');
};

test('an overloaded case is worse by at least what its lower bound says, and neither loss nor warning of loss', () => {
  const group = groupOf({ ws: {}, rpc: OVERLOADED });
  const [best, rpc] = group.rows;
  expect(best).toMatchObject({ name: 'ws', overload: null });
  expect(rpc).toMatchObject({ name: 'rpc', overload: { trials: 7, overdue: 3_500, expected: 8_400 } });
  expect(rpc?.overload?.sustainedRate).toBeCloseTo(700 / 6, 5);
  // 500 of 1,200 messages were at least five seconds late, so the 99th percentile is.
  expect(rpc?.cells.p99).toMatchObject({ bounded: 7, factorBound: '≥', verdict: { word: 'worse', bound: '≥' } });
  expect(rpc?.cells.p99.state === 'shown' && rpc.cells.p99.median).toBeGreaterThan(5);
  expect(textOf(group.answer)).toContain('use ws: every other choice is shown to be slower at p99');
  expect(textOf(group.certainty)).toMatch(
    /Closest other choice: rpc, .* or higher .* because its figure is a lower bound/,
  );
  expect(rpc?.cells.bytes).toMatchObject({ state: 'not shown', reason: expect.stringContaining('overloaded') });
  expect(rpc?.cells.cpu).toMatchObject({ state: 'not shown', reason: expect.stringContaining('overloaded') });
  expect(rpc?.cells.memory.state).toBe('shown');
});

test('a lower bound decides nothing that it does not hold for', () => {
  // The other is slower than the bound: nobody knows which is slower in truth.
  const slower = { slow: { p50Ms: 20_000 }, rpc: OVERLOADED };
  expect(groupOf(slower).rows.map(({ name }) => name)).toEqual(['slow', 'rpc']);
  expect(cellOf(slower, 'slow').verdict).toBeNull();
  expect(cellOf(slower, 'rpc').verdict).toEqual({
    word: 'not testable',
    reason: 'only a lower bound is known of rpc (7 of 7 trials), which had more load than it delivers',
  });
  expect(textOf(groupOf(slower).answer)).toContain('no verdict: only a lower bound is known of rpc (7 of 7 trials)');
  const { answer } = groupOf({ ...slower, slowest: { p50Ms: 40_000 } });
  expect(textOf(answer)).toContain('Not testable, because only a lower bound is known: rpc.');
  const both = { one: OVERLOADED, rpc: OVERLOADED };
  expect(cellOf(both, 'rpc')).toMatchObject({ factor: null, verdict: { word: 'not testable' } });
  expect(groupOf(both).tiers.kind).toBe('untestable');
});

test('two runs: one that came to be overloaded is a regression, one that no longer is an improvement', () => {
  const [kept, overloaded] = [run({ rpc: {} }), run({ rpc: OVERLOADED }, { seed: 2 })];
  const wordOf = (base: typeof kept, next: typeof kept) =>
    compare(base, next, OPTIONS).rows.find(({ metric }) => metric.id === 'p99')?.verdict;
  expect(wordOf(kept, overloaded)).toMatchObject({ word: 'worse', bound: '≥' });
  expect(wordOf(overloaded, kept)).toMatchObject({ word: 'better', bound: '≤' });
  expect(wordOf(overloaded, run({ rpc: OVERLOADED }, { seed: 3 }))).toMatchObject({ word: 'not testable' });
  const { warnings } = compare(kept, overloaded, OPTIONS);
  expect(warnings.map(({ text }) => text).join()).not.toContain('lost');
});

test('a threshold is missed above its limit, and not testable where the bound is below it', () => {
  const results = run({ rpc: OVERLOADED });
  const outcomeOf = (limit: number) =>
    judgeThresholds(results, [{ text: '', flag: 'rpc', scenario: 'echo', metric: 'p99', operator: '<', limit }])[0];
  expect(outcomeOf(0.05)?.outcome).toBe('missed');
  expect(outcomeOf(60)).toMatchObject({
    outcome: 'not testable',
    reason: expect.stringMatching(/^rpc was overloaded, so only a lower bound is known: 5,\d+ ms$/),
  });
});

test('losses beside overload are told apart from it', () => {
  const results = run({ rpc: { ...OVERLOADED, lost: 3 } });
  const { groups, warnings } = analyse(results, OPTIONS);
  const texts = warnings.map(({ text }) => text);
  expect(texts).toContainEqual(expect.stringContaining('rpc (echo): 21 lost, of 8,400 expected deliveries'));
  expect(texts).toContainEqual(
    expect.stringMatching(/^rpc \(echo\) was overloaded in 7 of 7 valid trials: .* 3,500 of 8,400/),
  );
  const rows = groups.flatMap((group) => deliveriesOf(results.cases, group));
  expect(rows).toMatchObject([{ lost: 21, overdue: 3_500 }]);
  expect(deliveriesTakeaway(rows)).toContain('21 of 8,400 lost (rpc) and 3,500 of 8,400 still queued (rpc)');
});

test('terminal, Markdown, page, trial table and CSV say it', async () => {
  const results = parseResults(formatResults(run({ ws: {}, rpc: OVERLOADED })), 'results.json');
  const { html, analysis } = await makeReport(results, OPTIONS);
  const lineOf = (text: string) => text.split('\n').find((line) => /^\W*rpc /.test(line)) ?? '';
  expect(lineOf(summary(results, analysis, { width: 200, colour: false }))).toMatch(/≥ 5,\d+ .*overloaded, ▼ worse ≥/);
  expect(lineOf(summaryMarkdown(results, analysis))).toMatch(/≥ 5,\d+ .*\*\*overloaded\*\*, ▼ worse ≥/);
  const text = textIn(markupOf(html));
  expect(text).toContain('overloaded at 117 msg/s');
  expect(text).toContain('≥: rpc was overloaded, so that latencies are lower bounds');
  expect(text).toContain('p50 is steady in ws. Only lower bounds are known of rpc.');
  expect(text).toContain('The 95th percentile of latency is');
  expect(text).toContain('Overdue');
  expect(text).toContain('Sustained msg/s');
  const [head = '', ...lines] = trialsCsv(results, analysis).trim().split('\r\n');
  const columns = head.split(',');
  const cells = lines.find((line) => line.includes(',rpc,'))?.split(',') ?? [];
  const cell = (name: string) => cells[columns.indexOf(name)];
  expect([cell('lost'), cell('overdue'), cell('latency_is_lower_bound')]).toEqual(['500', '500', 'true']);
  expect(Number(cell('sustained_rate_per_second'))).toBeCloseTo(700 / 6, 5);
  expect(Number(cell('response_p99_seconds'))).toBeGreaterThan(5);
});

test('a replayed message and one of another run have columns where there are any', async () => {
  const results = run({ ws: {} });
  const count = (counts: object) => ({
    ...results,
    cases: results.cases.map((one) => ({
      ...one,
      trials: one.trials.map((trial) =>
        trial.state === 'failed' ? trial : { ...trial, messages: { ...trial.messages, ...counts } },
      ),
    })),
  });
  const textWith = async (counts: object) =>
    textIn(markupOf((await makeReport(parseResults(formatResults(count(counts)), 'results.json'), OPTIONS)).html));
  expect(await textWith({ overdue: 0, replayed: 0, foreign: 0 })).not.toMatch(/Replayed|Other run|Overdue/);
  const text = await textWith({ replayed: 4, foreign: 2 });
  expect(text).toContain('Replayed');
  expect(text).toContain('Other run');
});

import { expect, test } from 'vitest';
import { formatResults, parseResults } from '../bench/results/file.ts';
import type { NotMeasured, Results } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import { deliveriesOf, deliveriesTakeaway } from './analysis/figures/deliveries.ts';
import { effortsOf } from './analysis/figures/effort.ts';
import { compare } from './compare/compare.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { markupOf, textOf } from './page/testing/markup.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { makeReport } from './report.ts';
import { summary } from './terminal/summary.ts';
import { ECHO, makeResults, SEVEN } from './testing/fixtures.ts';

const WHY = 'this runtime does not tell';
const whole = makeResults({
  transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} },
  scenarios: [ECHO],
  trials: 7,
  wire: 'link',
});

/** Run whose trials of ws have zeros for the figures at these paths, and list them as not measured. */
function without(paths: readonly string[], blocks: readonly number[] = [0, 1, 2, 3, 4, 5, 6]): Results {
  const notMeasured: NotMeasured[] = paths.map((path) => ({ path, reason: WHY }));
  return {
    ...whole,
    cases: whole.cases.map((one) =>
      one.transport !== 'ws'
        ? one
        : {
            ...one,
            trials: one.trials.map((trial) =>
              trial.state === 'failed' || !blocks.includes(trial.block)
                ? trial
                : {
                    ...trial,
                    usage: { ...trial.usage, server: { cpuSeconds: 0, rssBytes: 0, rssIdleBytes: 0 } },
                    notMeasured,
                  },
            ),
          },
    ),
  };
}

const analysed = (results: Results) => analyse(results, { resamples: 100 });
const rowOf = (results: Results, transport: string) =>
  analysed(results).groups[0]?.rows.find((row) => row.transport === transport);

test('a figure that was not measured is shown as a dash with its reason, and decides nothing', async () => {
  const results = without(['usage.server']);
  const row = rowOf(results, 'ws');
  expect(row?.cells.cpu).toEqual({ state: 'not shown', reason: WHY });
  expect(row?.cells.memory).toEqual({ state: 'not shown', reason: WHY });
  expect(row?.cells.p99.state).toBe('shown');
  expect(analysed(results).groups[0]?.columns.cpu.best).toBe(rowOf(results, 'sse')?.caseId);

  const { html, analysis } = await makeReport(results, { resamples: 100 });
  expect(textOf(markupOf(html))).toContain(WHY);
  const lineOf = (text: string) => text.split('\n').find((line) => /^\W*ws /.test(line)) ?? '';
  expect(lineOf(summary(results, analysis, { width: 200, colour: false })).match(/—/g)).toHaveLength(2);
  expect(lineOf(summaryMarkdown(results, analysis)).match(/—/g)).toHaveLength(2);
  const [group] = analysis.groups;
  if (group === undefined) throw new Error('no group');
  expect(effortsOf(results.cases, group).map(({ name, server }) => [name, server === null])).toEqual(
    expect.arrayContaining([
      ['ws', true],
      ['sse', false],
    ]),
  );
});

test('the median leaves out only the trials without the figure', () => {
  const [some, all] = [rowOf(without(['usage.server.cpuSeconds'], [2, 5]), 'ws'), rowOf(whole, 'ws')];
  const [cell, known] = [some?.cells.cpu, all?.cells.cpu];
  if (cell?.state !== 'shown' || known?.state !== 'shown') throw new Error('not shown');
  expect(cell.values).toEqual(known.values.filter(({ block }) => block !== 2 && block !== 5));
  expect(cell.values.every(({ value }) => value > 0)).toBe(true);
});

test('a path covers everything below it, and nothing beside it', () => {
  expect(rowOf(without(['wire']), 'ws')?.cells.bytes).toEqual({ state: 'not shown', reason: WHY });
  expect(rowOf(without(['wire.socket']), 'ws')?.cells.bytes.state).toBe('shown');
  expect(rowOf(without(['latency.response']), 'ws')?.cells.p50).toEqual({ state: 'not shown', reason: WHY });
  expect(rowOf(without(['latency.respons']), 'ws')?.cells.p50.state).toBe('shown');
});

test('a figure that was not measured is an empty cell of the CSV', () => {
  const results = without(['usage.server', 'messages.reordered']);
  const [header = '', ...lines] = trialsCsv(results, analysed(results)).trimEnd().split('\r\n');
  const columns = header.split(',');
  const cells = (name: string, transport: string) =>
    lines
      .map((line) => line.split(','))
      .filter((one) => one[columns.indexOf('transport')] === transport)
      .map((one) => one[columns.indexOf(name)]);
  for (const name of ['server_cpu_seconds', 'server_rss_bytes', 'server_cpu_seconds_per_message', 'reordered']) {
    expect(new Set(cells(name, 'ws'))).toEqual(new Set(['']));
    expect(cells(name, 'sse').every((cell) => cell !== '')).toBe(true);
  }
});

test('compare gives the reason, and judges the other figures', () => {
  const comparison = compare(whole, without(['usage.server']), { resamples: 100 });
  const of = (transport: string) =>
    comparison.rows.find(({ metric, name }) => metric.id === 'cpu' && name === transport)?.verdict;
  expect(of('ws')).toEqual({ word: 'not testable', reason: `in the new run: ${WHY}` });
  expect(of('sse')?.word).not.toBe('not testable');
});

test('faults that were not counted are not reported as zero', () => {
  const results = without(['messages.reordered']);
  const [group] = analysed(results).groups;
  if (group === undefined) throw new Error('no group');
  const rows = deliveriesOf(results.cases, group);
  expect(rows.map(({ name, reordered }) => [name, reordered])).toEqual(
    expect.arrayContaining([
      ['ws', null],
      ['sse', 0],
    ]),
  );
  expect(deliveriesTakeaway(rows)).toContain('Not measured everywhere: out of order.');
});

test('the list of figures that were not measured is kept in a results file', () => {
  const results = without(['usage.server']);
  expect(parseResults(formatResults(results), 'x')).toEqual(results);
});

test('a server that a command started is measured as ours is, and named by its command', async () => {
  const exec = 'node "my server".js <HOST>';
  const of = (changes: object): Results => ({ ...whole, cases: whole.cases.map((one) => ({ ...one, ...changes })) });
  const target = 'ws://HOST:PORT/';
  const [started, ranAlready] = [of({ target, exec }), of({ target })].map((one) =>
    parseResults(formatResults(one), 'x'),
  );
  if (started === undefined || ranAlready === undefined) throw new Error('no results');
  expect(rowOf(started, 'ws')?.cells.cpu).toEqual(rowOf(whole, 'ws')?.cells.cpu);
  expect(rowOf(ranAlready, 'ws')?.cells.cpu.state).toBe('not shown');

  const { analysis, html } = await makeReport(started, { resamples: 100 });
  const [group] = analysis.groups;
  expect(group?.title).toContain(`served by “${exec}”`);
  expect(group?.notCovered.common).toBe(analysed(whole).groups[0]?.notCovered.common);
  expect(textOf(markupOf(html))).toContain('served by “node &quot;my server&quot;.js &lt;HOST&gt;”');
  expect(markupOf(html)).not.toContain('<HOST>');
  expect(compare(started, started, { resamples: 100 }).rows.length).toBeGreaterThan(0);
  expect(analysed(ranAlready).groups[0]?.notCovered.common).toContain('over whatever network lies between');
});

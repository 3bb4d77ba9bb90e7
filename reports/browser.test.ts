import { describe, expect, test } from 'vitest';
import type { Case, Results } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import { browserCostText } from './analysis/figures/costs/browser-cost.ts';
import { judgeThresholds } from './analysis/thresholds.ts';
import { compare } from './compare/compare.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { markupOf, textOf } from './page/testing/markup.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { makeReport } from './report.ts';
import { summary } from './terminal/summary.ts';
import { ECHO, makeResults, SEVEN } from './testing/fixtures.ts';

const IN_CHROMIUM = { ...ECHO, dimensions: { 'clients-in': 'chromium' } };

/** Multiplies what the clients of a case used. */
const dearer = (one: Case, cpu: number, memory: number): Case => ({
  ...one,
  trials: one.trials.map((trial) => {
    if (trial.state === 'failed') return trial;
    const { generator } = trial.usage;
    const cpuSeconds = generator.busy * trial.seconds * generator.workers * cpu;
    return {
      ...trial,
      usage: { ...trial.usage, generator: { ...generator, cpuSeconds, rssBytes: generator.rssBytes * memory } },
    };
  }),
});

/** Run of ws and sse in both runtimes; in Chromium their clients use six times the CPU time and four times the memory. */
function bothRuntimes(trials = 6): Results {
  const results = makeResults({
    transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} },
    scenarios: [ECHO, IN_CHROMIUM],
    trials,
  });
  return {
    ...results,
    cases: results.cases.map((one) => (one.dimensions === undefined ? dearer(one, 2, 1) : dearer(one, 6, 4))),
  };
}

describe('clients in a browser and in Node', () => {
  const results = bothRuntimes();
  const analysis = analyse(results, { resamples: 200 });
  const [group] = analysis.groups;

  test('stand in one table, each by its name', () => {
    expect(analysis.groups).toHaveLength(1);
    expect(group?.rows.map(({ name }) => name).toSorted()).toEqual([
      'sse',
      'sse (in Chromium)',
      'ws',
      'ws (in Chromium)',
    ]);
  });

  test('are compared transport by transport, with an interval', () => {
    expect(group?.browserCosts.map(({ name, runtime }) => [name, runtime])).toEqual([
      ['ws', 'chromium'],
      ['sse', 'chromium'],
    ]);
    for (const { figures } of group?.browserCosts ?? []) {
      expect(figures.map(({ id }) => id)).toEqual(
        expect.arrayContaining(['p50', 'p99', 'bytes', 'clients-cpu', 'clients-memory']),
      );
      for (const { id, verdict } of figures) expect('interval' in verdict, id).toBe(true);
    }
  });

  test('show what the clients themselves cost: the spinning of a load worker in Node is no part of it', () => {
    const [ws] = group?.browserCosts ?? [];
    const of = (id: string) => ws?.figures.find((one) => one.id === id);
    expect((of('clients-cpu')?.browser ?? 0) / (of('clients-cpu')?.node ?? 1)).toBeCloseTo(6, 0);
    expect((of('clients-memory')?.browser ?? 0) / (of('clients-memory')?.node ?? 1)).toBeCloseTo(4, 0);
    expect(of('clients-cpu')?.verdict.word).toBe('worse');
  });

  test('are in the page, the terminal, Markdown and CSV', async () => {
    const [ws] = group?.browserCosts ?? [];
    const line = browserCostText(ws ?? expect.unreachable());
    expect(line).toMatch(/^ws in Chromium against Node: .*clients’ CPU per message \d\.\d\d× \(\d\.\d\d–\d\.\d\d\)/);
    const { html } = await makeReport(results, { resamples: 200 });
    expect(html).toContain('What the browser adds');
    expect(html).toContain('question-1-browser');
    expect(summary(results, analysis, { width: 200, colour: false }).replaceAll(/\s+/g, ' ')).toContain(line);
    expect(summaryMarkdown(results, analysis)).toContain('against Node: ');
    const [head = '', ...lines] = trialsCsv(results, analysis).trim().split('\r\n');
    const at = head.split(',').indexOf('clients_in');
    expect(new Set(lines.map((one) => one.split(',').at(at - head.split(',').length)))).toEqual(
      new Set(['', 'chromium']),
    );
  });

  test('have no interval with too few trials, and the ratio is still there', () => {
    const [few] = analyse(bothRuntimes(3), { resamples: 200 }).groups;
    expect(browserCostText(few?.browserCosts[0] ?? expect.unreachable())).toMatch(/p50 .*× \(no interval\)/);
  });

  test('a threshold holds for Node unless it names the browser', () => {
    const limit = { flag: 'ws', scenario: 'echo', metric: 'p50', operator: '<', limit: 1, text: '' } as const;
    const casesOf = (narrowing: Record<string, string>) =>
      judgeThresholds(results, [{ ...limit, narrowing }]).map(({ caseId, outcome }) => [caseId, outcome]);
    const [ofNode, ofChromium] = [undefined, 'chromium'].map(
      (value) => results.cases.find((one) => one.transport === 'ws' && one.dimensions?.['clients-in'] === value)?.id,
    );
    expect(casesOf({})).toEqual([[ofNode, 'met']]);
    expect(casesOf({ 'clients-in': 'node' })).toEqual([[ofNode, 'met']]);
    expect(casesOf({ 'clients-in': 'chromium' })).toEqual([[ofChromium, 'met']]);
  });

  test('two runs are compared runtime by runtime', () => {
    const slower = makeResults({
      transports: { ws: { ...SEVEN.ws, p50Ms: 9 }, sse: SEVEN.sse ?? {} },
      scenarios: [ECHO, IN_CHROMIUM],
      trials: 6,
      seed: 2,
    });
    const { rows } = compare(results, slower, { resamples: 200 });
    const p50s = rows.filter(({ metric }) => metric.id === 'p50').map(({ name }) => name);
    expect(p50s.toSorted()).toEqual(['sse', 'sse (in Chromium)', 'ws', 'ws (in Chromium)']);
    const inOne = { ...results, cases: results.cases.filter(({ dimensions }) => dimensions === undefined) };
    const { rows: left } = compare(inOne, slower, { resamples: 200 });
    expect(new Set(left.map(({ name }) => name))).toEqual(new Set(['sse', 'ws']));
  });

  test('the picker has one question for both, and others for other conditions', async () => {
    const scenarios = [ECHO, IN_CHROMIUM, { ...IN_CHROMIUM, clients: 7 }];
    const made = makeResults({ transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} }, scenarios, trials: 6 });
    const { groups } = analyse(made, { resamples: 100 });
    expect(groups.map(({ rows }) => rows.length)).toEqual([4, 2]);
    const { html } = await makeReport(made, { resamples: 100 });
    expect(markupOf(html).match(/data-question="\d+"/g)).toHaveLength(2);
    expect(textOf(html)).toContain('ws (in Chromium)');
  });

  test('a run in one runtime has no such figure', async () => {
    const alone = makeResults({ transports: { ws: {} }, scenarios: [IN_CHROMIUM] });
    expect(analyse(alone, { resamples: 100 }).groups[0]?.browserCosts).toEqual([]);
    expect((await makeReport(alone, { resamples: 100 })).html).not.toContain('What the browser adds');
  });
});

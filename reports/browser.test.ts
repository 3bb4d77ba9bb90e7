import { describe, expect, test } from 'vitest';
import type { Case, Results } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import { browserCostText } from './analysis/figures/browser-cost.ts';
import { summaryMarkdown } from './markdown/summary.ts';
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

  test('a run in one runtime has no such figure', async () => {
    const alone = makeResults({ transports: { ws: {} }, scenarios: [IN_CHROMIUM] });
    expect(analyse(alone, { resamples: 100 }).groups[0]?.browserCosts).toEqual([]);
    expect((await makeReport(alone, { resamples: 100 })).html).not.toContain('What the browser adds');
  });
});

import { describe, expect, test } from 'vitest';
import type { Case, Results } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import { proxyCostText, stickyText } from './analysis/figures/costs/proxy-cost.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { makeReport } from './report.ts';
import { summary } from './terminal/summary.ts';
import { BROADCAST, ECHO, makeResults, SEVEN } from './testing/fixtures.ts';

const VIA = { ...ECHO, dimensions: { via: 'haproxy:defaults' } };

/** Adds the process of a proxy to each trial. */
const proxied = (one: Case): Case => ({
  ...one,
  trials: one.trials.map((trial) => {
    if (trial.state === 'failed') return trial;
    const proxy = {
      role: 'proxy',
      host: 'local',
      runtime: 'haproxy 2.6',
      cpuSeconds: trial.messages.delivered * 7e-6,
      rssBytes: 1,
    };
    return { ...trial, processes: [...(trial.processes ?? []), proxy] };
  }),
});

function withAndWithout(): Results {
  const transports = { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} };
  const results = makeResults({ transports, scenarios: [ECHO, VIA], trials: 6 });
  return { ...results, cases: results.cases.map((one) => (one.dimensions === undefined ? one : proxied(one))) };
}

describe('cases behind a proxy', () => {
  const results = withAndWithout();
  const analysis = analyse(results, { resamples: 200 });
  const [group] = analysis.groups;

  test('stand in the table of those without one, and each is compared with its own', () => {
    expect(group?.rows.map(({ name }) => name)).toContain('sse (via haproxy:defaults)');
    expect(group?.proxyCosts.map(({ name, via }) => [name, via])).toEqual([
      ['ws', 'haproxy:defaults'],
      ['sse', 'haproxy:defaults'],
    ]);
    for (const { figures, cpuSeconds } of group?.proxyCosts ?? []) {
      expect(figures.map(({ id }) => id)).toEqual(expect.arrayContaining(['p50', 'p99', 'bytes']));
      expect(cpuSeconds).toBeCloseTo(7e-6, 8);
    }
  });

  test('are in the page, the terminal and Markdown, and said to be measured', async () => {
    const [cost] = group?.proxyCosts ?? [];
    const line = proxyCostText(cost ?? expect.unreachable());
    expect(line).toMatch(
      /^ws via haproxy:defaults, measured: .* instead of .*the proxy’s own CPU 7(?:\.\d+)? µs a message\.$/,
    );
    const { html } = await makeReport(results, { resamples: 200 });
    expect(html).toContain('What a proxy adds');
    expect(html).not.toContain('Which transports need stickiness');
    expect(summary(results, analysis, { width: 200, colour: false }).replaceAll(/\s+/g, ' ')).toContain(line);
    expect(summaryMarkdown(results, analysis)).toContain('via haproxy:defaults, measured');
  });

  test('a run without a proxy has neither figure', async () => {
    const alone = makeResults({ transports: { ws: {} }, scenarios: [ECHO] });
    const [only] = analyse(alone, { resamples: 100 }).groups;
    expect([only?.proxyCosts, only?.stickyOutcomes]).toEqual([[], []]);
    expect((await makeReport(alone, { resamples: 100 })).html).not.toContain('What a proxy adds');
  });
});

describe('several servers behind a proxy', () => {
  const sticky = (via: string) => ({ ...BROADCAST, dimensions: { via, nodes: 2 } });
  const made = makeResults({
    transports: { sse: SEVEN.sse ?? {}, ws: SEVEN.ws ?? {} },
    scenarios: [sticky('nginx:none'), sticky('nginx')],
  });
  /** Takes half of the deliveries from a case. */
  const halved = (one: Case): Case => ({
    ...one,
    trials: one.trials.map((trial) =>
      trial.state === 'failed'
        ? trial
        : {
            ...trial,
            messages: {
              ...trial.messages,
              delivered: trial.messages.delivered / 2,
              errors: { 'send failed: the POST was answered with 404: ': 9 },
            },
          },
    ),
  });
  const results = {
    ...made,
    cases: made.cases.map((one) =>
      one.transport === 'sse' && one.dimensions?.via === 'nginx:none' ? halved(one) : one,
    ),
  };

  test('the outcome says what is missing without stickiness, what clients were told, and what works with it', async () => {
    const outcomes = analyse(results, { resamples: 100 }).groups.flatMap((group) => group.stickyOutcomes);
    const of = (name: string, sticky: string) => outcomes.find((one) => one.name === name && one.sticky === sticky);
    expect(of('sse', 'none')).toMatchObject({
      works: false,
      missing: expect.closeTo(0.5, 1),
      servers: 2,
      proxy: 'nginx',
    });
    expect(of('sse', 'source')?.works).toBe(true);
    expect(of('ws', 'none')?.works).toBe(true);
    expect(stickyText(of('sse', 'none') ?? expect.unreachable())).toMatch(
      /^sse via nginx without stickiness, 2 servers, measured: \d+(?:\.\d+)? % .*\(send failed: the POST was answered with 404\)\.$/,
    );
    const { html } = await makeReport(results, { resamples: 100 });
    expect(html).toContain('Which transports need stickiness');
    expect(html).toContain('sse needs stickiness.');
  });

  test('a case whose sessions could not be opened misses everything, with the reason', () => {
    const [one] = results.cases;
    const when = { block: 0, order: 0, startedAt: results.startedAt };
    const failed: Case['trials'][number] = { state: 'failed', ...when, reasons: ['Session ID unknown'] };
    const cases = [{ ...(one ?? expect.unreachable()), trials: [failed] }];
    const [outcome] = analyse({ ...results, cases }, { resamples: 100 }).groups.flatMap(
      (group) => group.stickyOutcomes,
    );
    expect(outcome).toMatchObject({ works: false, missing: 1, reason: 'Session ID unknown' });
  });
});

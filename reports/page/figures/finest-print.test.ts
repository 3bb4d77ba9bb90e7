import { expect, test } from 'vitest';
import type { Results } from '../../../bench/results/schema.ts';
import { makeReport } from '../../report.ts';
import { makeResults, WIRE } from '../../testing/fixtures.ts';
import { markupOf, textOf } from '../testing/markup.ts';

const TWO = { transports: { ws: {}, sse: { p50Ms: 2 } } };

const withBusyGenerator = (results: Results, busy: number): Results => ({
  ...results,
  cases: results.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) =>
      trial.state === 'failed'
        ? trial
        : { ...trial, usage: { ...trial.usage, generator: { ...trial.usage.generator, busy } } },
    ),
  })),
});

test('only points of the percentile curve with few samples beyond them say so', async () => {
  const { html } = await makeReport(makeResults(TWO));
  const curves = [...markupOf(html).matchAll(/data-points="([^"]*)"/g)]
    .map(([, points = '']) => points.split('|'))
    .filter((points) => points.some((point) => / %: .* ms, trials /.test(point)));
  expect(curves).toHaveLength(2);
  for (const points of curves) {
    expect(points.map((point) => point.endsWith(', few samples beyond'))).toEqual([false, false, false, false, true]);
  }
});

test.each([
  [0.5, /The generator was not the limit: its busiest worker was at most 50 % busy/],
  [0.51, /The generator’s busiest worker was up to 51 % busy \(\w+\); a generator near its limit is part of what/],
])('a generator that is busy for %d of its time is said to be the limit or not', async (busy, said) => {
  const { html } = await makeReport(withBusyGenerator(makeResults(TWO), busy));
  expect(textOf(html).replaceAll(/\s+/g, ' ')).toMatch(said);
});

test('one exchange that was counted is enough for the section about bytes', async () => {
  const { html } = await makeReport(makeResults({ transports: { ws: {} }, scenarios: [WIRE], trials: 1 }));
  expect(textOf(html)).toContain('Wire: theory beside measurement');
});

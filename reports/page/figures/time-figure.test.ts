import { expect, test } from 'vitest';
import { makeReport } from '../../report.ts';
import { BROADCAST, ECHO, IDLE, makeResults, SEVEN } from '../../testing/fixtures.ts';
import { markupOf, textOf } from '../testing/markup.ts';

const figuresOf = (html: string): string[] =>
  [...markupOf(html).matchAll(/<figure.*?<\/figure>/gs)]
    .map(([figure]) => figure)
    .filter((figure) => /Latency over time/.test(figure));

test('echo and broadcast have one panel per transport, under one finding', async () => {
  const transports = { ...SEVEN, ws: { ...SEVEN.ws, stalls: { 3: { atSeconds: 0.4, seconds: 0.22 } } } };
  const { html } = await makeReport(makeResults({ transports, scenarios: [ECHO, BROADCAST, IDLE], trials: 7 }));
  const found = figuresOf(html);
  expect(found).toHaveLength(2);
  for (const figure of found) {
    expect(figure.match(/class="?course-typical"?/g)).toHaveLength(7);
    expect(figure.match(/class="?course-stall"?/g)).toHaveLength(1);
    // Each panel draws two lines of each of seven trials, in two paths.
    expect(figure.match(/class="?course-trial"?[^<>]* d="(M[^M"]+){7}"/g)).toHaveLength(14);
    expect(figure).toContain('Stalls: ws at 0.4 s, for 220 ms (in 1 of 7 trials).');
    expect(figure).not.toMatch(/NaN|Infinity/);
  }
  // The 250 deliveries of a slice are too few for a p99, so the slowest one is named instead.
  expect(found.join()).toMatch(/data-series="ws" data-points="\d+ \d+ 0\.025 s: p50 0\.1\d+, slowest 0\.\d+ ms\|/);
  expect(found.join()).toContain('<title>ws: steady, 1 stall</title>');
});

test('with enough samples per slice the upper line is the p99', async () => {
  const busy = makeResults({ transports: { ws: {} }, scenarios: [{ ...ECHO, rate: 40_000 }] });
  const [figure = ''] = figuresOf((await makeReport(busy)).html);
  expect(figure).toMatch(/dashed line: p99; both are medians/);
  expect(figure).toMatch(/ s: p50 [\d.]+, p99 [\d.]+ ms\|/);
});

test('with many transports single trials are not drawn', async () => {
  const many = Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`t${index}`, {}]));
  const [figure = ''] = figuresOf((await makeReport(makeResults({ transports: many }))).html);
  expect(figure.match(/class="?course-typical"?/g)).toHaveLength(13);
  expect(figure).not.toContain('course-trial');
  expect(figure.match(/class="?course-range"?[^<>]* d="M[^M]+zM[^M]+z"/g)).toHaveLength(13);
});

test('without latency over time the reason for the missing figure is stated', async () => {
  const old = makeResults({ transports: SEVEN, timeline: false });
  const { html } = await makeReport(old);
  expect(figuresOf(html)).toEqual([]);
  expect(textOf(html)).toContain(
    'Latency over time is not shown: the version that wrote these results did not record it.',
  );
  const faults = Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map((block) => [block, { state: 'invalid', reasons: ['x'] } as const]),
  );
  expect(textOf((await makeReport(makeResults({ transports: { ws: { faults } } }))).html)).toContain(
    'Latency over time is not shown: no valid trial recorded it.',
  );
});

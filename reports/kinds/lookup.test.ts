import { expect, test } from 'vitest';
import { KINDS } from './index.ts';
import { forEachMetric, judgingOf, METRICS, measuredMetric, metricsOf } from './lookup.ts';

test('numbers of metrics are their places: each is taken once, from 0 up', () => {
  expect(METRICS.map(({ id }) => measuredMetric(id).number)).toEqual(METRICS.map((_, place) => place));
  expect(Object.keys(forEachMetric((id) => id))).toEqual(METRICS.map(({ id }) => id));
});

test('headers of CSV columns are each there once', () => {
  const headers = [
    ...METRICS.map(({ id }) => measuredMetric(id).csv),
    ...Object.values(KINDS).flatMap(({ csv }) => csv.map(({ header }) => header)),
  ];
  expect(new Set(headers).size).toBe(headers.length);
});

test('a metric of one name has one definition, whichever kinds have it', () => {
  for (const { metrics } of Object.values(KINDS)) {
    for (const one of metrics) expect(measuredMetric(one.metric.id)).toBe(one);
  }
});

test('a kind speaks of no metric that it does not have', () => {
  for (const [kind, shape] of Object.entries(KINDS)) {
    const own: readonly string[] = shape.metrics.map(({ metric }) => metric.id);
    const judging = judgingOf(shape);
    const named = [
      ...(judging === null ? [] : [judging.primary([]), ...judging.incomparable, ...judging.betweenRuns]),
      ...(shape.wireCost === null ? [] : [shape.wireCost.metric]),
      ...Object.values(shape.advice?.criteria ?? {}),
    ];
    expect(
      named.filter((id) => !own.includes(id)),
      kind,
    ).toEqual([]);
  }
  const ofNodes = ['same-node-p50', 'same-node-p99', 'other-node-p50', 'other-node-p99', 'redis-cpu'];
  const usual = ['p50', 'p99', 'p99.9', 'in-time', 'bytes', 'cpu', 'memory', 'connect'];
  expect(metricsOf('load')).toEqual([...usual, ...ofNodes]);
});

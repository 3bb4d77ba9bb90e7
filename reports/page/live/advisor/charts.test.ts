import { expect, test } from 'vitest';
import { chartOf, metricAskedOf } from './charts.ts';

const groups = [
  { id: 'echo', primary: 'p99' },
  { id: 'idle', primary: 'sessionMemory' },
] as const;
const everything = () => true;

test('a metric leads to the chart made for it', () => {
  const anchor = (group: string, metric: Parameters<typeof chartOf>[1]['metric'], has = everything) =>
    chartOf(groups, { group, metric }, has);
  // The primary metric has the figure with medians, intervals and all trials.
  expect(anchor('echo', 'p99')).toBe('question-1-intervals');
  expect(anchor('echo', 'p50')).toBe('question-1-percentiles');
  expect(anchor('echo', 'bytes')).toBe('question-1-bytes');
  expect(anchor('idle', 'sessionMemory')).toBe('question-2-intervals');
  expect(anchor('idle', 'idleBytes')).toBe('question-2-idle');
});

test('a metric without a chart of its own leads to the medians and intervals, which must be switched to it', () => {
  expect(chartOf(groups, { group: 'echo', metric: 'memory' }, everything)).toBe('question-1-intervals');
  expect(metricAskedOf(groups, { group: 'echo', metric: 'memory' })).toBe('memory');
  expect(metricAskedOf(groups, { group: 'echo', metric: 'p99' })).toBeNull();
});

test('without a drawn chart it leads to the section; a judgement leads nowhere', () => {
  expect(chartOf(groups, { group: 'idle', metric: 'idleBytes' }, () => false)).toBe('question-2');
  expect(chartOf(groups, { group: null, metric: null }, everything)).toBeNull();
});

import { expect, test } from 'vitest';
import { chartOf, metricAskedOf } from './charts.ts';

const groups = [
  { id: 'echo', primary: 'p99' },
  { id: 'idle', primary: 'sessionMemory' },
] as const;
const everything = () => true;

test('a metric leads to the chart that shows it best', () => {
  const anchor = (group: string, metric: Parameters<typeof chartOf>[1]['metric'], has = everything) =>
    chartOf(groups, { group, metric }, has);
  // What a question is judged by has medians, intervals and every trial.
  expect(anchor('echo', 'p99')).toBe('question-1-intervals');
  expect(anchor('echo', 'p50')).toBe('question-1-percentiles');
  expect(anchor('echo', 'bytes')).toBe('question-1-bytes');
  expect(anchor('idle', 'sessionMemory')).toBe('question-2-intervals');
  expect(anchor('idle', 'idleBytes')).toBe('question-2-idle');
});

test('what has no chart of its own has its medians and intervals, which must be asked for it', () => {
  expect(chartOf(groups, { group: 'echo', metric: 'memory' }, everything)).toBe('question-1-intervals');
  expect(metricAskedOf(groups, { group: 'echo', metric: 'memory' })).toBe('memory');
  expect(metricAskedOf(groups, { group: 'echo', metric: 'p99' })).toBeNull();
});

test('where no chart was drawn there is the table that the section begins with; a judgement leads nowhere', () => {
  expect(chartOf(groups, { group: 'idle', metric: 'idleBytes' }, () => false)).toBe('question-2');
  expect(chartOf(groups, { group: null, metric: null }, everything)).toBeNull();
});

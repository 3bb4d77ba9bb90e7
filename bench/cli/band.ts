import { METRICS } from '../../reports/kinds/lookup.ts';
import type { MetricId } from '../../reports/model/metrics.ts';
import { type Given, readPairs, suggestion } from '../plan/readers.ts';
import { amountOf, unitsOf } from './thresholds.ts';

export type Band = Readonly<Partial<Record<MetricId, number>>>;

const AMOUNT = /^\s*(\d+\.?\d*|\.\d+)\s*(\S*)\s*$/;

/** Reads differences that nobody could notice, such as `p99=5ms`, in base units by metric. Reports all problems at once. */
export function readBand(given: Given | undefined, problems: string[]): Band {
  if (given === undefined) return {};
  const ids = METRICS.map(({ id }) => id);
  const pairs = Object.entries(readPairs(given, problems, 'p99=5ms'));
  const read = pairs.flatMap(([name, text]): [MetricId, number][] => {
    const metric = METRICS.find(({ id }) => id === name);
    if (metric === undefined) {
      problems.push(`${given.where}: unknown figure "${name}"${suggestion(name, ids)}`);
      return [];
    }
    const [, amount = '', unit = ''] = AMOUNT.exec(text) ?? [];
    const value = amount === '' ? null : amountOf(Number(amount), unit, metric);
    if (value !== null) return [[metric.id, value]];
    problems.push(`${given.where}: ${name} takes ${unitsOf(metric)}, not "${text}"`);
    return [];
  });
  return Object.fromEntries(read);
}

import type { Case } from '../../bench/results/schema.ts';

export type Kind = NonNullable<Case['kind']>;

/** Ids of all metrics. Each module of `kinds` adds those that it defines. */
// biome-ignore lint/suspicious/noEmptyInterface: modules of kinds add to it
export interface MetricIds {}
export type MetricId = keyof MetricIds;

/** Unit in which values of a metric are shown; empty for a count. */
export type Unit = 'ms' | 'µs' | 'B' | 'KiB' | 'MiB' | 'msg/s' | 'sessions/s' | '';

/**
 * A metric as tables and sentences show it. `name` is what sentences call it, `header` and `column` head a column of the page and
 * of the terminal, where columns go in rising order of `keep` when there is no room. Values are in seconds, bytes or counts; `unit`
 * and `scale` are for showing. `band: 'bytes'` marks what is counted on the wire. `best` is which way is better.
 */
export type Metric = {
  readonly id: MetricId;
  readonly name: string;
  readonly title: string;
  readonly header: string;
  readonly column: string;
  readonly keep: number;
  readonly unit: Unit;
  readonly scale: number;
  readonly band: 'time' | 'bytes';
  readonly best: 'less' | 'more';
  readonly words: { readonly better: string; readonly worse: string };
};

/** `lowest` or `highest`, whichever is best. */
export const extreme = ({ best }: Pick<Metric, 'best'>): 'lowest' | 'highest' =>
  best === 'less' ? 'lowest' : 'highest';

/** `at p99`, `in capacity`. */
export const place = ({ name }: Pick<Metric, 'name'>): string => `${/^p\d/.test(name) ? 'at' : 'in'} ${name}`;

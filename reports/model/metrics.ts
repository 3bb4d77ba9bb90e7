import type { Case } from '../../bench/results/schema.ts';

export type Kind = NonNullable<Case['kind']>;

/** Ids of all metrics. Each module of `kinds` adds those that it defines. */
// biome-ignore lint/suspicious/noEmptyInterface: modules of kinds add to it
export interface MetricIds {}
export type MetricId = keyof MetricIds;

/** Unit in which values of a metric are shown; empty for a count. */
export type Unit = 's' | 'ms' | 'µs' | 'B' | 'KiB' | 'MiB' | 'msg/s' | 'sessions/s' | '%' | '';

/**
 * A metric as tables and sentences show it. `name` is what sentences call it, `header` and `column` head a column of the page and
 * of the terminal, where columns go in rising order of `keep` when there is no room. Values are in seconds, bytes or counts; `unit`
 * and `scale` are for showing. `band: 'bytes'` marks what is counted on the wire, `band: 'share'` a share of messages. `best` is
 * which way is better.
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
  readonly band: 'time' | 'bytes' | 'share';
  readonly best: 'less' | 'more';
  readonly words: { readonly better: string; readonly worse: string };
  /** Reason why a value is only a lower bound, after the names: `which still lacked messages at the end`. Absent: an overload. */
  readonly boundText?: string;
  /** Set if it is a cost per message, which falls where several messages travel together. */
  readonly perMessage?: true;
};

/** `lowest` or `highest`, whichever is best. */
export const extreme = ({ best }: Pick<Metric, 'best'>): 'lowest' | 'highest' =>
  best === 'less' ? 'lowest' : 'highest';

/** Word for the choice that a column's others are compared with; a lower bound is no extreme, because another may be beyond it. */
export const leadText = (metric: Pick<Metric, 'best'>, { bounded }: { readonly bounded: number }): string =>
  bounded > 0 ? 'at least' : extreme(metric);

/** `at p99`, `in capacity`. */
export const place = ({ name }: Pick<Metric, 'name'>): string => `${/^p\d/.test(name) ? 'at' : 'in'} ${name}`;

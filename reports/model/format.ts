import { figures, grouped, wholeBelow } from '../../bench/results/numbers.ts';
import type { Interval } from '../stats/bootstrap.ts';
import type { Shown } from '../stats/distribution.ts';
import type { Metric } from './metrics.ts';
import type { Cell, Column } from './model.ts';
import type { Bound, Verdict } from './verdict.ts';

export { figures };

export const integer = (value: number): string => grouped(value.toFixed(0));

/** Bytes or packets per message: an average of whole numbers, to two decimals. */
export const hundredths = (value: number): string =>
  Number.isFinite(value) ? grouped(String(Number(value.toFixed(2)))) : '—';

/** A difference to two decimals, with its sign. */
export function signed(value: number): string {
  if (!Number.isFinite(value)) return '—';
  const size = hundredths(Math.abs(value));
  if (size === '0') return size;
  return `${value < 0 ? '−' : '+'}${size}`;
}

export const signedShare = (value: number): string => `${signed(value * 100)} %`;

/** `1 trial`, `2 trials`, `2 searches`. */
export const countOf = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${integer(count)} ${count === 1 ? noun : nouns}`;

/** A share from 0 to 1 as a percentage; it is never rounded to 0 % or 100 %. */
export function share(value: number): string {
  if (value > 0 && value < 0.01) return '< 1 %';
  if (value < 1 && value > 0.99) return '> 99 %';
  return `${Math.round(value * 100)} %`;
}

/** A tolerance such as 0.05, as `±5 %`. */
export const tolerance = (band: number): string => `±${Number((band * 100).toPrecision(3))} %`;

/** An amount with its unit and without trailing zeros: `5 ms`, `51.2 MiB`. */
export const amountText = ({ scale, unit }: Pick<Metric, 'scale' | 'unit'>, value: number): string =>
  `${grouped(String(Number((value * scale).toPrecision(3))))} ${unit}`.trim();

/** Band of a column: `±5 %`, or `±5 % and 5 ms` with an amount below which no difference is noticed. */
export const bandText = ({ metric, band, absolute }: Pick<Column, 'metric' | 'band' | 'absolute'>): string =>
  absolute > 0 ? `${tolerance(band)} and ${amountText(metric, absolute)}` : tolerance(band);

/** Scale of a metric and, where it is known, the unit: percentages have more digits near 100. */
type Scaled = Pick<Metric, 'scale'> & Partial<Pick<Metric, 'unit'>>;

export const inUnit = ({ scale, unit }: Scaled, value: number): string =>
  unit === '%' ? percentage(value) : figures(value * scale);

/** A share from 0 to 1 in percent without its sign, never rounded to 100: `99.95`, `87.3`. */
export const percentage = (value: number): string =>
  value > 0.99 && value < 1 ? (wholeBelow(value * 1e4) / 100).toFixed(2) : figures(value * 100);

export const intervalInUnit = (metric: Scaled, { low, high }: Interval): string =>
  `${inUnit(metric, low)}–${inUnit(metric, high)}`;

/** A ratio with two decimals below ten: 1.02× and 0.98× must not both read 1×. */
export function ratio(value: number): string {
  if (!Number.isFinite(value)) return '—';
  return `${value < 10 ? value.toFixed(2) : figures(value)}×`;
}

export const ratioInterval = ({ low, high }: Interval): string =>
  `${ratio(low).slice(0, -1)}–${ratio(high).slice(0, -1)}`;

/** A ratio as a change: 1.31 is `+31 %`. */
export function change(value: number): string {
  if (!Number.isFinite(value)) return '—';
  const percent = (value - 1) * 100;
  const size = Math.abs(percent) < 9.95 ? Math.abs(percent).toFixed(1) : integer(Math.abs(percent));
  // A change that rounds to zero has no sign.
  const sign = size === '0.0' ? '' : percent < 0 ? '−' : '+';
  return `${sign}${size} %`;
}

export const shownInUnit = (metric: Scaled, value: Shown): string => (value.shown ? inUnit(metric, value.value) : '—');

/** Ratio and interval of a verdict, or null: `1.31× (1.18–1.46)`, and `≤ 0.50× (≤ 0.53)` against a lower bound. */
export const verdictFigures = (verdict: Verdict): string | null =>
  'interval' in verdict
    ? `${bounded(ratio(verdict.ratio), verdict.bound ?? null)} (${boundedInterval(verdict)})`
    : null;

/** Interval of a ratio; with a bound, only the end on its side is known. */
function boundedInterval({ interval, bound }: { interval: Interval; bound?: Bound }): string {
  if (bound === undefined) return ratioInterval(interval);
  return `${bound} ${ratio(bound === '≤' ? interval.high : interval.low).slice(0, -1)}`;
}

const bounded = (text: string, bound: Bound | null): string => (bound === null ? text : `${bound} ${text}`);

type ShownCell = Extract<Cell, { state: 'shown' }>;

/** Median of a cell, marked if it is a lower bound. */
export const cellFigure = (metric: Scaled, cell: Pick<ShownCell, 'median' | 'bounded'>): string =>
  bounded(inUnit(metric, cell.median), cell.bounded > 0 ? '≥' : null);

/** Mark of a figure that is only a lower bound: `≥ `. */
export const boundMark = (isBound: boolean): string => (isBound ? '≥ ' : '');

/** Figure of a cell; a dash if it has none. */
export const figureOrDash = (
  metric: Scaled,
  cell: ({ readonly state: 'shown' } & Pick<ShownCell, 'median' | 'bounded'>) | { readonly state: 'not shown' },
): string => (cell.state === 'shown' ? cellFigure(metric, cell) : '—');

/** Interval of a cell; that of a lower bound has no upper end. */
export const cellInterval = (
  metric: Scaled,
  { interval, bounded: limited }: Pick<ShownCell, 'interval' | 'bounded'>,
): string => {
  if (interval === null) return '';
  return limited > 0 ? `≥ ${inUnit(metric, interval.low)}` : intervalInUnit(metric, interval);
};

export const cellFactor = ({ factor, factorBound }: Pick<ShownCell, 'factor' | 'factorBound'>): string =>
  factor === null ? '' : bounded(ratio(factor), factorBound);

/** `a`, `a or b`, `a, b or c`. */
export function list(items: readonly string[], conjunction: 'and' | 'or'): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** `2026-11-23 18:40 UTC`; an unreadable time is shown as it stands. */
export function utcMinute(instant: string): string {
  const time = new Date(instant);
  return Number.isNaN(time.getTime()) ? instant : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Makes text from outside safe to print: no line breaks, cursor movements or changes of direction. */
export const printable = (text: string): string =>
  text.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');

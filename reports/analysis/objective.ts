import { list } from '../model/format.ts';
import type { CurvePoint, Row } from '../model/model.ts';
import { isNamed } from './figures/curve.ts';

/** Smallest percentile at which an objective may be met. */
const MIN_PERCENTILE = 0.5;

/** True if an objective is compared with this point: a named percentile with enough samples beyond it. */
export const isAsked = ({ firm, percentile }: CurvePoint): boolean =>
  firm && percentile >= MIN_PERCENTILE && isNamed(percentile);

/** Highest named percentile whose median over the trials is within the limit in seconds; null if there is none. */
export function keptAt(curve: readonly CurvePoint[], seconds: number): number | null {
  const kept = curve.filter((point) => isAsked(point) && point.seconds <= seconds);
  return kept.length === 0 ? null : Math.max(...kept.map(({ percentile }) => percentile));
}

/** Lists transports by the highest percentile at which they meet an objective. */
export function objectiveSentence(rows: readonly Pick<Row, 'name' | 'curve'>[], seconds: number): string {
  const kept = new Map<number | null, string[]>();
  for (const { name, curve } of rows) {
    if (!curve.some(isAsked)) continue;
    const at = keptAt(curve, seconds);
    kept.set(at, [...(kept.get(at) ?? []), name]);
  }
  const parts = [...kept]
    .toSorted(([a], [b]) => (b ?? 0) - (a ?? 0))
    .map(([at, names]) => `${at === null ? 'below p50' : `p${plain(at * 100)}`} for ${list(names, 'and')}`);
  const limit = `${plain(seconds * 1e3)} ms`;
  if (parts.length === 0) return `No transport has enough samples to tell whether it stays within ${limit}.`;
  return `The highest percentile within ${limit}, of those with enough samples, is ${parts.join('; ')}.`;
}

/** Number without rounding errors of binary fractions. */
const plain = (value: number): string => String(Number(value.toPrecision(9)));

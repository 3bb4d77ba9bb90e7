import { list } from '../model/format.ts';
import type { CurvePoint, Row } from '../model/model.ts';
import { isNamed } from './figures/curve.ts';

/** Whoever keeps an objective for less than half of the messages does not keep it. */
const LEAST = 0.5;

/** What an objective is held against: a percentile that people ask for, with enough samples beyond. */
export const isAsked = ({ firm, percentile }: CurvePoint): boolean =>
  firm && percentile >= LEAST && isNamed(percentile);

/** The deepest of the named percentiles at which the median over the trials is within so many seconds; null where none is. */
export function keptAt(curve: readonly CurvePoint[], seconds: number): number | null {
  const kept = curve.filter((point) => isAsked(point) && point.seconds <= seconds);
  return kept.length === 0 ? null : Math.max(...kept.map(({ percentile }) => percentile));
}

/** Who keeps an objective at which percentile, the deepest first. */
export function objectiveSentence(rows: readonly Pick<Row, 'name' | 'curve'>[], seconds: number): string {
  const kept = new Map<number | null, string[]>();
  for (const { name, curve } of rows) {
    if (!curve.some(isAsked)) continue;
    const at = keptAt(curve, seconds);
    kept.set(at, [...(kept.get(at) ?? []), name]);
  }
  const parts = [...kept]
    .toSorted(([a], [b]) => (b ?? 0) - (a ?? 0))
    .map(([at, names]) => `${at === null ? 'not even at 50 %' : `at ${percentText(at)}`} by ${list(names, 'and')}`);
  const limit = `${plain(seconds * 1e3)} ms`;
  if (parts.length === 0) return `Nothing says who keeps ${limit}.`;
  return `${limit} is kept, of the percentiles with enough samples: ${parts.join('; ')}.`;
}

const percentText = (percentile: number): string => `${plain(percentile * 100)} %`;

/** As somebody wrote it down, whatever binary fractions made of it. */
const plain = (value: number): string => String(Number(value.toPrecision(9)));

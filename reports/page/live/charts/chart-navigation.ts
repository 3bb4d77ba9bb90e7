import { type Point, unpackPoints } from '../../charts/points.ts';
import { nameOf } from './highlight.ts';

export type Series = { readonly element: Element; readonly name: string; readonly points: readonly Point[] };
/** Point being read in a chart: the indices of its series and of itself in that series. */
export type Position = { readonly series: number; readonly point: number };

/** A chart's series that have points, in the order in which they are read. */
export const seriesOf = (chart: Element): Series[] =>
  [...chart.querySelectorAll('.series')]
    .map((element) => ({
      element,
      name: nameOf(element),
      points: unpackPoints(element.getAttribute('data-points') ?? ''),
    }))
    .filter(({ points }) => points.length > 0);

const START: Position = { series: 0, point: 0 };

/** Position that a key leads to; null for a key without a meaning. The first such key enters the chart at its first point. */
export function positionAfter(
  series: readonly Pick<Series, 'points'>[],
  from: Position | null,
  key: string,
): Position | null {
  const step = STEPS[key];
  if (step === undefined || series.length === 0) return null;
  if (from === null) return START;
  const along = step(from, (series[from.series]?.points.length ?? 1) - 1);
  const at = clamp(along.series, series.length - 1);
  return { series: at, point: clamp(along.point, (series[at]?.points.length ?? 1) - 1) };
}

const STEPS: Readonly<Record<string, (from: Position, last: number) => Position>> = {
  ArrowRight: ({ series, point }) => ({ series, point: point + 1 }),
  ArrowLeft: ({ series, point }) => ({ series, point: point - 1 }),
  ArrowDown: ({ series, point }) => ({ series: series + 1, point }),
  ArrowUp: ({ series, point }) => ({ series: series - 1, point }),
  Home: ({ series }) => ({ series, point: 0 }),
  End: ({ series }, last) => ({ series, point: last }),
};

const clamp = (value: number, max: number): number => Math.max(0, Math.min(max, value));

/** Largest distance from the pointer to a point it selects, in units of the view box. */
const MAX_DISTANCE = 40;
/** Largest distance in a chart of rows: across the rows, because along a row the nearest point counts however far it is. */
const MAX_ROW_DISTANCE = 22;

export function nearest(
  series: readonly Pick<Series, 'points'>[],
  at: { readonly x: number; readonly y: number },
  byRow: boolean,
): Position | null {
  const distanceTo = ({ x, y }: Point): number =>
    byRow ? Math.abs(y - at.y) + Math.abs(x - at.x) / 1e4 : Math.hypot(x - at.x, y - at.y);
  let found: Position | null = null;
  let min = byRow ? MAX_ROW_DISTANCE : MAX_DISTANCE;
  for (const [index, { points }] of series.entries()) {
    for (const [point, place] of points.entries()) {
      const distance = distanceTo(place);
      if (distance >= min) continue;
      found = { series: index, point };
      min = distance;
    }
  }
  return found;
}

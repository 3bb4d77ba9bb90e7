import { type Point, unpackPoints } from '../../charts/points.ts';
import { nameOf } from './highlight.ts';

export type Series = { readonly element: Element; readonly name: string; readonly points: readonly Point[] };
/** Where a reader is in a chart. */
export type Spot = { readonly series: number; readonly point: number };

/** A chart's series that have points, in the order in which they are read. */
export const seriesOf = (chart: Element): Series[] =>
  [...chart.querySelectorAll('.series')]
    .map((element) => ({
      element,
      name: nameOf(element),
      points: unpackPoints(element.getAttribute('data-points') ?? ''),
    }))
    .filter(({ points }) => points.length > 0);

const START: Spot = { series: 0, point: 0 };

/** Where a key leads to, or null where it leads nowhere. Any way into the chart begins at its first point. */
export function moved(series: readonly Pick<Series, 'points'>[], from: Spot | null, key: string): Spot | null {
  const step = STEPS[key];
  if (step === undefined || series.length === 0) return null;
  if (from === null) return START;
  const along = step(from, (series[from.series]?.points.length ?? 1) - 1);
  const at = clamp(along.series, series.length - 1);
  return { series: at, point: clamp(along.point, (series[at]?.points.length ?? 1) - 1) };
}

const STEPS: Readonly<Record<string, (from: Spot, last: number) => Spot>> = {
  ArrowRight: ({ series, point }) => ({ series, point: point + 1 }),
  ArrowLeft: ({ series, point }) => ({ series, point: point - 1 }),
  ArrowDown: ({ series, point }) => ({ series: series + 1, point }),
  ArrowUp: ({ series, point }) => ({ series: series - 1, point }),
  Home: ({ series }) => ({ series, point: 0 }),
  End: ({ series }, last) => ({ series, point: last }),
};

const clamp = (value: number, max: number): number => Math.max(0, Math.min(max, value));

/** Farther away than this, in units of the view box, a pointer points at nothing. */
const REACH = 40;
/** In a chart of rows it is the row that counts, and along it the nearest point, however far. */
const ROW_REACH = 22;

export function nearest(
  series: readonly Pick<Series, 'points'>[],
  at: { readonly x: number; readonly y: number },
  byRow: boolean,
): Spot | null {
  const distanceTo = ({ x, y }: Point): number =>
    byRow ? Math.abs(y - at.y) + Math.abs(x - at.x) / 1e4 : Math.hypot(x - at.x, y - at.y);
  let found: Spot | null = null;
  let least = byRow ? ROW_REACH : REACH;
  for (const [index, { points }] of series.entries()) {
    for (const [point, place] of points.entries()) {
      const distance = distanceTo(place);
      if (distance >= least) continue;
      found = { series: index, point };
      least = distance;
    }
  }
  return found;
}

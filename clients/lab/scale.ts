import type { Change, Point } from './record.ts';

/** Seconds of the past that a chart shows. */
export const WINDOW_SECONDS = 30;
/** Size of a chart in its own units. */
export const WIDTH = 300;
export const HEIGHT = 110;
/** Height of the strip below the points that shows the connection's status. */
export const STRIP = 6;

/** Powers of ten, in milliseconds, between which all charts of a run lie. */
export interface Scale {
  readonly from: number;
  readonly to: number;
}

/** Finds the scale that shows every round trip of the last half minute, over all lanes: whole powers of ten. Pure. */
export function scaleOf(lanes: readonly (readonly Point[])[], nowMs: number): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const points of lanes) {
    for (const { atMs, roundTripMs } of points) {
      if (atMs < nowMs - WINDOW_SECONDS * 1e3) continue;
      low = Math.min(low, roundTripMs);
      high = Math.max(high, roundTripMs);
    }
  }
  if (high === 0) return { from: 0, to: 2 };
  const from = Math.min(0, Math.floor(Math.log10(Math.max(0.01, low))));
  return { from, to: Math.max(from + 1, Math.ceil(Math.log10(high) + 1e-9)) };
}

export const xOf = (atMs: number, nowMs: number): number => WIDTH - ((nowMs - atMs) * WIDTH) / (WINDOW_SECONDS * 1e3);

export function yOf(milliseconds: number, { from, to }: Scale): number {
  const share = (Math.log10(Math.max(10 ** from, milliseconds)) - from) / (to - from);
  return (HEIGHT - STRIP - 4) * (1 - Math.min(1, share)) + 2;
}

/** Path of dots, one for each round trip in the window. Pure. */
export const dotsOf = (points: readonly Point[], scale: Scale, nowMs: number): string =>
  points
    .filter(({ atMs }) => atMs >= nowMs - WINDOW_SECONDS * 1e3)
    .map(({ atMs, roundTripMs }) => `M${xOf(atMs, nowMs).toFixed(1)},${yOf(roundTripMs, scale).toFixed(1)}h0`)
    .join('');

/** Part of the window in which the connection had one status. */
export interface Segment {
  readonly status: Change['status'];
  readonly x: number;
  readonly width: number;
}

/** Parts of the window by the connection's status. Pure. */
export function segmentsOf(changes: readonly Change[], nowMs: number): Segment[] {
  return changes.flatMap(({ atMs, status }, index) => {
    const x = Math.max(0, xOf(atMs, nowMs));
    const end = Math.min(WIDTH, xOf(changes[index + 1]?.atMs ?? nowMs, nowMs));
    return end <= 0 || end <= x ? [] : [{ status, x, width: end - x }];
  });
}

/** Text of a power of ten: `0.1 ms`, `10 ms`, `1 s`. */
export const tickText = (power: number): string =>
  power >= 3 ? `${10 ** (power - 3)} s` : `${Number((10 ** power).toPrecision(1))} ms`;

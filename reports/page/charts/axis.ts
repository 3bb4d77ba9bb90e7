/** Ticks of a logarithmic axis: 1, 2 and 5 of each decade; finer where that gives too few to read a value off. */
export function logTicks(low: number, high: number): number[] {
  const coarse = ticksAt([1, 2, 5], low, high);
  if (coarse.length >= 3) return coarse.length > 9 ? ticksAt([1], low, high) : coarse;
  const fine = ticksAt([1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], low, high);
  return fine.length >= 2 ? fine : linearTicks(low, high);
}

function ticksAt(mantissas: readonly number[], low: number, high: number): number[] {
  const decades = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)));
  return decades
    .flatMap((decade) => mantissas.map((mantissa) => Number((mantissa * 10 ** decade).toPrecision(3))))
    .filter((tick) => tick >= low && tick <= high);
}

/** Ticks in at most five round steps; also for a logarithmic axis that spans too little for round numbers of its own. */
export function linearTicks(low: number, high: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  return range(Math.ceil(low / step), Math.floor(high / step)).map((count) => Number((count * step).toPrecision(6)));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

/** Domain of a logarithmic axis, with room at both ends and wide enough to draw even a single value. */
export function logDomain(values: readonly number[], margin = 1.12): [number, number] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return [0.1, 1];
  return [Math.min(...positive) / margin, Math.max(...positive) * margin];
}

type Ends = readonly [number, number];

/**
 * Maps values to places between the ends of an axis; values beyond stand at the nearer end. Charts that are also drawn in the browser use
 * it: the library's scales bring colours and formats along, which would be a tenth of the script that a report carries.
 */
export const linearScale =
  ([low, high]: Ends, [from, to]: Ends) =>
  (value: number): number =>
    from + Math.min(1, Math.max(0, (value - low) / (high - low))) * (to - from);

/** Maps values logarithmically; zero and less stand at the lower end. */
export function logScale([low, high]: Ends, range: Ends): (value: number) => number {
  const scale = linearScale([Math.log(low), Math.log(high)], range);
  return (value) => scale(value > 0 ? Math.log(value) : Number.NEGATIVE_INFINITY);
}

/** Formats a tick with no more digits than it needs: `0.2`, `5`, `1,000`. */
export const tickLabel = (value: number): string =>
  value >= 1000 ? value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',') : String(Number(value.toPrecision(3)));

/** Rounds a coordinate to a tenth of a pixel: enough to look at, and short in the page. */
export const round = (value: number): number => Math.round(value * 10) / 10;

import { median } from '../../../bench/results/numbers.ts';
import type { Capacity } from '../../../bench/results/schema.ts';

/** Latency against offered load, read from the searches of one choice. */
export type LoadCurve = {
  /** Every step whose p99 could be told; those the generator could not offer are apart. */
  readonly points: readonly LoadPoint[];
  /** Medians over steps of about the same rate, by rising rate; only what was offered as planned. */
  readonly line: readonly LoadBin[];
};

type Step = Capacity['steps'][number];

export type LoadPoint = {
  readonly rate: number;
  readonly outcome: Step['outcome'];
  readonly p99: number;
};

export type LoadBin = {
  readonly rate: number;
  /** Deliveries over what was offered, 0 to 1. */
  readonly achieved: number;
  readonly steps: number;
  readonly met: number;
  readonly p50: number | null;
  readonly p99: number;
};

const BINS_PER_DECADE = 8;

/** Searches of several trials try rates of their own: near ones are put together, or the line would show their scatter alone. */
export function loadCurve(searches: readonly Capacity[]): LoadCurve {
  const steps = searches.flatMap((search) => search.steps);
  const points = steps.flatMap(({ rate, outcome, p99 }) => (p99 === null || p99 <= 0 ? [] : [{ rate, outcome, p99 }]));
  const offered = steps.filter(({ outcome, p99 }) => outcome !== 'generator' && p99 !== null && p99 > 0);
  const bins = Map.groupBy(offered, ({ rate }) => Math.round(Math.log10(rate) * BINS_PER_DECADE));
  const line = [...bins.values()].map(binOf).toSorted((a, b) => a.rate - b.rate);
  return { points, line };
}

function binOf(steps: readonly Step[]): LoadBin {
  const known = (values: readonly (number | null)[]) => values.flatMap((value) => value ?? []);
  const p50s = known(steps.map(({ p50 }) => p50)).filter((value) => value > 0);
  return {
    rate: median(steps.map(({ rate }) => rate)),
    achieved: median(steps.map(({ rate, achieved }) => achieved / rate)),
    steps: steps.length,
    met: steps.filter(({ outcome }) => outcome === 'met').length,
    p50: p50s.length > 0 ? median(p50s) : null,
    p99: median(known(steps.map(({ p99 }) => p99))),
  };
}

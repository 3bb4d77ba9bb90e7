import { median } from '../../../bench/results/numbers.ts';
import type { Capacity } from '../../../bench/results/schema.ts';

/** Latency by offered load, from the searches of one choice. */
export type LoadCurve = {
  /** Steps with a p99. */
  readonly points: readonly LoadPoint[];
  /** Medians over steps of about the same rate, by rising rate, without steps that the generator could not offer. */
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
  /** Deliveries divided by the offered load, 0 to 1. */
  readonly achieved: number;
  readonly steps: number;
  readonly met: number;
  readonly p50: number | null;
  readonly p99: number;
};

const BINS_PER_DECADE = 8;

/** Puts steps of similar rates together: searches of different trials try different rates. */
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

/** Outcome of a probe: the objective was met or missed, or the generator could not offer the rate. */
export interface Probed {
  readonly outcome: 'met' | 'missed' | 'generator';
}

export interface SearchResult {
  /** Highest rate that met the objective and was confirmed; 0 if there is none. */
  readonly rate: number;
  /** Outcome of the lowest rate that failed; undefined if none did. */
  readonly limit: Probed['outcome'] | undefined;
}

/** Ratio of the lowest failed to the highest successful rate at which the search stops. */
export const RESOLUTION = 1.04;
/** Factor from a rate that was not confirmed to the next one tried. */
const STEP_DOWN = 0.95;
const MAX_PROBES = 30;
const MIN_RATE = 1;
const MAX_RATE = 10_000_000;

/**
 * Finds the highest rate whose probe meets the objective. Doubles (or halves) the rate from `start` until the limit is bracketed,
 * bisects the bracket at its geometric mean, and confirms the best rate with a longer probe, stepping down until one succeeds.
 * `probe` may be noisy: a rate that succeeded once and was not confirmed is not reported.
 */
export async function search(
  start: number,
  probe: (rate: number, confirming: boolean) => Promise<Probed>,
): Promise<SearchResult> {
  let met = 0;
  let missed = Number.POSITIVE_INFINITY;
  let limit: Probed['outcome'] | undefined;
  let probes = 0;
  const miss = (rate: number, outcome: Probed['outcome']): void => {
    missed = rate;
    limit = outcome;
  };

  let rate = start;
  while (probes++ < MAX_PROBES && missed / met > RESOLUTION && rate >= MIN_RATE && rate <= MAX_RATE) {
    const { outcome } = await probe(rate, false);
    if (outcome === 'met') met = rate;
    else miss(rate, outcome);
    if (missed === Number.POSITIVE_INFINITY) rate = tidy(met * 2);
    else if (met === 0) rate = tidy(missed / 2);
    else rate = tidy(Math.sqrt(met * missed));
  }

  while (met > 0 && probes++ < MAX_PROBES) {
    const { outcome } = await probe(met, true);
    if (outcome === 'met') return { rate: met, limit };
    miss(met, outcome);
    met = met * STEP_DOWN >= MIN_RATE ? tidy(met * STEP_DOWN) : 0;
  }
  return { rate: 0, limit };
}

/** Rounds to three significant digits: 45,300 msg/s instead of 45,254.83. */
function tidy(rate: number): number {
  return Number(rate.toPrecision(3));
}

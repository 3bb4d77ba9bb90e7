/** Outcome of a probe at some rate: the objective met, missed by the server, or a load the generator could not offer. */
export interface Probed {
  readonly outcome: 'met' | 'missed' | 'generator';
}

export interface Found {
  /** Highest rate that was met and confirmed; 0 where none was. */
  readonly rate: number;
  /** Outcome that stopped the search from above; undefined where none did. */
  readonly limit: Probed['outcome'] | undefined;
}

/** Neighbouring rates that are told apart: the search stops when what is met and what is not are this near. */
export const RESOLUTION = 1.04;
/** After a found rate that was not confirmed, the next lower one tried. */
const STEP_DOWN = 0.95;
const MAX_PROBES = 30;
const MIN_RATE = 1;
const MAX_RATE = 10_000_000;

/**
 * Finds the highest rate whose probe meets the objective: doubles (or halves) from `start` until it is bracketed, halves the
 * bracket by its geometric mean, and confirms the best with a longer probe, stepping down until one holds. `probe` may be
 * noisy: a rate that was met once and not confirmed is not reported.
 */
export async function search(
  start: number,
  probe: (rate: number, confirming: boolean) => Promise<Probed>,
): Promise<Found> {
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

/** Three significant figures: 45,300 msg/s and not 45,254.83. */
function tidy(rate: number): number {
  return Number(rate.toPrecision(3));
}

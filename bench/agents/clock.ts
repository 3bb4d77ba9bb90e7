/** Clock of this host against that of the Redis server. */
export interface ClockReading {
  /** Redis' time less that of `process.hrtime.bigint`, in digits. */
  readonly offsetNs: string;
  /** Largest error of the offset. */
  readonly boundNs: number;
}

/** Number of questions for the time; the one with the shortest round trip counts. */
const QUESTIONS = 200;
/** Resolution of the answers, which are cut to it: half of it is added, and is a part of the error. */
const RESOLUTION_NS = 1_000n;

/**
 * Compares this host's clock with Redis' wall clock: asks many times and keeps the answer with the shortest round trip, in whose middle
 * the server has read its clock, give or take half of it.
 *
 * @param ask resolves with the seconds and the microseconds of Redis' `TIME`
 */
export async function compareClock(
  ask: () => Promise<readonly (string | number)[]>,
  { now = () => process.hrtime.bigint(), questions = QUESTIONS }: { now?: () => bigint; questions?: number } = {},
): Promise<ClockReading> {
  let best: { readonly offsetNs: bigint; readonly roundTripNs: bigint } | undefined;
  for (let question = 0; question < questions; question++) {
    const before = now();
    const [seconds = 0, micros = 0] = await ask();
    const roundTripNs = now() - before;
    if (best !== undefined && roundTripNs >= best.roundTripNs) continue;
    const atNs = BigInt(seconds) * 1_000_000_000n + BigInt(micros) * RESOLUTION_NS + RESOLUTION_NS / 2n;
    best = { offsetNs: atNs - (before + roundTripNs / 2n), roundTripNs };
  }
  const { offsetNs, roundTripNs } = best ?? { offsetNs: 0n, roundTripNs: 0n };
  return { offsetNs: offsetNs.toString(), boundNs: Number(roundTripNs / 2n + RESOLUTION_NS / 2n) };
}

/** Moment of one host's clock on another's. @param from clock that it was read from @param to clock that it is wanted on */
export const translated = (ns: bigint, from: ClockReading, to: ClockReading): bigint =>
  ns + BigInt(from.offsetNs) - BigInt(to.offsetNs);

/** Readings of two hosts' clocks at about the same time. */
export interface Compared {
  readonly own: ClockReading;
  readonly other: ClockReading;
}

/** Difference of another host's clock from this one's after a phase, with its largest error and its drift, in seconds. */
export function driftBetween(
  before: Compared,
  after: Compared,
): { readonly offsetSeconds: number; readonly boundSeconds: number; readonly driftSeconds: number } {
  const offset = ({ own, other }: Compared): bigint => BigInt(own.offsetNs) - BigInt(other.offsetNs);
  const bound = ({ own, other }: Compared): number => own.boundNs + other.boundNs;
  const driftNs = Number(offset(after) - offset(before));
  return {
    offsetSeconds: Number(offset(after)) / 1e9,
    boundSeconds: (Math.max(bound(before), bound(after)) + Math.abs(driftNs)) / 1e9,
    driftSeconds: driftNs / 1e9,
  };
}

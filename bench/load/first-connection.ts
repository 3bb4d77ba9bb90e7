import type { Clock } from './clock.ts';
import { encode, histogram, merge } from './histogram.ts';

/** Step of a TCP connection that its own side can see. */
export type ConnectionStep = 'TCP' | 'TLS';

/** Encoded histograms, by step, of the times from `connect` to the step of each session's first connection. */
export type StepTimes = Readonly<Partial<Record<ConnectionStep, string>>>;

/** Times of the first connection of each session, for sessions that are opened one after another. */
export class FirstConnection {
  readonly #clock: Clock;
  readonly #times = new Map<ConnectionStep, ReturnType<typeof histogram>>();
  readonly #seen = new Set<ConnectionStep>();
  #dialledNs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that a session is being opened from now on. */
  dialled(nowNs: number): void {
    this.#dialledNs = nowNs;
    this.#seen.clear();
  }

  /** Notes that a connection has done a step. Only the session's first one counts. */
  done(step: ConnectionStep): void {
    if (this.#dialledNs === undefined || this.#seen.has(step)) return;
    this.#seen.add(step);
    const times = this.#times.get(step) ?? histogram();
    this.#times.set(step, times);
    times.recordValue(Math.round(this.#clock() - this.#dialledNs));
  }

  /** Notes that the session is usable: later connections are not part of its opening. */
  usable(): void {
    this.#dialledNs = undefined;
  }

  get times(): StepTimes {
    return Object.fromEntries([...this.#times].map(([step, times]) => [step, encode(times)]));
  }
}

const STEPS: readonly ConnectionStep[] = ['TCP', 'TLS'];

/** Merges the times of several workers. */
export function mergeSteps(times: readonly StepTimes[]): StepTimes {
  const merged = STEPS.map((step) => [step, times.flatMap((one) => one[step] ?? [])] as const);
  return Object.fromEntries(merged.filter(([, all]) => all.length > 0).map(([step, all]) => [step, merge(all)]));
}

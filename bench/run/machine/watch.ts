import { type Groups, readGroups, type Throttled } from './cgroup.ts';
import { type Neighbour, neighbours } from './neighbours.ts';
import { ROOTS, type Roots } from './roots.ts';

/** Effects of the machine on all processes of a run during one trial. */
export interface MachineObservation {
  /** CPU quota in cores, and how often it was used up. Absent: there is none. */
  readonly quota?: Throttled & { readonly cores: number };
  /** Other Wirebenches that measured meanwhile. */
  readonly others: readonly Neighbour[];
}

/** Watches, during one trial, for what the machine does to all processes of the run: quotas, and other runs. */
export class MachineWatch {
  readonly #roots: Roots;
  readonly #groups: Groups;
  readonly #neighbours = new Map<number, Neighbour>();
  #times = 0;
  #seconds = 0;

  constructor(roots: Roots = ROOTS) {
    this.#roots = roots;
    this.#groups = readGroups(roots);
  }

  /** Looks for other runs. It reads all of /proc, so it is for the time before and after what is measured. */
  look(): void {
    for (const one of neighbours(this.#roots)) this.#neighbours.set(one.pid, one);
  }

  /** Does work, and counts how often the CPU quota is used up meanwhile. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = this.#groups.throttled();
    const result = await work();
    const after = this.#groups.throttled();
    this.#times += Math.max(0, (after?.times ?? 0) - (before?.times ?? 0));
    this.#seconds += Math.max(0, (after?.seconds ?? 0) - (before?.seconds ?? 0));
    return result;
  }

  /** Everything that was seen so far. */
  get seen(): MachineObservation {
    const { cores } = this.#groups.limits;
    return {
      ...(cores === null ? {} : { quota: { cores, times: this.#times, seconds: this.#seconds } }),
      others: [...this.#neighbours.values()],
    };
  }
}

import { besideIn } from '../../plan/beside.ts';
import type { RunPlan } from '../../plan/plan.ts';
import { allowedCores, type CpuPinning, ownCores, pinCores } from '../affinity.ts';
import { isOnPath } from '../machine/programs.ts';
import type { Roots } from '../machine/roots.ts';
import type { NetworkPath } from '../network/path.ts';
import type { RunResources, Slot } from '../run.ts';

/** Load workers of a trial that may run beside others, unless a number was asked for: its load is small. */
const WORKERS = 1;
/** Cores of a trial with one load worker. */
const CORES = 1 + WORKERS;

/** Slots of a run, and the paths that were made for them. */
export interface OpenSlots extends AsyncDisposable {
  readonly slots: readonly Slot[];
}

/**
 * Makes a slot for each trial of a plan that may run at the same time. The first has the path that there is; each other one gets a link,
 * namespaces and a relay of its own. On the loopback there is no path, and no need of one. With enough cores each also has cores of its own.
 */
export async function openSlots(
  { cases, options }: RunPlan,
  { link, pinning, roots }: Pick<RunResources, 'link' | 'pinning' | 'roots'>,
  path: NetworkPath | undefined,
): Promise<OpenSlots> {
  const workers = options.workers ?? WORKERS;
  const atOnce = besideIn(cases, options.beside);
  const placed = (at: number): Slot => ({ workers, pinning: pinning && pinSlot(at, workers, roots) });
  if (path === undefined) {
    // Without a relay nothing but the loopback has room for several: trials on one link would count each other's bytes.
    const slots = link.kind === 'loopback' && atOnce > 1 ? Array.from({ length: atOnce }, (_, at) => placed(at)) : [];
    return { slots, async [Symbol.asyncDispose]() {} };
  }
  const further: NetworkPath[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(further.map((one) => one.close()));
  };
  try {
    while (further.length + 1 < atOnce) further.push(await path.another());
  } catch (error) {
    await close();
    throw error;
  }
  const slots = [path, ...further].map((one, at): Slot => ({ path: one, ...placed(at) }));
  return { slots, [Symbol.asyncDispose]: close };
}

/** Pins a slot's processes: each slot begins two cores further, so that neighbours share none where there are enough. */
export function pinSlot(
  at: number,
  workers: number,
  roots: Pick<Roots, 'sys'>,
  cores: readonly number[] | null = allowedCores() ?? null,
  canPin: boolean = isOnPath('taskset'),
): CpuPinning | undefined {
  if (cores === null) return undefined;
  const own = ownCores(cores, roots);
  // With a single core its hardware threads are used, and with two or three there is one pair.
  if (own.length < 2 * CORES) return pinCores(workers, cores, canPin, roots);
  const first = (at * CORES) % (own.length - (own.length % CORES));
  return pinCores(workers, [...own.slice(first), ...own.slice(0, first)], canPin, roots);
}

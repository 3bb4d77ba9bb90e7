import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { findTransport, type ScenarioEntry, scenarios, type TransportEntry, type Variant } from '../registry.ts';
import type { RunOptions } from './options.ts';

/** One combination of transport, variant, scenario, clients, rate and size, ready to be measured. */
export interface PlannedCase {
  readonly id: string;
  /** `transport` or `transport:variant`. */
  readonly name: string;
  readonly entry: TransportEntry;
  readonly variant: Variant | null;
  readonly scenario: ScenarioEntry;
  readonly clients: number;
  readonly rate: number;
  readonly size: number;
  readonly encoding: 'text';
}

export interface RunPlan {
  readonly options: RunOptions;
  readonly cases: readonly PlannedCase[];
  /** One inner list a block: every case once, shuffled. Trial k of every case is in block k. */
  readonly blocks: readonly (readonly PlannedCase[])[];
}

/** Pure: the same options give the same plan. */
export function makePlan(options: RunOptions): RunPlan {
  const cases = casesOf(options);
  const random = xoroshiro128plus(options.seed);
  const blocks = Array.from({ length: options.trials }, () => {
    const block = [...cases];
    for (let last = block.length - 1; last > 0; last--) {
      const other = uniformInt(random, 0, last);
      [block[last], block[other]] = [block[other]!, block[last]!];
    }
    return block;
  });
  return { options, cases, blocks };
}

/** What a trial takes besides warm-up and measuring: starting, connecting, draining, stopping. Measured on two slow cores. */
const OVERHEAD_SECONDS = 0.85;

export function estimateSeconds({ options, cases }: RunPlan): number {
  return cases.length * options.trials * (options.warmupSeconds + options.durationSeconds + OVERHEAD_SECONDS);
}

function casesOf(options: RunOptions): PlannedCase[] {
  const cases: PlannedCase[] = [];
  for (const scenarioId of options.scenarios) {
    const scenario = scenarios.find(({ id }) => id === scenarioId);
    if (scenario === undefined) throw new Error(`unknown scenario ${scenarioId}`);
    for (const clients of options.clients) {
      for (const rate of options.rates ?? [scenario.defaultRate]) {
        for (const size of options.sizes) {
          for (const name of options.transports) {
            const found = findTransport(name);
            if (found === undefined) throw new Error(`unknown transport ${name}`);
            const id = `${name}/${scenario.id}/c${clients}/r${rate}/s${size}/text`;
            cases.push({ id, name, ...found, scenario, clients, rate, size, encoding: 'text' });
          }
        }
      }
    }
  }
  return cases;
}

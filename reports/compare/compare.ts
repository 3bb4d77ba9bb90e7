import type { Results } from '../../bench/results/schema.ts';
import { readRun } from '../analysis/member.ts';
import type { Comparison } from './compare-model.ts';
import { type CompareOptions, comparing } from './comparing.ts';

export type { CompareOptions };

/** Holds a newer run against a base, without stopping on the way. */
export function compare(base: Results, next: Results, options: Partial<CompareOptions> = {}): Comparison {
  const steps = comparing(readRun(base), readRun(next), options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

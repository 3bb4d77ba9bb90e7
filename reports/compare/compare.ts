import type { Results } from '../../bench/results/schema.ts';
import { readRun } from '../analysis/member.ts';
import type { Comparison } from './compare-model.ts';
import { type CompareOptions, comparing } from './comparing.ts';

export type { CompareOptions };

/** Compares a newer run with a base. Pages use `comparing` instead, because this reads histograms with Node.js. */
export function compare(base: Results, next: Results, options: Partial<CompareOptions> = {}): Comparison {
  const steps = comparing(readRun(base), readRun(next), options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

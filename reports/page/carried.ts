import type { Results } from '../../bench/results/schema.ts';
import type { Comparison } from '../analysis/compare-model.ts';
import type { View } from './comparison-state.ts';

/** Ids of the elements in which a report carries what it was made from: JSON, gzipped, in base64. */
export const RESULTS = 'carried-results';
export const ANALYSIS = 'carried-analysis';

/** The same of the page of two runs, with what is shown until a reader asks for another. */
export const COMPARISON = 'carried-comparison';
export type CarriedComparison = { readonly comparison: Comparison; readonly view: View };

/**
 * A run as its page carries it: the histograms of service latency and of lag are empty strings. They would be two fifths of a
 * report, nothing on the page is made from them that the analysis does not hold, and results.json lies beside it.
 */
export const lightened = (results: Results): Results => ({
  ...results,
  cases: results.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) =>
      trial.state === 'failed' ? trial : { ...trial, latency: { ...trial.latency, service: '', lag: '' } },
    ),
  })),
});

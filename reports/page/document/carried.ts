import type { Results } from '../../../bench/results/schema.ts';
import { isAsked } from '../../analysis/objective.ts';
import type { Comparison } from '../../compare/compare-model.ts';
import type { Analysis } from '../../model/model.ts';
import type { View } from '../comparison/comparison-state.ts';

/** Ids of the elements in which a report carries what it was made from: JSON, gzipped, in base64. */
export const RESULTS = 'carried-results';
export const ANALYSIS = 'carried-analysis';

/** The same of the page of two runs, with what is shown until a reader asks for another. */
export const COMPARISON = 'carried-comparison';
export type CarriedComparison = { readonly comparison: Comparison; readonly view: View };

/** Response latency by case, which is what a page carries of histograms. */
export const HISTOGRAMS = 'carried-histograms';

/** Nothing of a trial's histograms: they must be there, and be read as none. */
const NO_HISTOGRAMS = { response: '', service: '', lag: '', connect: '' };

/**
 * A run as its page carries it: without the histograms of each trial, and how it went over time. They would be half a report,
 * nothing on the page is made from them that the analysis does not hold, and results.json lies beside it.
 */
export const lightened = (results: Results): Results => ({
  ...results,
  cases: results.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) => {
      if (trial.state === 'failed') return trial;
      const { timeline: _, processes: __, ...rest } = trial;
      return { ...rest, latency: NO_HISTOGRAMS };
    }),
  })),
});

/**
 * An analysis as its page carries it: its curves are in the markup, as the charts drawn of them, and only what an objective
 * is held against is asked for again.
 */
export const withoutCurves = (analysis: Analysis): Analysis => ({
  ...analysis,
  groups: analysis.groups.map((group) => ({
    ...group,
    rows: group.rows.map((row) => ({
      ...row,
      curve: row.curve.filter(isAsked),
      pooled: [],
    })),
  })),
});

import type { Results } from '../../../bench/results/schema.ts';
import { isAsked } from '../../analysis/objective.ts';
import type { Comparison } from '../../compare/compare-model.ts';
import type { Analysis } from '../../model/model.ts';
import type { View } from '../comparison/comparison-state.ts';

/** Ids of the elements in which a report embeds what it was made from: JSON, gzipped, in base64. */
export const RESULTS = 'carried-results';
export const ANALYSIS = 'carried-analysis';

/** Id of the element in which a page of two runs embeds their comparison, with the view shown until the reader asks for another. */
export const COMPARISON = 'carried-comparison';
export type EmbeddedComparison = { readonly comparison: Comparison; readonly view: View };

/** Id of the element with the response latency of each case over its valid trials, the only histograms in a page. */
export const HISTOGRAMS = 'carried-histograms';

/** Empty histograms: the schema requires them, and they are read as none. */
const NO_HISTOGRAMS = { response: '', service: '', lag: '', connect: '' };

/**
 * Leaves out the histograms and the latency over time of each trial. They would be half a report, the page draws on the analysis for
 * all that is made from them, and results.json lies beside it.
 */
export const withoutHistograms = (results: Results): Results => ({
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

/** Leaves out curves, which the markup has as charts, except the percentiles that the reader's objective is compared with. */
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

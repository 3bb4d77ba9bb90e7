import type { Results } from '../../../bench/results/schema.ts';
import { bandOf } from '../../analysis/column.ts';
import { isAsked } from '../../analysis/objective.ts';
import { absoluteBand } from '../../analysis/practical.ts';
import { OF_ANOTHER_KIND } from '../../analysis/readings.ts';
import type { Comparison } from '../../compare/compare-model.ts';
import { forEachMetric, metric, metricsOf } from '../../kinds/lookup.ts';
import type { Kind, MetricId } from '../../model/metrics.ts';
import type { Analysis, Cell, Column, Group, MeasuredView, Row, TrialView } from '../../model/model.ts';
import { notShown, type Shown } from '../../stats/distribution.ts';
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
 * Leaves out the histograms and the course over time of each trial. They would be half a report, the page draws on the analysis for
 * all that is made from them, and results.json lies beside it.
 */
export const withoutHistograms = (results: Results): Results => ({
  ...results,
  cases: results.cases.map((one) => ({
    ...one,
    trials: one.trials.map((trial) => {
      if (trial.state === 'failed') return trial;
      const { timeline: _, processes: __, recovery, ...rest } = trial;
      return {
        ...rest,
        ...(recovery === undefined ? {} : { recovery: { ...recovery, firstWaits: '', timeline: [] } }),
        latency: NO_HISTOGRAMS,
      };
    }),
  })),
});

/**
 * Leaves out curves and the steps of searches, which the markup has as charts, except the percentiles that the reader's objective is
 * compared with.
 */
export const withoutCurves = (analysis: Analysis): Analysis => ({
  ...analysis,
  groups: analysis.groups.map((group) => ({
    ...group,
    rows: group.rows.map((row) => ({
      ...row,
      curve: row.curve.filter(isAsked),
      pooled: [],
      searches: [],
    })),
  })),
});

type Figures<Value> = Readonly<Partial<Record<MetricId, Value>>>;
type CarriedTrial = Exclude<TrialView, MeasuredView> | (Omit<MeasuredView, 'values'> & { values: Figures<Shown> });
type CarriedRow = Omit<Row, 'cells' | 'trials'> & { cells: Figures<Cell>; trials: readonly CarriedTrial[] };
type CarriedGroup = Omit<Group, 'columns' | 'rows'> & { columns: Figures<Column>; rows: readonly CarriedRow[] };

/** Analysis in which each question has the figures of its own kind alone; those of others have no value in it. */
export type CarriedAnalysis = Omit<Analysis, 'groups'> & { readonly groups: readonly CarriedGroup[] };

/** Leaves out the figures of other kinds. */
export const withOwnFigures = (analysis: Analysis): CarriedAnalysis => ({
  ...analysis,
  groups: analysis.groups.map((group): CarriedGroup => {
    const { kind } = group.question;
    return {
      ...group,
      columns: own(kind, group.columns),
      rows: group.rows.map((row) => ({
        ...row,
        cells: own(kind, row.cells),
        trials: row.trials.map((trial) =>
          trial.state === 'failed' ? trial : { ...trial, values: own(kind, trial.values) },
        ),
      })),
    };
  }),
});

function own<Value>(kind: Kind, figures: Readonly<Record<MetricId, Value>>): Figures<Value> {
  const kept: Partial<Record<MetricId, Value>> = {};
  for (const id of metricsOf(kind)) kept[id] = figures[id];
  return kept;
}

/** Puts back what `withOwnFigures` left out. */
export const withEveryFigure = (carried: CarriedAnalysis): Analysis => ({
  ...carried,
  groups: carried.groups.map(
    (group): Group => ({
      ...group,
      columns: forEachMetric(
        (of) =>
          group.columns[of] ?? {
            metric: metric(of),
            band: bandOf(metric(of), carried.options),
            absolute: absoluteBand(of, group.question, carried.options),
            best: null,
          },
      ),
      rows: group.rows.map((row) => ({
        ...row,
        cells: forEachMetric((of) => row.cells[of] ?? { state: 'not shown', reason: OF_ANOTHER_KIND }),
        trials: row.trials.map((trial) =>
          trial.state === 'failed'
            ? trial
            : { ...trial, values: forEachMetric((of) => trial.values[of] ?? notShown(OF_ANOTHER_KIND)) },
        ),
      })),
    }),
  ),
});

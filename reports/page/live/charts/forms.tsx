import type { Results } from '../../../../bench/results/schema.ts';
import type { FigureId } from '../../../kinds/shape.ts';
import type { Group } from '../../../model/model.ts';
import { DensityBody, densityView } from '../../figures/density-body.tsx';
import { type Axis, IntervalBody, intervalsOf } from '../../figures/interval-figure.tsx';
import { AXIS, DISTRIBUTION, METRIC } from '../../parts/choices.tsx';
import { figureId } from '../../parts/sections.ts';
import { type SeriesStyles, styleSeries } from '../../parts/series-style.ts';
import { decodeHistogram } from '../compare/decoding.ts';
import { embeddedAnalysis, embeddedHistograms, embeddedResults } from '../embedded-data.ts';
import { stateOf } from '../url-state.ts';
import { type Form, redraw } from './redraw.tsx';

/**
 * Redraws figures from the page's embedded data when the reader chooses another form. States `metric` and `axis` belong to the medians
 * with their intervals, state `distribution` to the figure of that name.
 */
export function otherForms(page: Document): void {
  const figuresOf = (kind: FigureId): { figure: HTMLElement; index: number }[] =>
    [...page.querySelectorAll('[data-question]')].flatMap((_, index) => {
      const figure = page.getElementById(figureId(index, kind));
      return figure === null ? [] : [{ figure, index }];
    });
  for (const { figure, index } of figuresOf('intervals')) {
    redraw(figure, [METRIC, AXIS], () => intervals(index));
  }
  for (const { figure, index } of figuresOf('distribution')) {
    redraw(figure, [DISTRIBUTION], () => density(index));
  }
}

async function intervals(index: number): Promise<Form | null> {
  const asked = stateOf(METRIC);
  const axis: Axis = stateOf(AXIS) === 'linear' ? 'linear' : 'log';
  if (asked === null && axis === 'log') return null;
  const question = await embeddedQuestion(index);
  if (question === null) return null;
  const { group, styles } = question;
  const metric = group.metrics.find((id) => id === asked) ?? group.primary;
  if (metric === group.primary && axis === 'log') return null;
  const view = intervalsOf(group, { metric, axis });
  return {
    key: `${metric} ${axis}`,
    title: view.title,
    takeaway: view.takeaway,
    body: <IntervalBody view={view} styles={styles} />,
  };
}

async function density(index: number): Promise<Form | null> {
  if (stateOf(DISTRIBUTION) !== 'density') return null;
  const [question, histograms] = await Promise.all([embeddedQuestion(index), embeddedHistograms()]);
  if (question === null) return null;
  const { group, styles } = question;
  const pooled = await Promise.all(
    group.rows.map(async (row) => ({ row, decoded: await decodeHistogram(histograms[row.caseId] ?? '') })),
  );
  const view = densityView(
    pooled.flatMap(({ row, decoded }) => (decoded.readable ? [{ row, distribution: decoded.distribution }] : [])),
  );
  const title = 'Density of latency';
  return {
    key: 'density',
    title,
    takeaway: view.takeaway,
    body: <DensityBody view={view} title={title} styles={styles} />,
  };
}

/** Styles of series by run, computed once for all of its figures. */
const stylesOf = new WeakMap<Results, SeriesStyles>();

async function embeddedQuestion(index: number): Promise<{ group: Group; styles: SeriesStyles } | null> {
  const [results, { groups }] = await Promise.all([embeddedResults(), embeddedAnalysis()]);
  const styles = stylesOf.get(results) ?? styleSeries(results);
  stylesOf.set(results, styles);
  const group = groups[index];
  return group === undefined ? null : { group, styles };
}

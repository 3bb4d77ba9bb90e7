import { type Results, resultsSchema } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import type { Analysis, AnalysisOptions } from './analysis/model.ts';
import { renderPage } from './page/render.ts';

export { wireRows } from './analysis/wire.ts';
export { summary } from './terminal/summary.ts';
export { wireReport, wireTable } from './terminal/wire-table.ts';

/** Judges a run and lays it out as one HTML document. */
export async function makeReport(
  results: Results,
  options: Partial<AnalysisOptions> = {},
): Promise<{ html: string; analysis: Analysis }> {
  // A page carries its results, so the order of their keys must not depend on whether they have been in a file.
  const ordered = resultsSchema.parse(results);
  const analysis = analyse(ordered, options);
  return { html: await renderPage(ordered, analysis), analysis };
}

import type { Results } from '../bench/results/schema.ts';
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
  const analysis = analyse(results, options);
  return { html: await renderPage(results, analysis), analysis };
}

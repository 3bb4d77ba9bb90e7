import { createHash } from 'node:crypto';
import { formatResults } from '../bench/results/file.ts';
import { type Results, resultsSchema } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import type { Analysis, AnalysisOptions } from './model/model.ts';
import { renderPage } from './page/document/render.ts';

export { wireRows } from './analysis/figures/wire.ts';
export { histogramLog } from './raw/hlog.ts';
export { trialsCsv } from './raw/trials-csv.ts';
export { summary } from './terminal/summary.ts';
export { wireReport, wireTable } from './terminal/wire-table.ts';

/**
 * Judges a run and lays it out as one HTML document.
 *
 * @param sha256 hash of the results file, which the page names; by default of the file as it would be written
 */
export async function makeReport(
  results: Results,
  options: Partial<AnalysisOptions> = {},
  sha256 = createHash('sha256').update(formatResults(results)).digest('hex'),
): Promise<{ html: string; analysis: Analysis }> {
  // A page embeds its results, so the order of their keys must not depend on whether they have been in a file.
  const ordered = resultsSchema.parse(results);
  const analysis = analyse(ordered, options);
  return { html: await renderPage(ordered, analysis, sha256), analysis };
}

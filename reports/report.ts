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
  sha256?: string,
): Promise<{ html: string; analysis: Analysis }> {
  const { analysis, page } = judgeRun(results, options);
  return { html: await page(sha256), analysis };
}

/** Judges a run; the document is laid out when it is wanted, so that its failure takes no figures with it. */
export function judgeRun(
  results: Results,
  options: Partial<AnalysisOptions> = {},
): { analysis: Analysis; page: (sha256?: string) => Promise<string> } {
  // A page embeds its results, so the order of their keys must not depend on whether they have been in a file.
  const ordered = resultsSchema.parse(results);
  const analysis = analyse(ordered, options);
  return { analysis, page: (sha256 = hashOf(results)) => renderPage(ordered, analysis, sha256) };
}

const hashOf = (results: Results): string => createHash('sha256').update(formatResults(results)).digest('hex');

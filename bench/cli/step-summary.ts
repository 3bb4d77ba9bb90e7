import { appendFileSync } from 'node:fs';
import { errorText } from '../error-text.ts';
import type { Io } from './io.ts';

/**
 * Appends Markdown to the summary of a job on GitHub, where the runner names a file for it. A summary that cannot be written
 * is no reason to lose a run.
 */
export function appendStepSummary(
  text: string,
  { environment, error: report }: Pick<Io, 'environment' | 'error'>,
): void {
  const { GITHUB_STEP_SUMMARY: file } = environment;
  if (!file) return;
  try {
    appendFileSync(file, `${text}\n`);
  } catch (error) {
    report(`cannot append to GITHUB_STEP_SUMMARY: ${errorText(error)}\n`);
  }
}

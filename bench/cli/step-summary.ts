import { appendFileSync } from 'node:fs';
import { errorText } from '../error-text.ts';

/**
 * Appends Markdown to the summary of a job on GitHub, where the runner names a file for it. A summary that cannot be written
 * is no reason to lose a run.
 */
export function appendStepSummary(
  text: string,
  talk: (text: string) => void,
  { GITHUB_STEP_SUMMARY: file }: Readonly<Record<string, string | undefined>> = process.env,
): void {
  if (!file) return;
  try {
    appendFileSync(file, `${text}\n`);
  } catch (error) {
    talk(`cannot append to GITHUB_STEP_SUMMARY: ${errorText(error)}\n`);
  }
}

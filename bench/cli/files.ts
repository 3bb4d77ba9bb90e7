import { appendFileSync } from 'node:fs';
import { errorText } from '../error-text.ts';
import { readResults, UnreadableResults, whyNot, writeWhole } from '../results/file.ts';
import type { Results } from '../results/schema.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Reads results. Undefined, with one more problem, if the file holds none that this version can read. */
export function readRun(file: string, problems: string[], { resolve }: Pick<Io, 'resolve'>): Results | undefined {
  try {
    return readResults(resolve(file), file);
  } catch (error) {
    if (!(error instanceof UnreadableResults)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** Writes a file whole or not at all. @param flag the flag that named it; a `UsageError` asks for another file with it */
export function writeNamed(path: string, text: string, flag: string, { resolve }: Pick<Io, 'resolve'>): void {
  try {
    writeWhole(resolve(path), text);
  } catch (error) {
    throw new UsageError([
      `cannot write ${path}: ${whyNot(error, { ENOENT: 'its folder does not exist' })}; name another file with ${flag}`,
    ]);
  }
}

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

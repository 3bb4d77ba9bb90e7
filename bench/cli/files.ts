import { appendFileSync } from 'node:fs';
import { errorText } from '../error-text.ts';
import { readHashedResults, UnreadableResults, whyNot, writeWhole } from '../results/file.ts';
import type { Results } from '../results/schema.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Reads results. Undefined, with a problem added, if the file has none that this version can read. */
export function readRun(file: string, problems: string[], io: Pick<Io, 'resolve'>): Results | undefined {
  return readHashedRun(file, problems, io)?.results;
}

/** Reads results as `readRun` does, with the SHA-256 of the file. */
export function readHashedRun(
  file: string,
  problems: string[],
  { resolve }: Pick<Io, 'resolve'>,
): { results: Results; sha256: string } | undefined {
  try {
    return readHashedResults(resolve(file), file);
  } catch (error) {
    if (!(error instanceof UnreadableResults)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** Writes a file completely or not at all. @param flag flag that named the file, for the message if it cannot be written */
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
 * Appends Markdown to the job summary of GitHub Actions, if $GITHUB_STEP_SUMMARY names a file. A failure is reported and does
 * not end the command, because the run must not be lost.
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

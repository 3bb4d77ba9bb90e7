import { appendFileSync, statSync } from 'node:fs';
import { readHashedResults, UnreadableResults, whyNot, writeWhole } from '../results/file.ts';
import type { Results } from '../results/schema.ts';
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

/**
 * Writes a file completely or not at all, and returns the problem if it cannot be written: the command says all that it has to say
 * before it ends with that.
 *
 * @param flag flag that named the file
 */
export function writeNamed(path: string, text: string, flag: string, { resolve }: Pick<Io, 'resolve'>): string[] {
  try {
    writeWhole(resolve(path), text);
    return [];
  } catch (error) {
    return [`cannot write ${path}: ${whyNot(error, NO_FOLDER)}; name another file with ${flag}`];
  }
}

/** Reason why a file cannot be written where a folder is missing. */
export const NO_FOLDER = { ENOENT: 'its folder does not exist' };

/** Bytes of the summary of a step that GitHub shows; it refuses a longer one as a whole. */
const MAX_SUMMARY_BYTES = 2 ** 20;

/** Cuts Markdown after a whole line so that it fits, and says so below. */
function fitted(markdown: string, maxBytes: number): string {
  if (Buffer.byteLength(markdown) <= maxBytes) return markdown;
  const note = '\nThe rest is left out, because a job summary holds 1 MiB; the report has all of it.\n';
  const room = Math.max(0, maxBytes - Buffer.byteLength(note));
  const bytes = Buffer.from(markdown).subarray(0, room);
  return bytes.subarray(0, bytes.lastIndexOf('\n') + 1).toString() + note;
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
    const earlierBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    appendFileSync(file, fitted(`${text}\n`, MAX_SUMMARY_BYTES - earlierBytes));
  } catch (error) {
    report(`cannot append to GITHUB_STEP_SUMMARY: ${whyNot(error)}\n`);
  }
}

import { readResults, UnreadableResults, whyNot, writeWhole } from '../results/file.ts';
import type { Results } from '../results/schema.ts';
import { UsageError } from './exit.ts';

/** Undefined, with one problem more, where the file holds no results that this version can read. */
export function readOrSay(file: string, problems: string[]): Results | undefined {
  try {
    return readResults(file);
  } catch (error) {
    if (!(error instanceof UnreadableResults)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** Writes whole or not at all. @param flag names another place; throws a `UsageError` that says so */
export function writeOrRefuse(path: string, text: string, flag: string): void {
  try {
    writeWhole(path, text);
  } catch (error) {
    throw new UsageError([
      `cannot write ${path}: ${whyNot(error, { ENOENT: 'its folder does not exist' })}; name another file with ${flag}`,
    ]);
  }
}

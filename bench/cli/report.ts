import { dirname, join } from 'node:path';
import { makeReport } from '../../reports/report.ts';
import { readResults, UnreadableResults, writeWhole } from '../results/file.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';
import type { Io } from './io.ts';

/** Makes the report of a run again from its results. The last line of stdout is the report's path. */
export async function reportCommand(file: string, { out }: { out?: string }, io: Io): Promise<ExitCode> {
  const path = out ?? join(dirname(file), 'report.html');
  const { html } = await makeReport(readOrRefuse(file));
  try {
    writeWhole(path, html);
  } catch (error) {
    throw new UsageError([
      `cannot write ${path}: ${error instanceof Error ? error.message : error}; name another file with --out`,
    ]);
  }
  io.out(`${path}\n`);
  return EXIT.done;
}

function readOrRefuse(file: string) {
  try {
    return readResults(file);
  } catch (error) {
    if (error instanceof UnreadableResults) throw new UsageError([error.message]);
    throw error;
  }
}

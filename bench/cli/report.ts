import { dirname, join } from 'node:path';
import { makeReport } from '../../reports/report.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';
import { readOrSay, writeOrRefuse } from './files.ts';
import type { Io } from './io.ts';

/** Makes the report of a run again from its results. The last line of stdout is the report's path. */
export async function reportCommand(file: string, { out }: { out?: string }, io: Io): Promise<ExitCode> {
  const path = out ?? join(dirname(file), 'report.html');
  const problems: string[] = [];
  const results = readOrSay(file, problems);
  if (results === undefined) throw new UsageError(problems);
  const { html } = await makeReport(results);
  writeOrRefuse(path, html, '--out');
  io.out(`${path}\n`);
  return EXIT.done;
}

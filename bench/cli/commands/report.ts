import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { histogramLog, makeReport, trialsCsv } from '../../../reports/report.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { readOrSay, writeOrRefuse } from '../files.ts';
import type { Io } from '../io.ts';

export interface ReportFlags {
  readonly out?: string;
  readonly csv?: string;
  readonly hlog?: string;
}

/** Makes the report of a run again from its results. The last line of stdout is the report's path. */
export async function reportCommand(file: string, flags: ReportFlags, io: Io): Promise<ExitCode> {
  const { out: path = join(dirname(file), 'report.html'), csv, hlog } = flags;
  const problems: string[] = [];
  const results = readOrSay(file, problems);
  problems.push(...clashes({ 'the results': file, '--out': path, '--csv': csv, '--hlog': hlog }));
  if (results === undefined || problems.length > 0) throw new UsageError(problems);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const { html, analysis } = await makeReport(results, {}, sha256);
  writeOrRefuse(path, html, '--out');
  if (csv !== undefined) {
    writeOrRefuse(csv, trialsCsv(results, analysis), '--csv');
    io.out(`${csv}\n`);
  }
  if (hlog !== undefined) {
    writeOrRefuse(hlog, await histogramLog(results), '--hlog');
    io.out(`${hlog}\n`);
  }
  io.out(`${path}\n`);
  return EXIT.done;
}

/** One file written over another, the results above all, would be lost. */
function clashes(files: Readonly<Record<string, string | undefined>>): string[] {
  const named = Object.entries(files).flatMap(([what, path]) =>
    path === undefined ? [] : [{ what, path: resolve(path) }],
  );
  return named.flatMap(({ what, path }, index) => {
    const before = named.slice(0, index).find((other) => other.path === path);
    return before === undefined ? [] : [`${what} names the same file as ${before.what}`];
  });
}

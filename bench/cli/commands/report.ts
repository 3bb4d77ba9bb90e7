import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readBand } from '../band.ts';
import { defineCommand } from '../command.ts';
import { EXIT, refuseIf, UsageError } from '../exit.ts';
import { readHashedRun, writeNamed } from '../files.ts';
import { textFlag } from '../flags.ts';
import type { Io } from '../io.ts';
import { settingFlag } from '../setting-flags.ts';

/** Makes the report of a run again from its results. The last line of stdout is the report's path. */
export const command = defineCommand({
  name: 'report',
  description: 'make the report of a run again from its results, byte for byte',
  arguments: [{ name: 'results.json' }],
  flags: {
    out: textFlag({
      argument: '<file>',
      help: 'file to write the page to',
      usual: 'report.html beside the results; in this folder if they come from a pipe',
    }),
    csv: textFlag({ argument: '<file>', help: 'also write every trial as a line of comma-separated values' }),
    band: settingFlag('band', { usual: 'that of the run' }),
    hlog: textFlag({ argument: '<file>', help: 'also write every histogram, as an HdrHistogram interval log' }),
  },
  async run({ out, csv, hlog, band }, { words: [file], problems, io }) {
    if (file === undefined) throw new UsageError(problems);
    const path = out ?? join(isPipe(file, io) ? '.' : dirname(file), 'report.html');
    const bands = readBand(band, problems);
    const read = readHashedRun(file, problems, io);
    problems.push(...clashes({ 'the results': file, '--out': path, '--csv': csv, '--hlog': hlog }));
    if (read === undefined || problems.length > 0) throw new UsageError(problems);
    const { results, sha256 } = read;
    const { histogramLog, makeReport, trialsCsv } = await import('../../../reports/report.ts');
    const { html, analysis } = await makeReport(results, { bands }, sha256);
    // A file that goes to stdout has it for itself.
    const announce = [path, csv, hlog].some((one) => one !== undefined && isPipe(one, io)) ? io.info : io.out;
    const write = (name: string | undefined, text: string, flag: string): string[] => {
      if (name === undefined) return [];
      const unwritten = writeNamed(name, text, flag, io);
      if (unwritten.length === 0) announce(`${name}\n`);
      return unwritten;
    };
    refuseIf([
      ...write(csv, csv === undefined ? '' : trialsCsv(results, analysis), '--csv'),
      ...write(hlog, hlog === undefined ? '' : await histogramLog(results), '--hlog'),
      ...write(path, html, '--out'),
    ]);
    return EXIT.done;
  },
});

/** True if a path leads to a pipe or a device, beside which no file belongs. */
function isPipe(path: string, { resolve: absolute }: Pick<Io, 'resolve'>): boolean {
  const found = statSync(absolute(path), { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** Problems of names that mean the same file: writing one would destroy the other, above all the results. */
function clashes(files: Readonly<Record<string, string | undefined>>): string[] {
  const named = Object.entries(files).flatMap(([what, path]) =>
    path === undefined ? [] : [{ what, path: resolve(path) }],
  );
  return named.flatMap(({ what, path }, index) => {
    const before = named.slice(0, index).find((other) => other.path === path);
    return before === undefined ? [] : [`${what} names the same file as ${before.what}`];
  });
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { readRun, writeNamed } from '../files.ts';
import { textFlag } from '../flags.ts';

/** Makes the report of a run again from its results. The last line of stdout is the report's path. */
export const command = defineCommand({
  name: 'report',
  description: 'make the report of a run again from its results, byte for byte',
  arguments: [{ name: 'results.json' }],
  flags: {
    out: textFlag({ argument: '<file>', help: 'file to write the page to', usual: 'report.html beside the results' }),
    csv: textFlag({ argument: '<file>', help: 'also write every trial as a line of comma-separated values' }),
    hlog: textFlag({ argument: '<file>', help: 'also write every histogram, as an HdrHistogram interval log' }),
  },
  async run({ out, csv, hlog }, { words: [file], problems, io }) {
    if (file === undefined) throw new UsageError(problems);
    const path = out ?? join(dirname(file), 'report.html');
    const results = readRun(file, problems, io);
    problems.push(...clashes({ 'the results': file, '--out': path, '--csv': csv, '--hlog': hlog }));
    if (results === undefined || problems.length > 0) throw new UsageError(problems);
    const { histogramLog, makeReport, trialsCsv } = await import('../../../reports/report.ts');
    const sha256 = createHash('sha256')
      .update(readFileSync(io.resolve(file)))
      .digest('hex');
    const { html, analysis } = await makeReport(results, {}, sha256);
    writeNamed(path, html, '--out', io);
    if (csv !== undefined) {
      writeNamed(csv, trialsCsv(results, analysis), '--csv', io);
      io.out(`${csv}\n`);
    }
    if (hlog !== undefined) {
      writeNamed(hlog, await histogramLog(results), '--hlog', io);
      io.out(`${hlog}\n`);
    }
    io.out(`${path}\n`);
    return EXIT.done;
  },
});

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

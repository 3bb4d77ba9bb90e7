import { compare } from '../../../reports/compare/compare.ts';
import { comparisonDocument } from '../../../reports/compare/compare-document.ts';
import type { Comparison } from '../../../reports/compare/compare-model.ts';
import { type Outcome, outcomeOf } from '../../../reports/compare/compare-outcome.ts';
import { METRICS } from '../../../reports/kinds/lookup.ts';
import { comparisonMarkdown } from '../../../reports/markdown/comparison.ts';
import { escaped } from '../../../reports/markdown/text.ts';
import { change, countOf, list, printable } from '../../../reports/model/format.ts';
import type { MetricId } from '../../../reports/model/metrics.ts';
import { comparisonText, percent } from '../../../reports/terminal/comparison.ts';
import { proseWidth } from '../../../reports/terminal/paint.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { type Given, listOf, readChoice, suggestion } from '../../plan/readers.ts';
import { readBand } from '../band.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type ExitCode, gravest, refuseIf, UsageError } from '../exit.ts';
import { appendStepSummary, readRun, writeNamed } from '../files.ts';
import { type Flag, flagWithDefault, textFlag, toggle } from '../flags.ts';
import { settingFlag } from '../setting-flags.ts';

const FAIL_ON = ['worse', 'inconclusive', 'never'] as const;
type FailOn = (typeof FAIL_ON)[number];

/** Compares a run with an earlier one; the exit code says if it passes. */
export const command = defineCommand({
  name: 'compare',
  description: 'compare a run with an earlier one: better, worse, equivalent, or not separated',
  arguments: [
    { name: 'base.json', help: 'results.json of the earlier run' },
    { name: 'new.json', help: 'results.json of the newer run' },
  ],
  flags: {
    'fail-on': flagWithDefault(
      {
        argument: '<what>',
        help: 'when to fail. worse: exit with 11 on a regression; inconclusive: also exit with 12 if a comparison is inconclusive; never: neither',
        usual: 'worse',
      },
      (given, problems) => readChoice(given, FAIL_ON, problems) ?? 'worse',
    ),
    'max-regression': flagWithDefault(
      {
        argument: '<percent>',
        help: 'by how much a median may get worse without being a regression',
        usual: '0%',
      },
      readShare,
    ),
    metrics: {
      argument: '<names>',
      help: `compare only these figures, separated by commas: ${METRICS.map(({ id }) => id).join(', ')}`,
      usual: 'all',
      read: (given, problems) => (given === undefined ? null : readMetrics(given, problems)),
    } satisfies Flag<MetricId[] | null>,
    band: settingFlag('band', {
      help: 'differences that nobody could notice, such as p99=5ms: within them nothing is a regression',
      usual: 'none: statistical verdicts alone',
    }),
    out: textFlag({ argument: '<page.html>', help: 'also write a page that shows every change on a logarithmic axis' }),
    all: toggle('list every comparison, including those that are equivalent or not testable'),
    json: toggle('print one JSON document'),
    markdown: toggle('print Markdown, and append it to $GITHUB_STEP_SUMMARY if that is set'),
  },
  listsExitCodes: true,
  async run({ 'fail-on': failOn, 'max-regression': maxRegression, metrics, band, ...flags }, { words, problems, io }) {
    if (flags.json && flags.markdown) problems.push('--json, --markdown each print to stdout; use only one of them');
    const bands = readBand(band, problems);
    const [base, next] = words.map((file) => readRun(file, problems, io));
    if (problems.length > 0 || base === undefined || next === undefined) throw new UsageError(problems);
    const comparison = compare(base, next, { metrics, bands });
    const outcome = outcomeOf(comparison, maxRegression);
    const exitCode = exitCodeFor(outcome, failOn);
    const { all, out } = flags;
    const unwritten: string[] = [];
    if (out !== undefined) {
      const { renderComparison } = await import('../../../reports/page/document/render.ts');
      const html = await renderComparison(comparison, { mark: maxRegression === 0 ? null : maxRegression });
      unwritten.push(...writeNamed(out, html, '--out', io));
      if (unwritten.length === 0) io.info(`Page: ${out}\n`);
    }
    if (flags.json) {
      const asked = { failOn, maxRegression, metrics };
      io.out(`${JSON.stringify({ ...comparisonDocument(comparison, outcome), asked, exitCode }, null, 2)}\n`);
    } else if (flags.markdown) {
      const text = `${comparisonMarkdown(comparison, { all })}\n${escaped(result(comparison, outcome, failOn, maxRegression))}\n`;
      io.out(text);
      appendStepSummary(text, io);
    } else {
      io.out(`${comparisonText(comparison, { width: io.width(), colour: io.colour, all })}\n\n`);
      io.out(`${wrap(result(comparison, outcome, failOn, maxRegression), proseWidth(io.width())).join('\n')}\n`);
    }
    refuseIf(unwritten);
    return exitCode;
  },
});

function readShare({ value, where }: Given, problems: string[]): number {
  const [, amount] = /^\s*(\d+\.?\d*|\.\d+)\s*%\s*$/.exec(String(value)) ?? [];
  if (amount !== undefined) return Number(amount) / 100;
  problems.push(`${where} takes a percentage such as 5%, not "${value}"`);
  return 0;
}

function readMetrics({ value, where }: Given, problems: string[]): MetricId[] {
  const ids = METRICS.map(({ id }) => id);
  const names = listOf(value);
  if (names.length === 0) problems.push(`${where} names no figure; there are: ${ids.join(', ')}`);
  return names.flatMap((name) => {
    const found = ids.find((id) => id === name);
    if (found === undefined) problems.push(`${where}: unknown figure "${name}"${suggestion(name, ids)}`);
    return found ?? [];
  });
}

export function exitCodeFor({ regressions, open, unsound }: Outcome, failOn: FailOn): ExitCode {
  return gravest([
    ...(unsound.length > 0 ? [EXIT.invalid] : []),
    ...(regressions.length > 0 && failOn !== 'never' ? [EXIT.regression] : []),
    ...(open.length > 0 && failOn === 'inconclusive' ? [EXIT.inconclusive] : []),
  ]);
}

/** Last line of the output, which explains the exit code. */
function result(comparison: Comparison, outcome: Outcome, failOn: FailOn, maxRegression: number): string {
  return printable(resultText(comparison, outcome, failOn, maxRegression));
}

function resultText(comparison: Comparison, outcome: Outcome, failOn: FailOn, maxRegression: number): string {
  const { regressions, open, unsound } = outcome;
  if (unsound.length > 0) return `No answer: ${list(unsound, 'and')}.`;
  const beyond = maxRegression > 0 ? ` by more than ${percent(maxRegression)}` : '';
  if (regressions.length > 0) {
    const [first] = regressions;
    const which =
      first === undefined
        ? ''
        : `: ${first.name}, ${first.metric.title} ${change(first.ratio ?? 1)} (${first.scenario})`;
    const more = regressions.length > 1 ? ` and ${regressions.length - 1} more` : '';
    return `Regression${beyond}${which}${more}${failOn === 'never' ? '; ignored because of --fail-on never' : ''}.`;
  }
  const none = `No regression${beyond} was shown`;
  if (open.length === 0) return `${none}; no comparison is inconclusive.`;
  const { counts } = comparison;
  const told = counts.better + counts.worse + counts.equivalent + counts['no practical difference'];
  return `${none} in the ${countOf(told, 'comparison')} that have a verdict; inconclusive: ${list(open, 'and')}.`;
}

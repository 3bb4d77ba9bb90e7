import { compare } from '../../../reports/compare/compare.ts';
import { comparisonDocument } from '../../../reports/compare/compare-document.ts';
import type { Comparison } from '../../../reports/compare/compare-model.ts';
import { type Outcome, outcomeOf } from '../../../reports/compare/compare-outcome.ts';
import { METRICS } from '../../../reports/kinds/lookup.ts';
import { comparisonMarkdown } from '../../../reports/markdown/comparison.ts';
import { escaped } from '../../../reports/markdown/text.ts';
import { change, countOf, list, printable } from '../../../reports/model/format.ts';
import type { MetricId } from '../../../reports/model/metrics.ts';
import { renderComparison } from '../../../reports/page/document/render.ts';
import { comparisonText, percent } from '../../../reports/terminal/comparison.ts';
import { proseWidth } from '../../../reports/terminal/paint.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { listOf, nearest, suggestion } from '../../plan/readers.ts';
import { EXIT, type ExitCode, gravest, UsageError } from '../exit.ts';
import { readOrSay, writeOrRefuse } from '../files.ts';
import type { Io } from '../io.ts';
import { appendStepSummary } from '../step-summary.ts';

export interface CompareFlags {
  readonly failOn?: string;
  readonly maxRegression?: string;
  readonly metrics?: string;
  readonly all?: true;
  readonly out?: string;
  readonly json?: true;
  readonly markdown?: true;
}

const FAIL_ON = ['worse', 'inconclusive', 'never'] as const;
type FailOn = (typeof FAIL_ON)[number];

/** Holds a run against an earlier one, and says by its exit code whether it may pass. */
export async function compareCommand(
  files: { base: string; next: string },
  flags: CompareFlags,
  io: Io,
): Promise<ExitCode> {
  const { failOn, maxRegression, metrics, base, next } = readAll(files, flags);
  const comparison = compare(base, next, { metrics });
  const outcome = outcomeOf(comparison, maxRegression);
  const exitCode = exitCodeFor(outcome, failOn);
  const all = flags.all === true;
  if (flags.out !== undefined) {
    const html = await renderComparison(comparison, { mark: maxRegression === 0 ? null : maxRegression });
    writeOrRefuse(flags.out, html, '--out');
    io.talk(`Page: ${flags.out}\n`);
  }
  if (flags.json) {
    const asked = { failOn, maxRegression, metrics };
    io.out(`${JSON.stringify({ ...comparisonDocument(comparison, outcome), asked, exitCode }, null, 2)}\n`);
  } else if (flags.markdown) {
    const text = `${comparisonMarkdown(comparison, { all })}\n${escaped(result(comparison, outcome, failOn, maxRegression))}\n`;
    io.out(text);
    appendStepSummary(text, io.complain);
  } else {
    io.out(`${comparisonText(comparison, { width: io.width(), colour: io.colour, all })}\n\n`);
    io.out(`${wrap(result(comparison, outcome, failOn, maxRegression), proseWidth(io.width())).join('\n')}\n`);
  }
  return exitCode;
}

function readAll({ base, next }: { base: string; next: string }, flags: CompareFlags) {
  const problems: string[] = [];
  if (flags.json && flags.markdown) problems.push('--json, --markdown each print to stdout; leave one out');
  const failOn = FAIL_ON.find((one) => one === (flags.failOn ?? 'worse'));
  if (failOn === undefined) {
    problems.push(`--fail-on takes ${FAIL_ON.join(', ')}, not "${flags.failOn}"${nearest(`${flags.failOn}`, FAIL_ON)}`);
  }
  const maxRegression = readShare(flags.maxRegression ?? '0%', problems);
  const metrics = flags.metrics === undefined ? null : readMetrics(flags.metrics, problems);
  const runs = [base, next].map((file) => readOrSay(file, problems));
  const [before, after] = runs;
  if (problems.length > 0 || before === undefined || after === undefined || failOn === undefined) {
    throw new UsageError(problems);
  }
  return { failOn, maxRegression, metrics, base: before, next: after };
}

function readShare(text: string, problems: string[]): number {
  const [, amount] = /^\s*(\d+\.?\d*|\.\d+)\s*%\s*$/.exec(text) ?? [];
  if (amount !== undefined) return Number(amount) / 100;
  problems.push(`--max-regression takes a percentage such as 5%, not "${text}"`);
  return 0;
}

function readMetrics(text: string, problems: string[]): MetricId[] {
  const ids = METRICS.map(({ id }) => id);
  const names = listOf(text);
  if (names.length === 0) problems.push(`--metrics names no figure; there are: ${ids.join(', ')}`);
  return names.flatMap((name) => {
    const found = ids.find((id) => id === name);
    if (found === undefined) problems.push(`--metrics: unknown figure "${name}"${suggestion(name, ids)}`);
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

/** The last line: what the exit code means, in words. */
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
    return `Regression${beyond}${which}${more}${failOn === 'never' ? '; not held against the run' : ''}.`;
  }
  const none = `No regression${beyond} was shown`;
  if (open.length === 0) return `${none}; nothing is open.`;
  const { counts } = comparison;
  const told = counts.better + counts.worse + counts.equivalent;
  return `${none} in the ${countOf(told, 'comparison')} that could be told; open: ${list(open, 'and')}.`;
}

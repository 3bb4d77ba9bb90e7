import { advise } from '../../../reports/advice/advise.ts';
import { adviceDocument } from '../../../reports/advice/document.ts';
import { analyse } from '../../../reports/analysis/analyse.ts';
import { decisionRecord } from '../../../reports/markdown/decision-record.ts';
import { adviceText } from '../../../reports/terminal/advice.ts';
import type { Results } from '../../results/schema.ts';
import { kindOf } from '../../scenarios/index.ts';
import { converse } from '../ask.ts';
import { newestResults } from '../before.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { readOrSay, writeOrRefuse } from '../files.ts';
import type { Io } from '../io.ts';
import { type AnswerTexts, readAnswers } from './choose-answers.ts';
import { askAnswers } from './choose-questions.ts';

export interface ChooseFlags extends AnswerTexts {
  readonly seed?: string;
  readonly json?: true;
  readonly markdown?: string;
}

/** Which transport a project with these needs would do well to use, going by a run. Every problem is reported at once. */
export async function chooseCommand(
  file: string | undefined,
  flags: ChooseFlags,
  unknown: readonly string[],
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const problems = [...unknown];
  const seed = readSeed(flags.seed, problems);
  readAnswers(flags, problems);
  // Beside an unknown flag, its value may look like the file.
  const results = unknown.length > 0 ? undefined : readRun(file, problems);
  if (problems.length > 0 || results === undefined) throw new UsageError(problems);

  const asked = isAsked(flags, io)
    ? await converse((ask) => askAnswers(ask, io.talk, io.progress.width()), { io, interrupted })
    : {};
  if (asked === undefined) return EXIT.interrupted;
  const texts = { ...flags, ...asked };
  const advice = advise({ results, analysis: analyse(results) }, readAnswers(texts, []), seed === null ? {} : { seed });
  if (flags.markdown !== undefined)
    writeRecord(flags.markdown, decisionRecord(advice, { command: commandOf(file, texts) }), io);
  io.out(flags.json ? adviceDocument(advice) : `${adviceText(advice, { width: io.width(), colour: io.colour })}\n`);
  return advice.outcome === 'blocked' ? EXIT.invalid : EXIT.done;
}

function readRun(file: string | undefined, problems: string[]): Results | undefined {
  if (file === undefined) {
    const newest = newestResults(undefined, suits);
    if (newest === undefined) {
      problems.push(
        'no complete run with six trials or more under reports/runs: measure first, npm run bench, or name a results.json',
      );
    }
    return newest;
  }
  return readOrSay(file, problems);
}

/** A run of single messages, or of everything twice, is no help in choosing. */
const suits = ({ plan, cases }: Results): boolean =>
  plan.aa !== true && cases.some((one) => kindOf(one).advice !== 'none');

function readSeed(text: string | undefined, problems: string[]): number | null {
  if (text === undefined) return null;
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(seed)) return seed;
  problems.push(`--seed takes a whole number from 0 up, not "${text}"`);
  return null;
}

const ANSWERS = ['preset', 'need', 'scenario', 'clients', 'rate', 'size', 'slo', 'weights', 'judge'] as const;

/** Only somebody at a terminal who has said nothing yet is asked. */
function isAsked(flags: ChooseFlags, { asks }: Io): boolean {
  const said = ANSWERS.some((key) => flags[key] !== undefined) || flags.judgement === false || flags.json === true;
  return !said && asks;
}

function writeRecord(path: string, text: string, io: Io): void {
  writeOrRefuse(path, text, '--markdown');
  io.talk(`Decision record: ${path}\n`);
}

/** The command that comes to the same advice, from the same results. */
function commandOf(file: string | undefined, flags: ChooseFlags): string {
  const given = [...ANSWERS, 'seed' as const].flatMap((key) => {
    const value = flags[key];
    return value === undefined ? [] : [`--${key} ${quoted(value)}`];
  });
  const judgement = flags.judgement === false ? ['--no-judgement'] : [];
  return [
    'npm run choose --',
    file === undefined ? '<results.json of this run>' : quoted(file),
    ...given,
    ...judgement,
  ].join(' ');
}

const quoted = (value: string): string =>
  /^[\w.,:/@%+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;

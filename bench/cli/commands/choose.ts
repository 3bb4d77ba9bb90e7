import { advise } from '../../../reports/advice/advise.ts';
import { NEEDS } from '../../../reports/advice/questions/needs.ts';
import { PRESETS } from '../../../reports/advice/questions/presets.ts';
import { adviceDocument } from '../../../reports/advice/words.ts';
import { analyse } from '../../../reports/analysis/analyse.ts';
import { decisionRecord } from '../../../reports/markdown/decision-record.ts';
import { adviceText } from '../../../reports/terminal/advice.ts';
import { listing } from '../../../reports/terminal/listing.ts';
import type { Given } from '../../plan/readers.ts';
import { command as asCommand, quoted } from '../../results/command.ts';
import type { Results } from '../../results/schema.ts';
import { kindOf } from '../../scenarios/index.ts';
import { ask } from '../ask.ts';
import { readBand } from '../band.ts';
import { readAnswers } from '../choose/answers.ts';
import { askAnswers } from '../choose/questions.ts';
import { defineCommand } from '../command.ts';
import { EXIT, refuseIf, UsageError } from '../exit.ts';
import { readRun, writeNamed } from '../files.ts';
import { textFlag, toggle, type Values } from '../flags.ts';
import type { Io } from '../io.ts';
import { newestResults } from '../preflight.ts';
import { settingFlag } from '../setting-flags.ts';

/** Flags that answer the questions of the conversation, each read by `readAnswers`. */
const ANSWER_FLAGS = {
  preset: textFlag({
    argument: '<use>',
    help: `needs, weights and objective to start from: ${PRESETS.map(({ id }) => id).join(', ')}`,
  }),
  need: textFlag({
    argument: '<names>',
    help: 'what the transport must do, separated by commas, or none; the needs are listed below',
  }),
  scenario: textFlag({ argument: '<name>', help: 'echo or broadcast', usual: 'the one nearest to the use' }),
  clients: textFlag({ argument: '<number>', help: 'number of sessions', usual: 'as measured' }),
  rate: textFlag({
    argument: '<number>',
    help: 'messages a second, all clients together; 0 for silent sessions',
    usual: 'as measured',
  }),
  size: textFlag({ argument: '<number>', help: 'bytes of a message', usual: 'as measured' }),
  network: textFlag({
    argument: '<name>',
    help: 'network whose cases count: none, mobile (4g-lossy), or any that was measured',
    usual: 'one with losses for the need lossy, otherwise none',
  }),
  objective: textFlag({
    argument: '<percentile<time>',
    help: 'latency that must be met, such as p99<50ms, or none; the band of times follows from it',
    usual: 'that of the preset',
  }),
  slo: textFlag({ argument: '<percentile<time>', help: 'another name of --objective' }),
  weights: textFlag({
    argument: '<list>',
    help: 'how much each criterion counts: p99:50,bytes:20; also throughput, cpu, memory, simplicity, features',
    usual: 'equal',
  }),
  judge: textFlag({
    argument: '<list>',
    help: 'your own judgement of what cannot be measured, from 1 (best) to 3: ws.simplicity=2,mqtt.features=1',
  }),
};

const FLAGS = {
  ...ANSWER_FLAGS,
  band: settingFlag('band', { usual: 'that of the run' }),
  'no-judgement': toggle('leave out what is judged rather than measured: simplicity and features'),
  seed: textFlag({
    argument: '<number>',
    help: 'seed for the random draws that test how robust the advice is',
    usual: 'the run’s',
  }),
  json: toggle('print one JSON document'),
  markdown: textFlag({ argument: '<file>', help: 'also write a decision record' }),
};

/** Advises a project on a transport, by its needs and the results of a run. */
export const command = defineCommand({
  name: 'choose',
  description:
    'advise on a transport by your needs, load and weights and the results of a run; asks for them if none are given',
  arguments: [
    { name: 'results.json', help: 'results of a run (the newest complete one under reports/runs)', optional: true },
  ],
  flags: FLAGS,
  notes(width) {
    const needs = NEEDS.map(({ id, question }) => [id, question] as const);
    return `\nNeeds:\n${listing(needs, width).join('\n')}`;
  },
  async run({ 'no-judgement': unjudged, band, ...flags }, { words: [file], problems, ...context }) {
    const { io } = context;
    // After an unknown flag, its value may have been taken for the file.
    const isFile = problems.length === 0;
    const given = { ...definedOf(flags), judgement: !unjudged };
    const seed = readSeed(flags.seed, problems);
    readAnswers(given, problems);
    const bands = readBand(band, problems);
    const results = isFile ? readMeasured(file, problems, io) : undefined;
    if (problems.length > 0 || results === undefined) throw new UsageError(problems);

    const silent = answersOf(flags).length === 0 && !unjudged && !flags.json;
    const asked =
      silent && io.interactive ? await ask((prompt) => askAnswers(prompt, io.info, io.progress.width()), context) : {};
    if (asked === undefined) return EXIT.interrupted;
    const texts = { ...given, ...asked };
    const advice = advise(
      { results, analysis: analyse(results, { bands }) },
      readAnswers(texts, []),
      seed === null ? {} : { seed },
    );
    const unwritten: string[] = [];
    if (flags.markdown !== undefined) {
      const record = decisionRecord(advice, { command: commandOf(file, { ...flags, ...asked, band }, unjudged) });
      unwritten.push(...writeNamed(flags.markdown, record, '--markdown', io));
      if (unwritten.length === 0) io.info(`Decision record: ${flags.markdown}\n`);
    }
    io.out(flags.json ? adviceDocument(advice) : `${adviceText(advice, { width: io.width(), colour: io.colour })}\n`);
    refuseIf(unwritten);
    return advice.outcome === 'blocked' ? EXIT.invalid : EXIT.done;
  },
});

type Answers = Values<typeof ANSWER_FLAGS>;
const ANSWERS = Object.keys(ANSWER_FLAGS) as (keyof Answers)[];

/** Given answers, each with its flag. */
const answersOf = (flags: Answers): (readonly [flag: string, value: string])[] =>
  ANSWERS.flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [[name, value] as const];
  });

const definedOf = (flags: Answers): Partial<Record<keyof Answers, string>> => Object.fromEntries(answersOf(flags));

function readMeasured(file: string | undefined, problems: string[], io: Io): Results | undefined {
  if (file === undefined) {
    const newest = newestResults(undefined, suits);
    if (newest === undefined) {
      problems.push(
        `reports/runs has no complete run with six or more trials: measure first with ${asCommand('npm run bench')}, or name a results.json`,
      );
    }
    return newest;
  }
  return readRun(file, problems, io);
}

/** True if a run helps to choose a transport: an A/A run, or one with only scenarios that advice does not use, does not. */
const suits = ({ plan, cases }: Results): boolean =>
  plan.aa !== true && cases.some((one) => kindOf(one).advice !== 'none');

function readSeed(text: string | undefined, problems: string[]): number | null {
  if (text === undefined) return null;
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(seed)) return seed;
  problems.push(`--seed takes a whole number of at least 0, not "${text}"`);
  return null;
}

/** Command that reproduces the advice from the same results. */
function commandOf(
  file: string | undefined,
  flags: Answers & { readonly seed: string | undefined; readonly band: Given | undefined },
  unjudged: boolean,
): string {
  const seed = flags.seed === undefined ? [] : [['seed', flags.seed] as const];
  const band = flags.band === undefined ? [] : [['band', String(flags.band.value)] as const];
  return [
    'npm run choose --',
    file === undefined ? 'results.json' : quoted(file),
    ...[...answersOf(flags), ...band, ...seed].map(([name, value]) => `--${name} ${quoted(value)}`),
    ...(unjudged ? ['--no-judgement'] : []),
  ].join(' ');
}

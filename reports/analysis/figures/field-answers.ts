import { benchCommand } from '../../../bench/results/command.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { ranElsewhere } from '../../../bench/results/values.ts';
import { adviceOn, metric, openingOf, shapeOf } from '../../kinds/lookup.ts';
import { cellFigure, countOf, figures, list } from '../../model/format.ts';
import { usualObjective } from '../../model/in-time.ts';
import type { FieldAnswer, Group, Phrase, RecoveryView, Row, Sentence } from '../../model/model.ts';

/** Network that stands for a phone's, and the fault after which sessions come back, where a run has several. */
export const MOBILE_NETWORK = '4g-lossy';
const USUAL_FAULT = 'restart';

/** Names that a sentence lists before it counts the others. */
const MAX_NAMES = 4;

type Facts = { readonly results: Results; readonly groups: readonly Group[] };

/**
 * Answers of the first screen for conditions that the link as it is does not have: a mobile network, and a fault. Each says what it
 * holds for; of a condition that the run does not cover, which command would. None for runs that cannot have them.
 */
export function fieldAnswers(results: Results, groups: readonly Group[]): FieldAnswer[] {
  const usual = groups.filter(isTraffic).length + groups.filter(hasFault).length;
  if (usual === 0 || results.plan.aa === true || groups.some(({ question }) => ranElsewhere(question))) return [];
  return [mobileAnswer({ results, groups }), faultAnswer({ results, groups })];
}

/** Load, network and fault of a group's question: `echo with 50 clients at … over 4g-lossy`. */
const conditionOf = ({ question }: Group): string => openingOf(question).replace(/^For |: $/g, '');

const isTraffic = ({ question }: Group): boolean => shapeOf(question).steadyRate && !hasFault({ question });
const hasFault = ({ question }: Pick<Group, 'question'>): boolean => question.dimensions?.fault !== undefined;

/** Latency over a mobile network: who is within the objective there. @param network the one to prefer */
export function mobileAnswer({ results, groups }: Facts, network: string = MOBILE_NETWORK): FieldAnswer {
  const title = 'On a mobile network';
  const over = groups.filter((group) => isTraffic(group) && (group.question.rttSeconds ?? 0) > 0);
  const lossy = over.filter(({ question }) => question.lossShare !== undefined);
  const group = over.find(({ question }) => question.network === network) ?? lossy[0] ?? over[0];
  if (group === undefined) return notCovered({ id: 'mobile', title }, results, adviceOn('traffic').scenarios, network);
  const { rttSeconds = 0, lossShare } = group.question;
  const lost =
    lossShare === undefined ? '' : `, ${Number((lossShare * 100).toPrecision(2))} % of packets lost each way`;
  const condition = `${conditionOf(group)} (round trip ${Number((rttSeconds * 1e3).toPrecision(3))} ms${lost})`;
  return { id: 'mobile', title, condition, sentence: latencySentence(group), command: null, group: group.id };
}

/** Latency of a group's choices beside its objective, by each of their trials. */
function latencySentence({ question, rows, inTime }: Group): Sentence {
  const { seconds } = inTime ?? usualObjective(question.rttSeconds);
  const limit = `${Number((seconds * 1e3).toPrecision(6))} ms`;
  const choices = rows.filter(({ floor }) => !floor);
  const shown = choices.flatMap((row) => {
    const cell = row.cells.p99;
    return cell.state === 'shown' ? [{ row, cell }] : [];
  });
  const ordered = shown.toSorted((a, b) => a.cell.median - b.cell.median);
  const [first] = ordered;
  if (first === undefined) return [plain('no answer, because no trial there has a p99.')];
  const within = ordered.filter(({ cell }) => cell.bounded === 0 && cell.values.every(({ value }) => value <= seconds));
  const beyond = ordered.filter(({ cell }) => cell.values.every(({ value }) => value > seconds));
  const between = ordered.filter((one) => !within.includes(one) && !beyond.includes(one));
  const namesOf = (those: typeof ordered): string[] => those.map(({ row }) => row.name);
  const trials = Math.min(...ordered.map(({ cell }) => cell.values.length));
  const each = `in each of ${countOf(trials, 'trial')}`;
  return [
    ...(within.length === 0
      ? [plain(`no transport’s p99 is within ${limit} ${each}`)]
      : within.length === shown.length
        ? [plain(`p99 is within ${limit} with `), strong(`all ${shown.length}`), plain(`, ${each}`)]
        : [plain(`p99 is within ${limit} with `), ...names(namesOf(within)), plain(`, ${each}`)]),
    ...(within.length > 0 && beyond.length > 0 ? [plain(', and not with '), ...names(namesOf(beyond))] : []),
    ...(between.length > 0 ? [plain('; in some trials with '), ...names(namesOf(between))] : []),
    plain('. Lowest: '),
    strong(first.row.name),
    plain(`, ${cellFigure(metric('p99'), first.cell)} ms${inTimeText(choices)}.`),
  ];
}

/** Share in time of the best choice, where messages may be lost. */
function inTimeText(choices: readonly Row[]): string {
  const shares = choices.flatMap(({ name, cells }) => {
    const cell = cells['in-time'];
    return cell.state === 'shown' ? [{ name, cell }] : [];
  });
  const [best] = shares.toSorted((a, b) => b.cell.median - a.cell.median);
  return best === undefined ? '' : `; most in time: ${best.name}, ${cellFigure(metric('in-time'), best.cell)} %`;
}

/** Way back after a fault: who came back with nothing lost, and how fast. @param fault the one to prefer */
export function faultAnswer({ results, groups }: Facts, fault: string = USUAL_FAULT): FieldAnswer {
  const title = 'After a fault';
  const faulty = groups.filter(hasFault);
  const group = faulty.find(({ question }) => question.dimensions?.fault === fault) ?? faulty[0];
  if (group === undefined)
    return notCovered({ id: 'fault', title }, results, adviceOn('return').scenarios, null, fault);
  return {
    id: 'fault',
    title,
    condition: conditionOf(group),
    sentence: returnSentence(group),
    command: null,
    group: group.id,
  };
}

/** Outcome of a fault for one transport, over all its valid trials. */
type Outcome = {
  readonly name: string;
  readonly gone: number;
  /** Largest number of messages that a session of a trial lost, on average. */
  readonly lost: number;
  /** Time until nothing was missing; null where every session survived. */
  readonly seconds: number | null;
};

export function outcomeOf(row: Row): Outcome | null {
  const seen = row.trials.flatMap((trial): RecoveryView[] =>
    trial.state === 'valid' && !trial.replaced && trial.recovery !== null ? [trial.recovery] : [],
  );
  if (seen.length === 0) return null;
  const { whole, staleness } = row.cells;
  const lost = ({ sessions, messages }: RecoveryView): number =>
    messages.lost / Math.max(1, sessions.all - sessions.gone);
  const survived = seen.every(({ sessions }) => sessions.survived === sessions.all);
  const timed = whole.state === 'shown' ? whole : staleness;
  return {
    name: row.name,
    gone: Math.max(...seen.map(({ sessions }) => sessions.gone)),
    lost: Math.max(...seen.map(lost)),
    seconds: survived || timed.state === 'not shown' ? null : timed.median,
  };
}

function returnSentence({ rows }: Group): Sentence {
  const choices = rows.filter(({ floor }) => !floor);
  // Whom the library reconnects has a name of its own.
  const managed = choices.filter(({ name, flag }) => name === flag);
  const outcomes = (managed.length > 0 ? managed : choices).flatMap((row) => outcomeOf(row) ?? []);
  const clean = outcomes
    .filter(({ gone, lost }) => gone === 0 && lost === 0)
    .toSorted((a, b) => (a.seconds ?? 0) - (b.seconds ?? 0) || (a.name < b.name ? -1 : 1));
  const losing = outcomes.filter(({ gone, lost }) => gone === 0 && lost > 0);
  const gone = outcomes.filter((one) => one.gone > 0);
  if (outcomes.length === 0) return [plain('no answer, because no trial with the fault is valid.')];
  const times = clean.flatMap(({ seconds }) => seconds ?? []);
  const fast = clean
    .slice(0, MAX_NAMES)
    .flatMap(({ name, seconds }, index): Phrase[] => [
      ...(index === 0 ? [] : [plain(', ')]),
      strong(name),
      plain(seconds === null ? ' (no session ended)' : ` (${figures(seconds, 2)} s)`),
    ]);
  const slowest = times.length > MAX_NAMES ? `, up to ${figures(Math.max(...times), 2)} s` : '';
  const rest = clean.length > MAX_NAMES ? [plain(` and ${clean.length - MAX_NAMES} more${slowest}`)] : [];
  return [
    ...(clean.length === 0
      ? [plain('nobody came back with nothing lost')]
      : [plain('back with nothing lost, after the path was there again: '), ...fast, ...rest]),
    ...(losing.length === 0 ? [] : [plain('; messages were lost with '), ...losing.flatMap(lossPhrases)]),
    ...(gone.length === 0 ? [] : [plain('; not all sessions came back with '), ...names(gone.map(({ name }) => name))]),
    plain('.'),
  ];
}

const lossPhrases = ({ name, lost }: Outcome, index: number): Phrase[] => [
  ...(index === 0 ? [] : [plain(', ')]),
  strong(name),
  plain(` (up to ${figures(lost, 2)} a session)`),
];

/** Answer about a condition that the run does not cover, with the reason where the machine lacks it, and the command that covers it. */
function notCovered(
  about: Pick<FieldAnswer, 'id' | 'title'>,
  { plan }: Results,
  scenarios: string,
  network: string | null,
  fault?: string,
): FieldAnswer {
  const lacking = (plan.leftOut ?? []).find(({ dimensions = {} }) =>
    network === null ? dimensions.fault === fault : dimensions.network === network,
  );
  const absent = (plan.leftOut ?? []).flatMap(({ kind, name, dimensions }) =>
    kind === 'unavailable' && dimensions === undefined ? [name] : [],
  );
  // A file may hold any text where a name should be.
  const here = plan.transports.filter((name) => !absent.includes(name));
  const known = here.filter((name) => /^[\w:-]+$/.test(name));
  const names = known.length === 0 ? [] : ['--transports', known.join(',')];
  const where = network === null ? ['--fault', fault ?? ''] : ['--network', network];
  return {
    ...about,
    condition: null,
    sentence: [
      plain(
        lacking === undefined ? 'not covered by this run.' : `not covered by this run: ${withoutEnd(lacking.reason)}.`,
      ),
    ],
    command: benchCommand([...names, '--scenarios', scenarios, ...where]),
    group: null,
  };
}

const withoutEnd = (text: string): string => text.replace(/\.$/, '');

/** Opening of a field answer, with what it holds for: `On a mobile network, echo with … over 4g-lossy:`. */
export const fieldOpening = ({ title, condition }: FieldAnswer): string =>
  condition === null ? `${title}:` : `${title}, ${condition}:`;

/** Words before the command that would cover a condition. */
export const COVERED_BY = 'Covered by:';

const names = (all: readonly string[]): Phrase[] => {
  const named = all.length <= MAX_NAMES + 1 ? all : all.slice(0, MAX_NAMES);
  const rest = all.length - named.length;
  return [strong(list(rest === 0 ? named : [...named, `${rest} more`], 'and'))];
};

const plain = (text: string): Phrase => ({ text, strong: false });
const strong = (text: string): Phrase => ({ text, strong: true });

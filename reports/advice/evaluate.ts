import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { countOf, list } from '../model/format.ts';
import type { Group, Row } from '../model/model.ts';
import { type Candidate, candidateOf } from './candidates.ts';
import { cellIn, costOf, type Reading, readCriteria, type Unnoticed } from './cost.ts';
import { costNetwork, type Field, fieldOf, rowIn } from './field.ts';
import { type MatchedCase, matchCase } from './load.ts';
import type { Answers, Measured } from './model.ts';
import { scenarioFor } from './questions/needs.ts';

/** Everything that follows from the answers before anything is drawn at random. */
export type Evaluation = {
  readonly matched: MatchedCase;
  /** Measured cases about the conditions that the project's clients live under. */
  readonly field: Field;
  readonly candidates: readonly Candidate[];
  /** Measured transports that the advisor knows nothing of. */
  readonly unknown: readonly Row[];
  readonly unjudged: readonly { readonly name: string; readonly reason: string }[];
  readonly readings: readonly Reading[];
  /** Candidates that are not ruled out and were measured in the form that would be used. */
  readonly standing: readonly Candidate[];
  /** Logarithm of weighted cost by name, for standing candidates that have every figure that counts. */
  readonly costs: ReadonlyMap<string, number>;
  /** Candidates for recommendation by rising cost: those without conditions, or those with conditions if there are no others. */
  readonly pool: readonly Candidate[];
  /** True if the candidates of the pool have enough valid trials for a verdict in every figure that counts. */
  readonly tested: boolean;
  /** Standing candidates whose trials failed, so that they are not in the pool although others are. */
  readonly lacking: readonly Candidate[];
};

export function evaluate(measured: Measured, answers: Answers): Evaluation {
  const { groups } = measured.analysis;
  const { needs } = answers;
  const preferred = scenarioFor(needs) ?? answers.load.preferred;
  const field = fieldOf(groups, answers);
  const matched = matchOver(groups, { ...answers, load: { ...answers.load, preferred } }, field);
  const rows = matched.state === 'measured' ? rowsOf(groups, matched.group) : everyRow(groups);
  const known = rows.map((row) => ({
    row,
    candidate: candidateOf(row, askedOf(row, matched, answers, field), measured),
  }));
  const candidates = known.flatMap(({ candidate }) => candidate ?? []);
  const unknown = known.filter(({ candidate }) => candidate === undefined).map(({ row }) => row);
  const unjudged = unknown.map(({ name }) => ({
    name,
    reason: 'not judged, because the advisor has no facts about it',
  }));
  if (matched.state !== 'measured') return { ...NOTHING, matched, field, candidates, unknown, unjudged };

  const { group } = matched;
  const elsewhere = rows.filter((row) => !group.rows.some(({ name }) => name === row.name)).map(({ name }) => name);
  const standing = candidates.filter(
    ({ barred, otherForm, name }) => barred === null && !otherForm && !elsewhere.includes(name),
  );
  const valid = standing.filter(({ row }) => row.validTrials > 0);
  const { judged, readings, tested } = testedAmong(valid, matched, answers, unnoticedBy(measured, answers));
  const costs = new Map<string, number>();
  const missing: { name: string; reason: string }[] = [];
  for (const { name, row } of standing) {
    const cost = judged.some((one) => one.name === name) ? costOf(readings, name) : null;
    if (cost !== null) costs.set(name, cost);
    else
      missing.push({
        name,
        reason: missingBecause(
          row,
          judged.some((one) => one.name === name),
        ),
      });
  }
  const absent = candidates
    .filter(({ name, barred, otherForm }) => barred === null && !otherForm && elsewhere.includes(name))
    .map(({ name }) => ({ name, reason: reasonIn(group, name) }));
  const ranked = standing
    .filter(({ name }) => costs.has(name))
    .toSorted((a, b) => (costs.get(a.name) ?? 0) - (costs.get(b.name) ?? 0) || (a.name < b.name ? -1 : 1));
  const clear = ranked.filter(({ conditions }) => conditions.length === 0);
  const counts = readings.some(({ dropped }) => dropped === null);
  return {
    matched,
    field,
    candidates,
    unknown,
    standing,
    unjudged: [...unjudged, ...missing, ...absent],
    readings,
    costs: counts ? costs : new Map(),
    pool: counts ? (clear.length > 0 ? clear : ranked) : [],
    tested,
    lacking: standing.filter(({ name, row }) => !costs.has(name) && row.validTrials < MIN_TRIALS),
  };
}

/** Matches a load over the network of the project, if there are enough trials and such a load, or else whatever the run has. */
function matchOver(groups: readonly Group[], { needs, load }: Answers, field: Field): MatchedCase {
  const network = load.network == null ? costNetwork(field) : null;
  const binary = needs.includes('binary');
  // Few trials over the project's network judge the objective; the costs are then those of the link.
  const lossy = needs.includes('lossy') && (network !== null || field.latency === null || load.network != null);
  const over = network === null ? null : matchCase(groups, { ...load, network }, binary, lossy);
  return over?.state === 'measured' ? over : matchCase(groups, load, binary, lossy);
}

const NOTHING = { standing: [], readings: [], costs: new Map<string, number>(), pool: [], tested: false, lacking: [] };

/** Amounts that nobody could notice: those given, and those that follow from the answers' objective or else the run's. */
const unnoticedBy = ({ analysis: { options } }: Measured, { objective }: Answers): Unnoticed => ({
  bands: options.bands,
  objective: objective ?? options.objective,
});

type Match = Extract<MatchedCase, { state: 'measured' }>;

/**
 * Sets aside candidates that have too few trials for a verdict, so that the others are judged without them. If no one has enough, all
 * are kept, untested.
 */
function testedAmong(valid: readonly Candidate[], matched: Match, answers: Answers, unnoticed: Unnoticed) {
  for (let judged = valid; ; ) {
    const readings = readCriteria(judged, matched, answers, unnoticed);
    const tested = judged.filter((one) => isTested(one, readings, matched));
    if (tested.length === 0 || tested.length === judged.length) {
      return { judged, readings, tested: tested.length > 0 };
    }
    judged = tested;
  }
}

function isTested({ name, row }: Candidate, readings: readonly Reading[], { group, throughput }: Match): boolean {
  const groups = [group, ...(throughput === null ? [] : [throughput])];
  return (
    row.validTrials >= MIN_TRIALS &&
    readings.every(({ metric, group: id, dropped }) => {
      const where = groups.find((one) => one.id === id);
      if (metric === null || dropped !== null || where === undefined) return true;
      const cell = cellIn(where, name, metric);
      // An option without a figure is missing for that reason.
      return cell.state === 'not shown' || cell.values.length >= MIN_TRIALS;
    })
  );
}

function missingBecause({ validTrials, trials }: Row, judged: boolean): string {
  if (judged) return 'no figure for something that counts';
  if (validTrials === 0) return 'no valid trial';
  return validTrials < MIN_TRIALS
    ? `set aside: only ${validTrials} of ${countOf(trials.length, 'trial')} ${validTrials === 1 ? 'is' : 'are'} valid, and a verdict needs ${MIN_TRIALS}`
    : `set aside: fewer than ${MIN_TRIALS} trials have a figure for something that counts`;
}

/** `; mqtt (0 of 7 valid) is missing, because its trials failed`; empty if no one is missing for that. */
export function lackingText({ lacking }: Pick<Evaluation, 'lacking'>): string {
  const names = lacking.map(({ name, row }) => `${name} (${row.validTrials} of ${row.trials.length} valid)`);
  const who = list(names, 'and');
  if (names.length === 0) return '';
  return names.length > 1
    ? `; ${who} are missing, because their trials failed`
    : `; ${who} is missing, because its trials failed`;
}

/**
 * Requirements on a row. The objective applies only to rows of the matched case; where the project's network was measured, the figure
 * there decides, even of few trials.
 */
function askedOf({ name }: Row, matched: MatchedCase, { needs, objective, judged }: Answers, field: Field) {
  const { latency, network } = field;
  const isMatched = matched.state === 'measured' && matched.group.rows.some((row) => row.name === name);
  const own = matched.state === 'measured' && matched.group.id === latency?.id;
  const row = own ? undefined : rowIn(latency, name);
  return {
    needs,
    judged,
    objective: isMatched ? objective : null,
    ...(row === undefined || network === null ? {} : { there: { row, network } }),
  };
}

/** Rows of the matched case, then rows of other cases for transports that it lacks, so that none vanishes. */
function rowsOf(groups: readonly Group[], group: Group): Row[] {
  const own = group.rows.filter(({ floor }) => !floor);
  return [...own, ...everyRow(groups).filter(({ name }) => !own.some((row) => row.name === name))];
}

function everyRow(groups: readonly Group[]): Row[] {
  const rows = groups.flatMap((group) => group.rows).filter(({ floor }) => !floor);
  return rows.filter((row, index) => rows.findIndex(({ name }) => name === row.name) === index);
}

function reasonIn({ unsupported, title }: Group, name: string): string {
  const found = unsupported.find((one) => one.name === name);
  if (found === undefined) return `not measured in ${title}`;
  return found.word === 'unavailable' ? `unavailable here: ${found.reason}` : found.reason;
}

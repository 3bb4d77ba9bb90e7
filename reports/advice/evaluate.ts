import type { Group, Row } from '../model/model.ts';
import { type Candidate, candidateOf } from './candidates.ts';
import { costOf, type Reading, readCriteria } from './cost.ts';
import { type MatchedCase, matchCase } from './load.ts';
import type { Answers, Measured } from './model.ts';
import { scenarioFor } from './questions/needs.ts';

/** Everything that follows from the answers before anything is drawn at random. */
export type Evaluation = {
  readonly matched: MatchedCase;
  readonly candidates: readonly Candidate[];
  readonly unjudged: readonly { readonly name: string; readonly reason: string }[];
  readonly readings: readonly Reading[];
  /** Candidates that are not ruled out and were measured in the form that would be used. */
  readonly standing: readonly Candidate[];
  /** Logarithm of weighted cost by name, for standing candidates that have every figure that counts. */
  readonly costs: ReadonlyMap<string, number>;
  /** Candidates for recommendation by rising cost: those without conditions, or those with conditions if there are no others. */
  readonly pool: readonly Candidate[];
};

export function evaluate(measured: Measured, answers: Answers): Evaluation {
  const { groups } = measured.analysis;
  const { needs } = answers;
  const preferred = scenarioFor(needs) ?? answers.load.preferred;
  const matched = matchCase(groups, { ...answers.load, preferred }, needs.includes('binary'));
  const rows = matched.state === 'measured' ? rowsOf(groups, matched.group) : everyRow(groups);
  const known = rows.map((row) => ({ row, candidate: candidateOf(row, askedOf(row, matched, answers), measured) }));
  const candidates = known.flatMap(({ candidate }) => candidate ?? []);
  const unknown = known.filter(({ candidate }) => candidate === undefined).map(({ row }) => row.name);
  const unjudged = unknown.map((name) => ({ name, reason: 'not judged, because the advisor has no facts about it' }));
  if (matched.state !== 'measured')
    return { matched, candidates, standing: [], unjudged, readings: [], costs: new Map(), pool: [] };

  const { group } = matched;
  const elsewhere = rows.filter((row) => !group.rows.some(({ name }) => name === row.name)).map(({ name }) => name);
  const standing = candidates.filter(
    ({ barred, otherForm, name }) => barred === null && !otherForm && !elsewhere.includes(name),
  );
  const judged = standing.filter(({ row }) => row.validTrials > 0);
  const readings = readCriteria(judged, matched, answers);
  const costs = new Map<string, number>();
  const missing: { name: string; reason: string }[] = [];
  for (const { name } of standing) {
    const valid = judged.some((one) => one.name === name);
    const cost = valid ? costOf(readings, name) : null;
    if (cost === null) missing.push({ name, reason: valid ? 'no figure for something that counts' : 'no valid trial' });
    else costs.set(name, cost);
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
    candidates,
    standing,
    unjudged: [...unjudged, ...missing, ...absent],
    readings,
    costs: counts ? costs : new Map(),
    pool: counts ? (clear.length > 0 ? clear : ranked) : [],
  };
}

/** Requirements on a row. The objective applies only to rows of the matched case. */
const askedOf = ({ name }: Row, matched: MatchedCase, { needs, objective, judged }: Answers) => ({
  needs,
  judged,
  objective: matched.state === 'measured' && matched.group.rows.some((row) => row.name === name) ? objective : null,
});

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

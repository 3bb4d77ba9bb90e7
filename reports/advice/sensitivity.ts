import { batchingText } from '../kinds/batching.ts';
import { metric } from '../kinds/lookup.ts';
import type { Candidate } from './candidates.ts';
import type { Reading } from './cost.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { Answers, Measured, NeedFlip, Sensitivity, WeightFlip } from './model.ts';
import { NEEDS, negated, oppositeOf } from './questions/needs.ts';

/** Finds the changes of one weight or one need that would change the answer. */
export function sensitivityOf(
  measured: Measured,
  answers: Answers,
  { evaluation, recommended }: { readonly evaluation: Evaluation; readonly recommended: readonly string[] },
): Sensitivity {
  const [leader] = evaluation.pool;
  // Without a recommendation there is no next best.
  const next = recommended.length === 0 ? undefined : evaluation.pool.find(({ name }) => !recommended.includes(name));
  return {
    weight: leader === undefined ? null : weightFlip(evaluation),
    next: next?.name ?? null,
    needs: needFlips(measured, answers, evaluation),
    measuredAlone: measuredAlone(measured, answers, evaluation),
  };
}

/**
 * Smallest change of one weight that makes another option tie with the first, while the other weights keep their proportions.
 * With weight t, cost is t·r + (1 − t)·R, where r is the criterion's own cost and R that of all the others: two options
 * tie where both lines cross.
 */
export function weightFlip({
  pool,
  readings,
  matched,
}: Pick<Evaluation, 'pool' | 'readings' | 'matched'>): WeightFlip | null {
  const [leader, ...rivals] = pool;
  const counting = readings.filter(({ dropped }) => dropped === null);
  if (leader === undefined || counting.length < 2) return null;
  const flips = counting.flatMap((reading) =>
    rivals.flatMap((rival): WeightFlip[] => {
      const own = logOf(reading, rival.name) - logOf(reading, leader.name);
      const others = restOf(counting, reading, rival.name) - restOf(counting, reading, leader.name);
      const to = others / (others - own);
      const possible = own * others < 0;
      const batching = batchingOf(rival, counting, matched);
      return possible ? [{ criterion: reading.id, from: reading.weight, to, winner: rival.name, batching }] : [];
    }),
  );
  return flips.toSorted((a, b) => Math.abs(a.to - a.from) - Math.abs(b.to - b.from))[0] ?? null;
}

/** Remark that several messages share a candidate's cost in some criterion that counts; empty if none do. */
const batchingOf = ({ row }: Candidate, counting: readonly Reading[], matched: Evaluation['matched']): string => {
  const [text = ''] = counting.flatMap(({ metric: id }) =>
    id === null || matched.state !== 'measured' ? [] : batchingText(row, metric(id), matched.group.question) || [],
  );
  return text;
};

const logOf = ({ logs }: Reading, name: string): number => logs.get(name) ?? Number.NaN;

/** Cost in all criteria but one, by the relative weights of the rest. */
function restOf(counting: readonly Reading[], left: Reading, name: string): number {
  const rest = counting.filter((reading) => reading !== left);
  const total = rest.reduce((sum, { weight }) => sum + weight, 0);
  return rest.reduce((sum, reading) => sum + (reading.weight / total) * logOf(reading, name), 0);
}

/** Leader by figures alone; null if it is the same as with judgements, or if there is none. */
function measuredAlone(measured: Measured, answers: Answers, { pool, readings }: Evaluation): string | null {
  if (!readings.some(({ tag, dropped }) => tag === 'judgement' && dropped === null)) return null;
  const [first] = evaluate(measured, { ...answers, judgement: false }).pool;
  return first === undefined || first.name === pool[0]?.name ? null : first.name;
}

/** Effects of negating every need, one at a time. */
function needFlips(measured: Measured, answers: Answers, evaluation: Evaluation): NeedFlip[] {
  if (evaluation.matched.state !== 'measured') return [];
  const before = evaluation.pool[0]?.name ?? null;
  const flip = (need: NeedFlip['need'], asked: boolean, changed: Answers): NeedFlip[] => {
    const after = evaluate(measured, changed);
    const first = after.pool[0];
    const winner = first?.name ?? null;
    const conditional = first !== undefined && first.conditions.length > 0;
    const scenario = scenarioOf(after) === scenarioOf(evaluation) ? null : scenarioOf(after);
    const counts = { fates: affectedBetween(evaluation, after), options: evaluation.candidates.length };
    const instead = need === 'objective' ? null : (answers.needs.find((one) => one === oppositeOf(need)) ?? null);
    return winner === before ? [] : [{ need, asked, instead, winner, conditional, scenario, ...counts }];
  };
  const flips = NEEDS.flatMap(({ id }): NeedFlip[] => {
    const asked = answers.needs.includes(id);
    return flip(id, asked, { ...answers, needs: negated(answers.needs, id) });
  });
  const without = answers.objective === null ? [] : flip('objective', true, { ...answers, objective: null });
  // If dropping a need has this effect already, asking for its opposite tells nothing more.
  const telling = flips.filter(
    ({ instead, winner }) => instead === null || flips.find(({ need }) => need === instead)?.winner !== winner,
  );
  return [...without, ...telling].toSorted(
    (a, b) => Number(a.winner === null) - Number(b.winner === null) || b.fates - a.fates,
  );
}

const scenarioOf = ({ matched }: Evaluation): string | null =>
  matched.state === 'measured' ? matched.group.question.scenario : null;

function affectedBetween(before: Evaluation, after: Evaluation): number {
  const outcomeOf = ({ candidates }: Evaluation, name: string): string => {
    const found = candidates.find((one) => one.name === name);
    if (found === undefined) return 'absent';
    if (found.barred !== null) return 'barred';
    return found.otherForm ? 'elsewhere' : found.conditions.length > 0 ? 'conditional' : 'clear';
  };
  return before.candidates.filter(({ name }) => outcomeOf(before, name) !== outcomeOf(after, name)).length;
}

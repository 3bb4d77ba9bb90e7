import type { Reading } from './cost.ts';
import type { Answers, Measured, NeedFlip, Sensitivity, WeightFlip } from './model.ts';
import { NEEDS, oppositeOf, turned } from './questions/needs.ts';
import { type Settled, settle } from './settle.ts';

/** What would change the answer: one weight, or one need. */
export function sensitivityOf(
  measured: Measured,
  answers: Answers,
  { settled, recommended }: { readonly settled: Settled; readonly recommended: readonly string[] },
): Sensitivity {
  const [leader] = settled.pool;
  // Where nothing is best, nothing is next.
  const next = recommended.length === 0 ? undefined : settled.pool.find(({ name }) => !recommended.includes(name));
  return {
    weight: leader === undefined ? null : weightFlip(settled),
    next: next?.name ?? null,
    needs: needFlips(measured, answers, settled),
    measuredAlone: measuredAlone(measured, answers, settled),
  };
}

/**
 * The smallest change of one weight, the others keeping their proportions, that puts another option level with the first.
 * With t the weight, cost is t·r + (1 − t)·R, where r is the criterion's own cost and R that of all the others: two options
 * are level where both lines cross.
 */
export function weightFlip({ pool, readings }: Pick<Settled, 'pool' | 'readings'>): WeightFlip | null {
  const [leader, ...rivals] = pool;
  const counting = readings.filter(({ dropped }) => dropped === null);
  if (leader === undefined || counting.length < 2) return null;
  const flips = counting.flatMap((reading) =>
    rivals.flatMap((rival): WeightFlip[] => {
      const own = logOf(reading, rival.name) - logOf(reading, leader.name);
      const others = restOf(counting, reading, rival.name) - restOf(counting, reading, leader.name);
      const to = others / (others - own);
      const possible = own * others < 0;
      return possible ? [{ criterion: reading.id, from: reading.weight, to, winner: rival.name }] : [];
    }),
  );
  return flips.toSorted((a, b) => Math.abs(a.to - a.from) - Math.abs(b.to - b.from))[0] ?? null;
}

const logOf = ({ logs }: Reading, name: string): number => logs.get(name) ?? Number.NaN;

/** Cost in everything but one criterion, by the weights of the rest; by equal ones where the rest has none. */
function restOf(counting: readonly Reading[], left: Reading, name: string): number {
  const rest = counting.filter((reading) => reading !== left);
  const total = rest.reduce((sum, { weight }) => sum + weight, 0);
  return rest.reduce((sum, reading) => sum + (reading.weight / total) * logOf(reading, name), 0);
}

/** Who comes first by figures alone, where that is another than by figures and judgement. */
function measuredAlone(measured: Measured, answers: Answers, { pool, readings }: Settled): string | null {
  if (!readings.some(({ tag, dropped }) => tag === 'judgement' && dropped === null)) return null;
  const [first] = settle(measured, { ...answers, judgement: false }).pool;
  return first === undefined || first.name === pool[0]?.name ? null : first.name;
}

/** Every need answered the other way, one at a time. */
function needFlips(measured: Measured, answers: Answers, settled: Settled): NeedFlip[] {
  if (settled.basis.state !== 'measured') return [];
  const before = settled.pool[0]?.name ?? null;
  const flip = (need: NeedFlip['need'], asked: boolean, turned: Answers): NeedFlip[] => {
    const after = settle(measured, turned);
    const first = after.pool[0];
    const winner = first?.name ?? null;
    const conditional = first !== undefined && first.conditions.length > 0;
    const scenario = scenarioOf(after) === scenarioOf(settled) ? null : scenarioOf(after);
    const counts = { fates: fatesBetween(settled, after), options: settled.candidates.length };
    const instead = need === 'objective' ? null : (answers.needs.find((one) => one === oppositeOf(need)) ?? null);
    return winner === before ? [] : [{ need, asked, instead, winner, conditional, scenario, ...counts }];
  };
  const flips = NEEDS.flatMap(({ id }): NeedFlip[] => {
    const asked = answers.needs.includes(id);
    return flip(id, asked, { ...answers, needs: turned(answers.needs, id) });
  });
  const without = answers.objective === null ? [] : flip('objective', true, { ...answers, objective: null });
  // Where dropping a need does it already, so does asking for its opposite.
  const telling = flips.filter(
    ({ instead, winner }) => instead === null || flips.find(({ need }) => need === instead)?.winner !== winner,
  );
  return [...without, ...telling].toSorted(
    (a, b) => Number(a.winner === null) - Number(b.winner === null) || b.fates - a.fates,
  );
}

const scenarioOf = ({ basis }: Settled): string | null =>
  basis.state === 'measured' ? basis.group.question.scenario : null;

function fatesBetween(before: Settled, after: Settled): number {
  const fateOf = ({ candidates }: Settled, name: string): string => {
    const found = candidates.find((one) => one.name === name);
    if (found === undefined) return 'absent';
    if (found.barred !== null) return 'barred';
    return found.otherForm ? 'other form' : found.conditions.length > 0 ? 'conditional' : 'clear';
  };
  return before.candidates.filter(({ name }) => fateOf(before, name) !== fateOf(after, name)).length;
}

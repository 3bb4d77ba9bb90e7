import { list, ratio } from '../model/format.ts';
import { type Candidate, factOf } from './candidates.ts';
import { ELSEWHERE, type Fact, type FactValue } from './facts/shape.ts';
import type { Advice, Answers, Measured, NeedCell, Rating } from './model.ts';
import { NEEDS, type NeedId, needName } from './questions/needs.ts';

export type Answer = Pick<Advice, 'outcome' | 'heading' | 'recommended'>;

/** Maximum cost, relative to the leader's, of an option rated “Consider” and of one not rated “Avoid”. */
const MAX_CONSIDER = 1.5;
const MAX_ONLY_IF = 3;

/** Rates an option in one word, with the reason in one line. */
export function ratingOf(
  candidate: Candidate,
  fit: number | null,
  {
    leader,
    cheaper,
    alone,
    answer,
    answers,
    measured,
  }: {
    leader: Candidate | undefined;
    /** Candidates that cost less. */
    cheaper: readonly Candidate[];
    /** True if no other candidate has a cost. */
    alone: boolean;
    answer: Answer;
    answers: Answers;
    measured: Measured;
  },
): { rating: Rating | null; because: string } {
  const { name, barred, conditions, otherForm } = candidate;
  const { outcome, recommended } = answer;
  if (barred !== null) return { rating: 'Avoid', because: barredText(barred) };
  if (otherForm) return { rating: 'Only if', because: conditionText(candidate) };
  if (fit === null && recommended.includes(name)) {
    const rest = conditions.length > 0 ? `; ${conditionText(candidate)}` : '';
    return {
      rating: 'Only if',
      because: `only if it copes with your load; no other measured transport meets the needs${rest}`,
    };
  }
  if (fit === null) {
    const rest = conditions.length > 0 ? `, ${conditionText(candidate)}` : '';
    return { rating: null, because: `meets the needs${rest}; its figures do not apply here` };
  }
  const chosen = recommended.includes(name);
  const quick = outcome === 'quick look';
  const paid =
    chosen && recommended.length === 1
      ? firstText(alone, cheaper)
      : `costs ${ratio(fit)} as much as the leader by your weights`;
  const cost = quick ? `${paid}; too few trials for a verdict` : paid;
  if (fit > MAX_ONLY_IF) return { rating: 'Avoid', because: cost };
  if (conditions.length > 0) return { rating: 'Only if', because: `${conditionText(candidate)}; ${cost}` };
  if (chosen && !quick) {
    return {
      rating: 'Use',
      because: recommended.length > 1 ? `not separated from the other leaders, at ${ratio(fit)} the lowest cost` : cost,
    };
  }
  if (fit <= MAX_CONSIDER) return { rating: 'Consider', because: cost };
  const strengths = leader === undefined ? [] : strengthsOver(candidate, { leader, cheaper, answers, measured });
  const need =
    strengths.length > 0
      ? `${list(strengths, 'or')} ${strengths.length > 1 ? 'become needs' : 'becomes a need'}`
      : 'something that is not weighed here speaks for it';
  return { rating: 'Only if', because: `only if ${need}: ${cost}` };
}

function firstText(alone: boolean, cheaper: readonly Candidate[]): string {
  if (alone) return 'no other candidate is left';
  return cheaper.length === 0
    ? 'lowest cost by your weights'
    : 'first in most draws, though not the lowest cost by medians';
}

/** Names of needs that were not asked for and that this option meets better than the leader and every cheaper candidate. */
function strengthsOver(
  { row }: Candidate,
  {
    leader,
    cheaper,
    answers: { needs },
    measured,
  }: { leader: Candidate; cheaper: readonly Candidate[]; answers: Answers; measured: Measured },
): string[] {
  const able = (one: Pick<Candidate, 'row'>, need: NeedId) => ABLE[factOf(one.row, need, measured)?.value ?? 'no'];
  return NEEDS.filter(
    ({ id }) => !needs.includes(id) && [leader, ...cheaper].every((other) => able({ row }, id) > able(other, id)),
  ).map(({ id, name }) => `“${name}”${isOther(factOf(row, id, measured)) ? ' (in a form not measured here)' : ''}`);
}

const isOther = (fact: Fact | undefined): boolean => fact?.value === ELSEWHERE;

const ABLE: Readonly<Record<FactValue, number>> = { no: 0, [ELSEWHERE]: 1, depends: 1, yes: 2 };

/** Failed need with its reason and source, in one line. */
const barredText = ({ need, note, source }: NeedCell): string => `${needName(need)}: ${note} (${source.clause})`;

/** Clauses for the qualified answers among some: `only if A and B`, `only in a form not measured here: C`. */
export function clausesOf(cells: readonly Pick<Fact, 'value' | 'note'>[]): string[] {
  const notes = (wanted: FactValue): string =>
    list([...new Set(cells.filter(({ value }) => value === wanted).map(({ note }) => note))], 'and');
  const [elsewhere, depends] = [notes(ELSEWHERE), notes('depends')];
  return [
    ...(elsewhere === '' ? [] : [`only in a form not measured here: ${elsewhere}`]),
    ...(depends === '' ? [] : [`only if ${depends}`]),
  ];
}

export const conditionText = ({ conditions }: Pick<Candidate, 'conditions'>): string =>
  clausesOf(conditions).join('; ');

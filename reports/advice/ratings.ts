import { list, ratio } from '../model/format.ts';
import { type Candidate, factOf } from './candidates.ts';
import type { Fact, FactValue } from './facts/shape.ts';
import type { Advice, Answers, Measured, NeedCell, Rating } from './model.ts';
import { NEEDS, type NeedId, needOf } from './questions/needs.ts';

export type Answer = Pick<Advice, 'outcome' | 'heading' | 'recommended'>;

/** Weighted cost over the leader's, beyond which an option is no longer worth considering, and then to be avoided. */
const NEAR = 1.5;
const FAR = 3;

/** What is said of an option in a word, and why in a line. */
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
    /** Those that cost less. */
    cheaper: readonly Candidate[];
    /** Nothing stands beside it. */
    alone: boolean;
    answer: Answer;
    answers: Answers;
    measured: Measured;
  },
): { rating: Rating | null; because: string } {
  const { name, barred, conditions, otherForm } = candidate;
  const { outcome, recommended } = answer;
  if (barred !== null) return { rating: 'Avoid', because: barredText(barred) };
  if (otherForm) return { rating: 'Only if', because: `only if ${conditionText(candidate)}` };
  if (fit === null) {
    const rest = conditions.length > 0 ? `, only if ${conditionText(candidate)}` : '';
    return { rating: null, because: `meets the needs${rest}; its figures say nothing here` };
  }
  const chosen = recommended.includes(name);
  const cost =
    chosen && recommended.length === 1 ? firstText(alone, cheaper) : `${ratio(fit)} the leader’s cost by your weights`;
  if (fit > FAR) return { rating: 'Avoid', because: cost };
  if (conditions.length > 0) return { rating: 'Only if', because: `only if ${conditionText(candidate)}; ${cost}` };
  if (outcome === 'quick look') return { rating: 'Consider', because: `${cost}; too few trials for a verdict` };
  if (chosen) {
    return { rating: 'Use', because: recommended.length > 1 ? `not told apart from the others: ${ratio(fit)}` : cost };
  }
  if (fit <= NEAR) return { rating: 'Consider', because: cost };
  const strengths = leader === undefined ? [] : strengthsOver(candidate, { leader, cheaper, answers, measured });
  const need =
    strengths.length > 0
      ? `${list(strengths, 'or')} comes to matter`
      : 'something that is not weighed here speaks for it';
  return { rating: 'Only if', because: `only if ${need}: ${cost}` };
}

function firstText(alone: boolean, cheaper: readonly Candidate[]): string {
  if (alone) return 'nothing else is in question';
  return cheaper.length === 0
    ? 'least cost by your weights'
    : 'first in most draws, though not the least cost on medians';
}

/** Needs that nobody named, and that this option meets better than the leader and whoever costs less. */
function strengthsOver(
  { row }: Candidate,
  {
    leader,
    cheaper,
    answers: { needs },
    measured: { results },
  }: { leader: Candidate; cheaper: readonly Candidate[]; answers: Answers; measured: Measured },
): string[] {
  const able = (one: Pick<Candidate, 'row'>, need: NeedId) => ABLE[factOf(one.row, need, results)?.value ?? 'no'];
  return NEEDS.filter(
    ({ id }) => !needs.includes(id) && [leader, ...cheaper].every((other) => able({ row }, id) > able(other, id)),
  ).map(({ id, name }) => `“${name}”${isOther(factOf(row, id, results)) ? ' (in another form)' : ''}`);
}

const isOther = (fact: Fact | undefined): boolean => fact?.value === 'other form';

const ABLE: Readonly<Record<FactValue, number>> = { no: 0, 'other form': 1, depends: 1, yes: 2 };

/** The need and its source, in a line. */
const barredText = ({ need, note, source }: NeedCell): string =>
  `${need === 'objective' ? 'objective' : needOf(need).name}: ${note} (${source.clause})`;

export const conditionText = ({ conditions }: Candidate): string =>
  list([...new Set(conditions.map(({ note }) => note))], 'and');

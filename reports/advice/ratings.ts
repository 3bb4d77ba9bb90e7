import { list, ratio } from '../analysis/format.ts';
import { type Candidate, factOf } from './candidates.ts';
import type { Advice, Answers, Measured, NeedCell, Rating } from './model.ts';
import { NEEDS, needOf } from './needs.ts';

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
    answer,
    answers,
    measured,
  }: { leader: Candidate | undefined; answer: Answer; answers: Answers; measured: Measured },
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
    chosen && recommended.length === 1
      ? 'least cost by your weights'
      : `${ratio(fit)} the leader’s cost by your weights`;
  if (fit > FAR) return { rating: 'Avoid', because: cost };
  if (conditions.length > 0) return { rating: 'Only if', because: `only if ${conditionText(candidate)}; ${cost}` };
  if (outcome === 'quick look') return { rating: 'Consider', because: `${cost}; too few trials for a verdict` };
  if (chosen) {
    return { rating: 'Use', because: recommended.length > 1 ? `not told apart from the others: ${ratio(fit)}` : cost };
  }
  if (fit <= NEAR) return { rating: 'Consider', because: cost };
  const strengths = leader === undefined ? [] : strengthsOver(candidate, leader, answers, measured);
  const need =
    strengths.length > 0 ? `you come to need ${list(strengths, 'or')}` : 'something not weighed here speaks for it';
  return { rating: 'Only if', because: `only if ${need}: ${cost}` };
}

/** Needs that nobody named, and that this option can meet where the leader cannot. */
function strengthsOver({ row }: Candidate, leader: Candidate, { needs }: Answers, { results }: Measured): string[] {
  return NEEDS.filter(
    ({ id }) =>
      !needs.includes(id) &&
      ['yes', 'depends'].includes(factOf(row, id, results)?.value ?? 'no') &&
      factOf(leader.row, id, results)?.value === 'no',
  ).map(({ name }) => name);
}

/** The need and its source, in a line. */
const barredText = ({ need, note, source }: NeedCell): string =>
  `${need === 'objective' ? 'objective' : needOf(need).name}: ${note} (${source.clause})`;

export const conditionText = ({ conditions }: Candidate): string =>
  list([...new Set(conditions.map(({ note }) => note))], 'and');

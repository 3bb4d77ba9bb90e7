import { list } from '../model/format.ts';
import type { Evaluation } from './evaluate.ts';
import type { Answers } from './model.ts';
import { type Answer, conditionText } from './ratings.ts';

const LACKS = {
  outside: 'the load is outside the measured range',
  none: 'the run measured no such load',
} as const;

/** Answer for a load that was not measured: what follows from the needs, which hold at any load. @param others who else would do */
export function withoutFigures(
  state: keyof typeof LACKS,
  { candidates }: Evaluation,
  { needs, objective }: Answers,
  others: string,
): Answer {
  const able = candidates.filter(({ barred, otherForm }) => barred === null && !otherForm);
  const [only] = able;
  const answer = (heading: string, recommended: readonly string[] = []): Answer => ({
    outcome: state,
    heading,
    recommended,
  });
  if (candidates.length === 0) return answer(`No advice: ${LACKS[state]}, and no measured transport can be judged.`);
  if (only === undefined) return answer(`No measured transport meets the needs, at any load.${others}`);
  if (able.length === candidates.length) {
    const all = needs.length === 0 ? '' : ' Every measured transport meets the needs.';
    return answer(`No advice: ${LACKS[state]}.${all}`);
  }
  // By name, because the order of the rows is that of figures for another load.
  const names = able.map(({ name }) => name).toSorted();
  if (able.length > 1) {
    return answer(
      `No advice on which is best: ${LACKS[state]}. At any load, only ${list(names, 'and')} meet the needs.`,
    );
  }
  const proof = `it copes with your load${objective === null ? '' : ' and meets the objective there'}, which was not measured`;
  const given = only.conditions.length === 0 ? `only if ${proof}` : `${conditionText(only)} and ${proof}`;
  return answer(`Use ${only.name}, ${given}: at any load, no other measured transport meets the needs.`, names);
}

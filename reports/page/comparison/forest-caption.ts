import type { ComparedRow } from '../../compare/compare-model.ts';
import { change, countOf } from '../../model/format.ts';

/** What a question's comparisons come to, in a sentence. */
export function forestTakeaway(rows: readonly ComparedRow[]): string {
  const choices = rows.filter(({ floor }) => !floor);
  const [first] = choices;
  const of = (word: string) => choices.filter(({ verdict }) => verdict.word === word).length;
  const [worse, better] = [of('worse'), of('better')];
  if (first === undefined) return 'Only the floor is in both runs.';
  if (choices.every(({ verdict }) => 'reason' in verdict)) return 'No comparison could be judged.';
  if (worse + better === 0) {
    const open = of('not separated');
    const equivalent = `${of('equivalent')} of ${countOf(choices.length, 'comparison')} equivalent`;
    return `Nothing is shown better or worse: ${equivalent}${open === 0 ? '' : `, ${open} not separated`}.`;
  }
  const largest = first.ratio === null ? '' : `: ${first.name}, ${first.metric.title} ${change(first.ratio)}`;
  const counted = [...(worse > 0 ? [`${worse} worse`] : []), ...(better > 0 ? [`${better} better`] : [])].join(', ');
  return `${counted} of ${countOf(choices.length, 'comparison')}; first${largest}.`;
}

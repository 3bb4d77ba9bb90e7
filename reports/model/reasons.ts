import { ruleOf } from '../../bench/results/rules.ts';
import type { Broken } from '../../bench/results/schema.ts';

type Judged = { readonly reasons: readonly string[]; readonly broken?: readonly Broken[] | undefined };

/** Reason why a trial is not valid. */
export type Reason = {
  readonly text: string;
  /** One or two words in its place, where the text was given before; null for a reason without a known rule. */
  readonly word: string | null;
  /** Equal for reasons that differ only in their figures. */
  readonly key: string;
};

export const reasonsOf = ({ reasons, broken = [] }: Judged): Reason[] =>
  reasons.map((text, index) => {
    const { rule = 'unknown' } = broken[index] ?? {};
    const known = ruleOf(rule);
    return { text, word: known?.word ?? null, key: known === undefined ? text.replaceAll(/\d+/g, '#') : rule };
  });

/** Reasons of several trials, those that differ only in their figures together. */
export const groupReasons = (trials: readonly Judged[]): Map<string, Reason[]> =>
  Map.groupBy(trials.flatMap(reasonsOf), ({ key }) => key);

/** First of some reasons that are alike, and the number of the others. */
export function firstOf(alike: readonly Reason[]): string {
  const [first, ...others] = alike.map(({ text }) => text);
  if (first === undefined || others.length === 0) return first ?? '';
  return others.every((text) => text === first)
    ? `${first} (×${alike.length})`
    : `${first} (and ${others.length} more like it)`;
}

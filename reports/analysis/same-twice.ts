import { metric } from '../kinds/lookup.ts';
import { countOf, list, verdictFigures } from '../model/format.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { SameTwice } from '../model/model.ts';
import type { Verdict, Word } from '../model/verdict.ts';
import { type JudgeRule, judge } from './judge.ts';

/** One transport compared with itself by one metric. */
export type Twin = {
  readonly question: string;
  readonly metric: string;
  readonly left: string;
  readonly right: string;
  readonly verdict: Verdict;
};

/** Compares every transport of a group with its twin; comparisons of one column are read together. */
export function twinsIn(
  question: string,
  members: readonly Member[],
  metrics: readonly MetricId[],
  rule: (id: MetricId) => Omit<JudgeRule, 'comparisons'>,
): Twin[] {
  const labelled = members.filter(({ label }) => label !== null);
  const unlabelled = ({ name, label }: Member): string => name.replace(`#${label}`, '');
  const pairs = [...Map.groupBy(labelled, unlabelled).values()].flatMap((twins) => {
    const [left, right] = twins.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return left === undefined || right === undefined ? [] : [{ left, right }];
  });
  return metrics.flatMap((id) => {
    const shown = pairs.filter(
      ({ left, right }) => left.readings[id].sample.size > 0 && right.readings[id].sample.size > 0,
    );
    return shown.map(({ left, right }) => ({
      question,
      metric: metric(id).title,
      left: left.name,
      right: right.name,
      verdict: judge(id, right, left, { ...rule(id), comparisons: shown.length }),
    }));
  });
}

/** Result of an A/A run: every difference found is a false positive. */
export function sameTwiceOf(twins: readonly Twin[]): SameTwice {
  const mistaken = twins.flatMap(({ question, metric: title, left, right, verdict }) =>
    verdict.word === 'better' || verdict.word === 'worse'
      ? [`${right} ${verdict.word} than ${left} in ${title}, ${verdictFigures(verdict) ?? ''} (${question})`]
      : [],
  );
  const counts = (['equivalent', 'not separated', 'not testable'] as const).flatMap((word) => {
    const count = twins.filter(({ verdict }) => verdict.word === (word satisfies Word)).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const tested = twins.filter(({ verdict }) => verdict.word !== 'not testable').length;
  const rest = counts.length === 0 ? '' : ` (${list(counts, 'and')})`;
  return { comparisons: tested, mistaken, sentence: [opening, ...findings(mistaken, tested, rest)] };
}

const opening = {
  text: 'A/A run: every transport was measured twice under two names, so any difference found between the two is a false positive. ',
  strong: false,
};

function findings(mistaken: readonly string[], tested: number, rest: string) {
  const plain = (text: string) => ({ text, strong: false });
  const strong = (text: string) => ({ text, strong: true });
  if (tested === 0) return [plain(`Nothing could be tested${rest}.`)];
  const { length } = mistaken;
  const found = length === 0 ? 'no false positive' : countOf(length, 'false positive');
  return [
    plain(length > 1 ? 'There were ' : 'There was '),
    strong(found),
    plain(` in ${countOf(tested, 'comparison')} of a transport with itself${rest}`),
    plain(length === 0 ? '.' : `: ${mistaken.join('; ')}.`),
  ];
}

import { flagOf, valueIn, valueText } from '../../../../bench/results/case.ts';
import { DIMENSIONS, RUNTIMES } from '../../../../bench/results/dimensions.ts';
import type { Case } from '../../../../bench/results/schema.ts';
import { metric } from '../../../kinds/lookup.ts';
import { ratio, verdictFigures } from '../../../model/format.ts';
import type { Member } from '../../../model/member.ts';
import type { MetricId } from '../../../model/metrics.ts';
import { comparedIn, comparisonsOf, pairsOf, type Rules } from './pairs.ts';

const WHERE = DIMENSIONS.filter(({ name }) => name === 'runtime');

/** Runtime that the server of a case ran in. */
const runtimeOf = (one: Case): string => WHERE.map((dimension) => String(valueIn(dimension, one))).join();

const titleOf = (runtime: string): string => WHERE.map((dimension) => valueText(dimension, runtime)).join();

/**
 * Sentences that compare each case whose server runs in another runtime with that of the same conditions in Node; a variant that Node
 * cannot serve, with its transport as it is. Each has every figure of the question as a ratio with its interval.
 */
export function runtimeCosts(
  cases: readonly Case[],
  members: readonly Member[],
  metrics: readonly MetricId[],
  rule: Rules,
): string[] {
  const isBase = (one: Case): boolean => runtimeOf(one) === RUNTIMES[0];
  const flags = (one: Case): string[] => [flagOf(one), one.transport];
  const pairs = pairsOf(cases, members, { dimension: 'runtime', isBase, flags });
  const comparisons = comparisonsOf(pairs);
  return pairs.flatMap((pair) => {
    const { one, base } = pair;
    const parts = comparedIn(pair, metrics, { rule, comparisons }).map(
      ({ id, mine, other, verdict }) =>
        `${metric(id).title} ${verdictFigures(verdict) ?? `${ratio(mine / other)} (no interval)`}`,
    );
    const against = flagOf(base) === flagOf(one) ? '' : `${flagOf(base)} on `;
    if (parts.length === 0) return [];
    return [
      `${flagOf(one)} on ${titleOf(runtimeOf(one))} against ${against}${titleOf(RUNTIMES[0])}: ${parts.join('; ')}.`,
    ];
  });
}

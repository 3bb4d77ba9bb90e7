import { flagOf, valueIn, valueText } from '../../../bench/results/case.ts';
import { DIMENSIONS, RUNTIMES } from '../../../bench/results/dimensions.ts';
import type { Case } from '../../../bench/results/schema.ts';
import { metric } from '../../kinds/lookup.ts';
import { ratio, verdictFigures } from '../../model/format.ts';
import type { Member } from '../../model/member.ts';
import type { MetricId } from '../../model/metrics.ts';
import { type JudgeRule, judge } from '../judge.ts';

const WHERE = DIMENSIONS.filter(({ name }) => name === 'runtime');
const OTHERS = DIMENSIONS.filter(({ name }) => name !== 'runtime');

/** Runtime that the server of a case ran in. */
const runtimeOf = (one: Case): string => WHERE.map((dimension) => String(valueIn(dimension, one))).join();

const titleOf = (runtime: string): string => WHERE.map((dimension) => valueText(dimension, runtime)).join();

/** Key of all that two cases share which differ in nothing but the runtime of their server. @param flag transport and variant */
const keyOf = (one: Case, flag: string): string =>
  [flag, one.label, ...OTHERS.map((dimension) => valueIn(dimension, one))].join('/');

type Rules = (of: MetricId) => Omit<JudgeRule, 'comparisons'>;

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
  const memberOf = new Map(members.map((one) => [one.caseId, one]));
  const inNode = new Map(
    cases.filter((one) => runtimeOf(one) === RUNTIMES[0]).map((one) => [keyOf(one, flagOf(one)), one]),
  );
  const pairs = cases.flatMap((one) => {
    if (runtimeOf(one) === RUNTIMES[0]) return [];
    const node = inNode.get(keyOf(one, flagOf(one))) ?? inNode.get(keyOf(one, one.transport));
    const [mine, other] = [memberOf.get(one.id), node === undefined ? undefined : memberOf.get(node.id)];
    return node === undefined || mine === undefined || other === undefined ? [] : [{ one, node, mine, other }];
  });
  const comparisons = Math.max(1, pairs.length);
  return pairs.flatMap(({ one, node, mine, other }) => {
    const parts = metrics.flatMap((id) => {
      const [left, right] = [mine.readings[id], other.readings[id]];
      if (left.sample.size === 0 || right.sample.size === 0) return [];
      const verdict = judge(id, mine, other, { ...rule(id), comparisons });
      return [`${metric(id).title} ${verdictFigures(verdict) ?? `${ratio(left.median / right.median)} (no interval)`}`];
    });
    const against = flagOf(node) === flagOf(one) ? '' : `${flagOf(node)} on `;
    if (parts.length === 0) return [];
    return [
      `${flagOf(one)} on ${titleOf(runtimeOf(one))} against ${against}${titleOf(RUNTIMES[0])}: ${parts.join('; ')}.`,
    ];
  });
}

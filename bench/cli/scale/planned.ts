import { countOf, list } from '../../../reports/model/format.ts';
import { errorText } from '../../error-text.ts';
import type { RunOptions } from '../../plan/options.ts';
import { type RunPlan, withoutCases } from '../../plan/plan.ts';
import { physicalCores } from '../../run/affinity.ts';
import { coreCount } from '../../run/environment.ts';
import { outsideRedis, redisUnavailable } from '../../run/scale/redis.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { coresFor, hasBackplane, nodesOf } from '../../scenarios/shared/nodes.ts';
import { UsageError } from '../exit.ts';

/**
 * Plan without the cases of several nodes that this machine cannot measure: all of them without a Redis, and searches for the highest
 * rate with too few cores, in which nodes, Redis and load would take the time from each other.
 */
export function withoutLackingNodes(
  plan: RunPlan,
  why: string | undefined = plan.options.backplane === null ? redisUnavailable() : undefined,
  cores = physicalCores() ?? coreCount(),
): RunPlan {
  const numbers = [...new Set(plan.cases.filter(hasBackplane).map(nodesOf))];
  return numbers.reduce((left, nodes) => {
    const isOf = (planned: PlannedCase): boolean => nodesOf(planned) === nodes;
    if (why !== undefined)
      return withoutCases(left, isOf, { dimensions: { nodes }, reason: `unavailable here: ${why}` });
    if (cores >= coresFor(nodes)) return left;
    const searches = left.cases.filter((planned) => isOf(planned) && isSearch(planned));
    return [...new Set(searches.map(({ scenario }) => scenario.id))].reduce(
      (rest, scenario) =>
        withoutCases(rest, (planned) => isOf(planned) && isSearch(planned) && planned.scenario.id === scenario, {
          dimensions: { nodes },
          reason: `${scenario} not measured: ${nodes} nodes need ${coresFor(nodes)} cores, one for each, one for Redis and one for the load, and this machine has ${cores}`,
        }),
      left,
    );
  }, plan);
}

/** Refuses a Redis of `--backplane` that cannot be reached, before anything is measured. */
export async function reachBackplane({ backplane }: RunOptions): Promise<void> {
  if (backplane === null) return;
  try {
    await (await outsideRedis(backplane))[Symbol.asyncDispose]();
  } catch (error) {
    throw new UsageError([errorText(error)]);
  }
}

/** Line about the servers of several nodes; none if the plan has no such cases. */
export function nodesLines({ cases, options }: RunPlan): string[] {
  const several = cases.filter(hasBackplane);
  if (several.length === 0) return [];
  const numbers = [...new Set(several.map(nodesOf))].map(String);
  const redis = options.backplane === null ? 'a Redis of the trial’s own' : 'the Redis of --backplane';
  return [
    `${countOf(several.length, 'case')} of ${list(numbers, 'and')} nodes: so many servers, which share ${redis}.`,
  ];
}

const isSearch = ({ scenario }: PlannedCase): boolean => scenario.kind.uses.rate === 'search start';

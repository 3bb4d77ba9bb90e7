import { countOf, list } from '../../../reports/model/format.ts';
import type { RunPlan } from '../../plan/plan.ts';
import type { RunResources } from '../../run/run.ts';
import { whyOnlyOne } from '../../scenarios/shared/server-processes.ts';

/** Numbers of load processes of the cases, as `1 load process` or `1 or 6 load processes`. */
export function loadProcesses({ cases }: Pick<RunPlan, 'cases'>, { workers, processes }: RunResources): string {
  const numbers = [...new Set(cases.map(({ id }) => processes?.get(id)?.workers ?? workers))].toSorted((a, b) => a - b);
  const [only = workers] = numbers;
  return numbers.length > 1
    ? `${list(numbers.map(String), 'or')} load processes`
    : countOf(only, 'load process', 'load processes');
}

/** Lines about cases with several server processes, and about those that cannot have as many as were asked for. */
export function serverProcessLines({ cases, options }: RunPlan, { processes = new Map() }: RunResources): string[] {
  const several = cases.filter(({ id }) => (processes.get(id)?.servers ?? 1) > 1);
  const asked = (options.servers ?? 1) > 1;
  const only = asked ? Map.groupBy(cases, whyOnlyOne) : new Map<undefined, typeof cases>();
  return [
    ...[...Map.groupBy(several, ({ id }) => processes.get(id)!.servers)].map(
      ([servers, those]) =>
        `${countOf(servers, 'server process', 'server processes')} on one port${asked ? '' : ', because one may not open enough files'}: ${idsOf(those)}.`,
    ),
    ...[...only].flatMap(([why, those]) =>
      why === undefined
        ? []
        : [`Only one server process: ${idsOf(those)}: ${why}; to compare like with like, measure without --servers.`],
    ),
  ];
}

const idsOf = (cases: RunPlan['cases']): string =>
  list(
    cases.map(({ id }) => id),
    'and',
  );

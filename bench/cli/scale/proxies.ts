import { type RunPlan, withoutCases } from '../../plan/plan.ts';
import { viaIn, viaText } from '../../results/via.ts';
import { findProxy, type ProxyProgram, whyNoProxy } from '../../run/scale/proxies/program.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { proxiedOf } from '../../transports/index.ts';

/** Reason why this machine has not the proxy of a case, or that proxy lacks a part; undefined if there is none. */
type Lacks = (planned: PlannedCase) => ReturnType<typeof whyNoProxy>;

/** Plan without the cases whose proxy this machine lacks, or whose proxy cannot do what they need; each is listed with the reason. */
export function withProxies(
  plan: RunPlan,
  find: (...of: Parameters<typeof findProxy>) => ProxyProgram | undefined = findProxy,
): RunPlan {
  const found = new Map<string, ProxyProgram | undefined>();
  const lacks: Lacks = ({ dimensions, ...choice }) => {
    const via = viaIn(dimensions);
    const carries = proxiedOf(choice);
    if (via === undefined || carries === undefined || typeof carries === 'object') return undefined;
    if (!found.has(via.proxy)) found.set(via.proxy, find(via.proxy));
    const program = found.get(via.proxy);
    return whyNoProxy(via, carries, program);
  };
  const reasons = new Map(
    plan.cases.flatMap((planned) => {
      const via = viaIn(planned.dimensions);
      const why = lacks(planned);
      return via === undefined || why === undefined
        ? []
        : [[`${viaText(via)} ${why.reason}`, { via: viaText(via), ...why }] as const];
    }),
  );
  return [...reasons.values()].reduce(
    (left, { via, ...why }) =>
      withoutCases(left, (planned) => planned.dimensions?.via === via && lacks(planned)?.reason === why.reason, {
        dimensions: { via },
        ...why,
      }),
    plan,
  );
}

import { errorText } from '../../error-text.ts';
import type { Network } from '../../networks/network.ts';
import type { RunPlan } from '../../plan/plan.ts';
import { besideFields, estimateSeconds, withoutCases } from '../../plan/plan.ts';
import type { Given } from '../../plan/readers.ts';
import type { Setting } from '../../plan/settings.ts';
import { command as asCommand } from '../../results/command.ts';
import { receiversOf } from '../../results/values.ts';
import { type OpenSlots, openSlots } from '../../run/beside/slots.ts';
import type { Link } from '../../run/link.ts';
import { testSeconds } from '../../run/network/network-test.ts';
import { NetworkPath } from '../../run/network/path.ts';
import { networksOf, selfTestSeconds } from '../../run/network/self-tests.ts';
import type { RunResources } from '../../run/run.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { faultOf, isFaultOfPath, needsRelay } from '../../scenarios/shared/faults.ts';
import { isOverNetwork, networkOf } from '../../scenarios/shared/network.ts';
import { hasSlowLines, SLOW_READER } from '../../scenarios/shared/readers.ts';
import { approximately } from '../eta.ts';
import { UsageError } from '../exit.ts';
import type { PlannedStep } from '../plan-output.ts';

/** Plan with the path of the cases that go through a relay, which is undefined if none does. */
interface WithPath {
  readonly plan: RunPlan;
  readonly path: NetworkPath | undefined;
}

/**
 * Makes the path of the cases that have a network, a fault of the path or slow lines. A machine that cannot is refused if a network was
 * asked for; otherwise those cases are left out.
 */
export async function pathFor(
  plan: RunPlan,
  link: Link,
  given: Partial<Record<Setting, Given>>,
  signal: AbortSignal,
): Promise<WithPath> {
  const over = plan.cases.filter(needsRelay);
  if (over.length === 0) return { plan, path: undefined };
  const lines = Math.max(...over.map(({ clients }) => clients));
  try {
    if (link.kind === 'loopback') throw new Error(link.reason ?? 'there is no private link');
    return { plan, path: await NetworkPath.open({ lines, core: undefined, signal }) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const isAsked = given.network !== undefined || plan.options.profile === 'networks';
    if (!isAsked || !over.some(isOverNetwork))
      return { plan: withoutRelay(withoutNetworks(plan, errorText(error)), errorText(error)), path: undefined };
    const where = given.network?.where ?? `${given.profile?.where ?? '--profile'} networks`;
    const why = `${where}: this machine can make no network: ${errorText(error)}`;
    throw new UsageError([`${why}; leave ${where} out, and see ${asCommand('npm run doctor')}`]);
  }
}

/** Leaves out the cases over networks, which a default run has without being asked. */
const withoutNetworks = (plan: RunPlan, why: string): RunPlan =>
  networksOf(plan.cases).reduce(
    (left, { id }) =>
      withoutCases(left, (planned) => networkOf(planned)?.id === id, {
        dimensions: { network: id },
        reason: `unavailable here: this machine can make no network: ${why}`,
      }),
    plan,
  );

/** Leaves out the cases with faults and lines that only a relay can make. */
const withoutRelay = (plan: RunPlan, why: string): RunPlan =>
  withoutCases(withoutFaultsOfPath(plan, why), hasSlowLines, {
    dimensions: { reader: SLOW_READER },
    reason: `unavailable here: this machine can make no relay, which slows the lines: ${why}`,
  });

const withoutFaultsOfPath = (plan: RunPlan, why: string): RunPlan =>
  [...new Set(plan.cases.filter(isFaultOfPath).map(faultOf))].reduce(
    (left, fault) =>
      withoutCases(left, (planned) => isFaultOfPath(planned) && faultOf(planned) === fault, {
        dimensions: { fault },
        reason: `unavailable here: this machine can make no relay for the fault: ${why}`,
      }),
    plan,
  );

/** Makes the places of trials that run side by side; undefined if the user stopped that. Refuses a machine that cannot have so many. */
export async function slotsFor(
  plan: RunPlan,
  resources: RunResources,
  path: NetworkPath | undefined,
  signal: AbortSignal,
): Promise<OpenSlots | undefined> {
  try {
    return await openSlots(plan, resources, path);
  } catch (error) {
    if (signal.aborted) return undefined;
    const { beside = 1 } = besideFields(plan);
    throw new UsageError([
      `this machine cannot run ${beside} trials at once: ${errorText(error)}; use a lower --beside`,
    ]);
  }
}

/** Estimated time of a run with the self-tests of its networks. */
export const totalSeconds = (plan: RunPlan): number => estimateSeconds(plan) + selfTestSeconds(plan);

/** Self-tests as steps of a plan. */
export const selfTestSteps = ({ cases }: RunPlan): PlannedStep[] =>
  networksOf(cases).map((network) => ({
    name: `self-test of the network ${network.id}`,
    seconds: testSeconds(network),
  }));

/** Lines about the networks of a plan: their self-tests, sessions that share a line, and loads that a line cannot carry. */
export function networkLines(plan: RunPlan): string[] {
  const networks = networksOf(plan.cases);
  if (networks.length === 0) return [];
  const tests = `${networks.length === 1 ? 'The network is' : `${networks.length} networks are`} tested first, which takes about ${approximately(selfTestSeconds(plan))}.`;
  const without = [...new Set(plan.cases.filter(isUnusual).map(({ name }) => name))];
  return [
    tests,
    ...(plan.options.tls === null && without.length > 0
      ? [`Without TLS, because they have none: ${without.join(', ')}.`]
      : []),
    ...networks.flatMap((network) => overloadLines(plan, network)),
  ];
}

/** True for a case that is measured without TLS where its network’s others have it. */
const isUnusual = (planned: PlannedCase): boolean => isOverNetwork(planned) && !planned.tls && planned.target === null;

const BITS_PER_BYTE = 8;

/** Warnings about loads whose messages alone are more than a network's line carries. */
function overloadLines({ cases }: RunPlan, network: Network): string[] {
  const own = cases.filter((planned) => networkOf(planned)?.id === network.id && planned.rate > 0);
  const texts = own.flatMap((planned) => {
    const { clients, rate, size, scenario } = planned;
    const each = network.shared ? 1 : clients;
    const up = (rate * size * BITS_PER_BYTE) / each;
    const down = up * receiversOf(scenario.reaches, clients);
    const ways = [
      { name: 'up', offered: up, carries: network.upBitsPerSecond },
      { name: 'down', offered: down, carries: network.downBitsPerSecond },
    ];
    return ways.flatMap(({ name, offered, carries }) =>
      carries === null || offered <= carries
        ? []
        : [`${scenario.id} sends ${mbit(offered)} ${name}, and the line carries ${mbit(carries)}`],
    );
  });
  return [...new Set(texts)].map(
    (text) =>
      `! More than the network ${network.id} carries: ${text}; use a lower --rate, a smaller --size or fewer --clients.`,
  );
}

const mbit = (bits: number): string => `${Number((bits / 1e6).toPrecision(3))} Mbit/s`;

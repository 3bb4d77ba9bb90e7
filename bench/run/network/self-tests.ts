import { errorText } from '../../error-text.ts';
import { type Network, partsOf } from '../../networks/network.ts';
import { deviations, expectedRtt, type Found } from '../../networks/self-test/judge.ts';
import { type RunPlan, withoutCases } from '../../plan/plan.ts';
import type { NetworkInfo } from '../../results/schema.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { networkOf } from '../../scenarios/shared/network.ts';
import { testNetwork, testSeconds } from './network-test.ts';
import type { NetworkPath } from './path.ts';
import type { RelayedLink } from './relayed-link.ts';

/** Sends packets through the network of a link and finds what it does to them. */
export type NetworkTester = (link: RelayedLink, network: Network, signal: AbortSignal) => Promise<Found>;

/** Outcome of one network's self-test. */
export interface TestedNetwork {
  readonly network: Network;
  /** Undefined if the test failed. */
  readonly found: Found | undefined;
  /** Differences from what was asked for, as sentences; empty if the network is what it should be. */
  readonly problems: readonly string[];
  /** Congestion control of the link's routes, because the self-test opens no connection. */
  readonly congestionControl?: string;
}

interface SelfTestSettings {
  readonly path: Pick<NetworkPath, 'begin' | 'end'>;
  readonly signal: AbortSignal;
  /** Called after each network. */
  readonly onTested: (tested: TestedNetwork) => void;
  readonly tester?: NetworkTester | undefined;
}

/** Number of times that a network is tested until it is what was asked for: another program may have disturbed the relay. */
const ATTEMPTS = 3;

/** Networks of a plan's cases, each once, in the order of the cases. */
export function networksOf(cases: readonly PlannedCase[]): Network[] {
  const all = cases.flatMap((planned) => networkOf(planned) ?? []);
  return all.filter(({ id }, at) => all.findIndex((one) => one.id === id) === at);
}

/** Estimated time of the self-tests of a plan. */
export const selfTestSeconds = ({ cases }: Pick<RunPlan, 'cases'>): number =>
  networksOf(cases).reduce((sum, network) => sum + testSeconds(network), 0);

/**
 * Tests the networks of a plan before they are used. Returns the plan without the cases of those that are not what was asked for,
 * which are left out as unavailable, and all networks as results have them.
 */
export async function testNetworks(
  plan: RunPlan,
  { path, signal, onTested, tester = testNetwork }: SelfTestSettings,
): Promise<{ readonly plan: RunPlan; readonly networks: readonly NetworkInfo[] }> {
  const tested: TestedNetwork[] = [];
  for (const network of networksOf(plan.cases)) {
    const testOnce = async (): Promise<TestedNetwork> => {
      try {
        const link = await path.begin(network, plan.options.seed);
        const found = await tester(link, network, signal);
        await path.end();
        return { network, found, problems: deviations(network, found), congestionControl: link.congestionControl };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        return { network, found: undefined, problems: [`its test failed: ${errorText(error)}`] };
      }
    };
    let one = await testOnce();
    for (let attempt = 1; one.problems.length > 0 && attempt < ATTEMPTS; attempt++) one = await testOnce();
    tested.push(one);
    onTested(one);
  }
  const off = tested.filter(({ problems }) => problems.length > 0);
  return { plan: off.reduce(withoutNetwork, plan), networks: tested.map(infoOf) };
}

/** Leaves out the cases of a network. */
function withoutNetwork(plan: RunPlan, { network, problems }: TestedNetwork): RunPlan {
  return withoutCases(plan, (planned) => networkOf(planned)?.id === network.id, {
    dimensions: { network: network.id },
    reason: `the network is not what was asked for: ${problems.join('; ')}`,
  });
}

/** Network as results have it, with the congestion control of the link's routes until connections show it. */
function infoOf({ network, found, problems, congestionControl }: TestedNetwork): NetworkInfo {
  const { id, source, ...numbers } = network;
  const effective = Object.entries(numbers).flatMap(([name, value]) =>
    value === null || value === 0 || value === false || (name === 'queueSeconds' && !isLimited(network))
      ? []
      : [[name, value] as const],
  );
  return {
    id,
    title: id,
    effective: {
      ...Object.fromEntries(effective),
      ...(congestionControl === undefined ? {} : { congestionControl }),
    },
    ...(source === null ? {} : { source }),
    parts: partsOf(network),
    ...(found === undefined
      ? {}
      : {
          found: {
            rttP50Seconds: found.rtt?.p50 ?? null,
            rttP99Seconds: found.rtt?.p99 ?? null,
            up: found.up,
            down: found.down,
          },
        }),
    ...(problems.length === 0 ? {} : { offTarget: [...problems] }),
  };
}

const isLimited = ({ upBitsPerSecond, downBitsPerSecond }: Network): boolean =>
  upBitsPerSecond !== null || downBitsPerSecond !== null;

const ms = (seconds: number): string => `${(seconds * 1e3).toFixed(1)} ms`;
const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
const mbit = (bits: number): string => `${Number((bits / 1e6).toPrecision(3))} Mbit/s`;

/** Line about a tested network: what was asked for, and what was found. */
export function testedText({ network, found, problems }: TestedNetwork): string {
  const verdict = problems.length === 0 ? '' : ` ✕ Not measured over it: ${problems.join('; ')}.`;
  return `Network ${network.id}:${found === undefined ? '' : ` ${foundText(network, found)}.`}${verdict}`;
}

/** Findings beside what was asked for. */
function foundText(network: Network, found: Found): string {
  const ways = [
    { name: 'up', of: found.up, limit: network.upBitsPerSecond },
    { name: 'down', of: found.down, limit: network.downBitsPerSecond },
  ];
  const { rtt } = found;
  const parts = [
    `round trip ${ms(expectedRtt(network))}, found ${rtt === null ? 'none' : `${ms(rtt.p50)} (p99 ${ms(rtt.p99)})`}`,
    ...(network.lossShare > 0 || ways.some(({ of }) => of.lost > 0)
      ? [
          `loss ${percent(network.lossShare)}, found ${ways.map(({ name, of }) => `${percent(of.sent === 0 ? 0 : of.lost / of.sent)} ${name}`).join(' and ')}`,
        ]
      : []),
    ...ways.flatMap(({ name, of, limit }) =>
      limit === null ? [] : [`${name} ${mbit(limit)}, found ${mbit(of.bitsPerSecond ?? 0)}`],
    ),
  ];
  return parts.join('; ');
}

import type { NetworkInfo, Relayed, Results } from '../../../bench/results/schema.ts';
import { integer, list, share } from '../../model/format.ts';

/** Numbers of a network, or of what the self-test found of it. */
type Effect = NetworkInfo['effective'];

const numberIn = (effect: Effect, name: string): number | null => {
  const value = effect[name];
  return typeof value === 'number' ? value : null;
};

const milliseconds = (seconds: number): string => `${Number((seconds * 1e3).toPrecision(4))} ms`;

/** A rate of bits: `9 Mbit/s`, `750 kbit/s`. */
export const bitsText = (bitsPerSecond: number): string =>
  bitsPerSecond >= 1e6 ? `${plain(bitsPerSecond / 1e6)} Mbit/s` : `${plain(bitsPerSecond / 1e3)} kbit/s`;

/** Number of three digits without trailing zeros. */
const plain = (value: number): string => String(Number(value.toPrecision(3)));

/** Share of lost packets to two digits: `0.5 %`. */
export const lossText = (lossShare: number): string => `${Number((lossShare * 100).toPrecision(2))} %`;

/** Effect of a network on packets: `60 ms round trip, ±7.5 ms each way, 0.5 % lost each way in bursts of 3`. */
export function effectText({ effective }: Pick<NetworkInfo, 'effective'>): string {
  const read = (name: string): number | null => numberIn(effective, name);
  const [rtt, jitter, loss, burst] = ['rttSeconds', 'jitterSeconds', 'lossShare', 'burstPackets'].map(read);
  const [down, up, reorder] = ['downBitsPerSecond', 'upBitsPerSecond', 'reorderShare'].map(read);
  const parts = [
    ...(rtt == null ? ['no delay'] : [`${milliseconds(rtt)} round trip`]),
    ...(jitter == null ? [] : [`±${milliseconds(jitter)} each way`]),
    ...(loss == null ? [] : [`${lossText(loss)} lost each way${burst == null ? '' : ` in bursts of ${plain(burst)}`}`]),
    ...(down == null ? [] : [`${bitsText(down)} down`]),
    ...(up == null ? [] : [`${bitsText(up)} up`]),
    ...(reorder == null ? [] : [`${lossText(reorder)} overtake others`]),
    ...(effective.shared === true ? ['one line for all clients'] : []),
  ];
  return parts.join(', ');
}

/** Findings of the self-test: `60.3 ms at p50 and 76.1 ms at p99; 0.5 % lost up, 0.48 % down`; null without a self-test. */
export function foundText({ found }: Pick<NetworkInfo, 'found'>): string | null {
  if (found === undefined) return null;
  const { rttP50Seconds, rttP99Seconds, up, down } = found;
  const rtt = [
    ...(rttP50Seconds === null ? [] : [`${milliseconds(rttP50Seconds)} at p50`]),
    ...(rttP99Seconds === null ? [] : [`${milliseconds(rttP99Seconds)} at p99`]),
  ];
  const lost = ({ sent, lost: count }: typeof up): string => (sent === 0 ? 'none sent' : lossText(count / sent));
  const rates = [
    ...(down.bitsPerSecond === null ? [] : [`${bitsText(down.bitsPerSecond)} down`]),
    ...(up.bitsPerSecond === null ? [] : [`${bitsText(up.bitsPerSecond)} up`]),
  ];
  return [
    rtt.length === 0 ? 'no answer came back' : list(rtt, 'and'),
    `${lost(up)} lost up, ${lost(down)} down`,
    ...(rates.length === 0 ? [] : [rates.join(', ')]),
  ].join('; ');
}

/** True if the self-test found a network off its target, so that its cases were not measured. */
export const isOffTarget = ({ offTarget = [] }: Pick<NetworkInfo, 'offTarget'>): boolean => offTarget.length > 0;

/** Networks off their targets, with the cases that were therefore not measured. */
export const offTargetIn = ({
  networks = [],
  cases,
}: Pick<Results, 'networks' | 'cases'>): { readonly network: NetworkInfo; readonly cases: readonly string[] }[] =>
  networks.filter(isOffTarget).map((network) => ({
    network,
    cases: cases.filter((one) => one.network === network.id && one.trials.length === 0).map(({ id }) => id),
  }));

/** The results without the cases that were not measured because their network was off its target. */
export function withoutOffTarget(results: Results): Results {
  const left = new Set(offTargetIn(results).flatMap(({ cases }) => cases));
  return left.size === 0 ? results : { ...results, cases: results.cases.filter(({ id }) => !left.has(id)) };
}

/** Work of the relay over one network, in all measured trials together. */
export type RelayFacts = {
  readonly network: string;
  readonly trials: number;
  readonly up: Relayed['up'];
  readonly down: Relayed['up'];
  /** Worst of the trials; null if no packet left. */
  readonly lagP99Seconds: number | null;
  readonly lagMaxSeconds: number | null;
  readonly receiveErrors: number;
};

const worst = (values: readonly (number | null)[]): number | null => {
  const known = values.flatMap((value) => value ?? []);
  return known.length === 0 ? null : Math.max(...known);
};

const added = (all: readonly Relayed['up'][]): Relayed['up'] =>
  all.reduce((sum, one) => ({
    offered: sum.offered + one.offered,
    offeredBytes: sum.offeredBytes + one.offeredBytes,
    lost: sum.lost + one.lost,
    overflowed: sum.overflowed + one.overflowed,
    passed: sum.passed + one.passed,
    passedBytes: sum.passedBytes + one.passedBytes,
  }));

export function relayFactsOf({ cases }: Pick<Results, 'cases'>): RelayFacts[] {
  const found = cases.flatMap(({ network, trials }) =>
    trials.flatMap((trial) =>
      trial.state === 'failed' || trial.relay === undefined ? [] : [{ network, relay: trial.relay }],
    ),
  );
  return [...Map.groupBy(found, ({ network }) => network)].map(([network, those]) => ({
    network,
    trials: those.length,
    up: added(those.map(({ relay }) => relay.up)),
    down: added(those.map(({ relay }) => relay.down)),
    lagP99Seconds: worst(those.map(({ relay }) => relay.lagP99Seconds)),
    lagMaxSeconds: worst(those.map(({ relay }) => relay.lagMaxSeconds)),
    receiveErrors: those.reduce((sum, { relay }) => sum + relay.receiveErrors, 0),
  }));
}

/** Packets and bytes of one direction: `12,000 packets sent (1.2 MB), 60 lost, 0 over a full queue, 11,940 arrived (1.19 MB)`. */
export function relayedText({ offered, offeredBytes, lost, overflowed, passed, passedBytes }: Relayed['up']): string {
  const dropped = [
    ...(lost === 0 ? [] : [`${integer(lost)} lost`]),
    ...(overflowed === 0 ? [] : [`${integer(overflowed)} dropped by a full queue`]),
  ];
  const none = dropped.length === 0 ? ['none lost'] : dropped;
  return [
    `${integer(offered)} packets sent (${integer(offeredBytes)} B)`,
    ...none,
    `${integer(passed)} arrived (${integer(passedBytes)} B${offeredBytes > 0 ? `, ${share(passedBytes / offeredBytes)}` : ''})`,
  ].join('; ');
}

import type { Network } from '../network.ts';

/** Bytes of the headers of a UDP packet on the link: Ethernet 14, IPv4 20, UDP 8. */
export const UDP_HEADER_BYTES = 42;
export const PING_PAYLOAD_BYTES = 64;
const BITS_PER_BYTE = 8;

/** Effect of one direction of a network on the packets of the self-test. */
export interface FoundDirection {
  readonly sent: number;
  readonly lost: number;
  readonly outOfOrder: number;
  /** Bits a second, with all headers, while the line was offered more than it carries; null where it has no limit. */
  readonly bitsPerSecond: number | null;
}

/** Findings about a network, from packets that went through it. Times are in seconds. */
export interface Found {
  /** Round trip of a small packet; null if none came back. */
  readonly rtt: { readonly p50: number; readonly p99: number } | null;
  readonly up: FoundDirection;
  readonly down: FoundDirection;
  /** 99th percentile of how late the relay sent packets on, in seconds; null if none had to wait. */
  readonly relayLagP99: number | null;
  /** Packets that the system dropped before the relay could read them. */
  readonly receiveErrors: number;
}

/** Largest deviations with which a network still counts as the one that was asked for. */
const RTT_SECONDS = 0.002;
const RTT_SHARE = 0.05;
const TAIL_SECONDS = 0.01;
const RATE_SHARE = 0.05;
/** Standard deviations around the expected number of losses: one sound network in 30,000 lies outside. */
const DEVIATIONS = 4;

/** Round trip of a small packet that a network should have, with the time to send it at the lines' rates. */
export function expectedRtt({ rttSeconds, downBitsPerSecond, upBitsPerSecond }: Network): number {
  const bits = (PING_PAYLOAD_BYTES + UDP_HEADER_BYTES) * BITS_PER_BYTE;
  return (
    rttSeconds +
    bits / (upBitsPerSecond ?? Number.POSITIVE_INFINITY) +
    bits / (downBitsPerSecond ?? Number.POSITIVE_INFINITY)
  );
}

/** Largest difference of the losses of so many packets from their share, by the variance of Gilbert’s model. */
export function lossTolerance({ lossShare, burstPackets }: Network, sent: number): number {
  const ends = burstPackets === null ? 1 - lossShare : 1 / burstPackets;
  const begins = burstPackets === null ? lossShare : (ends * lossShare) / (1 - lossShare);
  // Losses in a row are correlated: each repeats with this factor.
  const correlation = 1 - ends - begins;
  const inflation = (1 + correlation) / (1 - correlation);
  return DEVIATIONS * Math.sqrt(sent * lossShare * (1 - lossShare) * inflation) + 1;
}

/** Differences of what was found from what was asked for, as sentences; empty if the network is what it should be. */
export function deviations(network: Network, found: Found): string[] {
  const { rtt, receiveErrors } = found;
  const problems: string[] = [];
  const expected = expectedRtt(network);
  const tolerance = Math.max(RTT_SECONDS, RTT_SHARE * expected);
  if (rtt === null) problems.push('no packet came back');
  else {
    // Jitter of both directions adds up to twice that of one; half of all packets lie around the mean.
    if (Math.abs(rtt.p50 - expected) > tolerance + network.jitterSeconds / 2)
      problems.push(`its round trip is ${ms(rtt.p50)} (p50), not ${ms(expected)}`);
    const latest = expected + 2 * network.jitterSeconds + TAIL_SECONDS + tolerance;
    if (rtt.p99 > latest) problems.push(`its round trip is ${ms(rtt.p99)} at p99, later than ${ms(latest)}`);
  }
  problems.push(...directionProblems('up', network, network.upBitsPerSecond, found.up));
  problems.push(...directionProblems('down', network, network.downBitsPerSecond, found.down));
  if (receiveErrors > 0) problems.push(`the system dropped ${receiveErrors} packets before the relay could read them`);
  return problems;
}

function directionProblems(
  name: 'up' | 'down',
  network: Network,
  asked: number | null,
  { sent, lost, outOfOrder, bitsPerSecond }: FoundDirection,
): string[] {
  const problems: string[] = [];
  const expected = sent * network.lossShare;
  if (Math.abs(lost - expected) > lossTolerance(network, sent))
    problems.push(`${lost} of ${sent} packets ${name} were lost, not about ${Math.round(expected)}`);
  if (outOfOrder > 0 && network.reorderShare === 0)
    problems.push(`${outOfOrder} of ${sent} packets ${name} arrived out of order`);
  if (asked !== null && (bitsPerSecond === null || Math.abs(bitsPerSecond / asked - 1) > RATE_SHARE))
    problems.push(`it carries ${mbit(bitsPerSecond ?? 0)} ${name}, not ${mbit(asked)}`);
  return problems;
}

const ms = (seconds: number): string => `${(seconds * 1e3).toFixed(1)} ms`;
const mbit = (bits: number): string => `${Number((bits / 1e6).toPrecision(3))} Mbit/s`;

import { expect } from 'vitest';
import { decode } from '../../load/histogram.ts';
import { SAMPLES_BEYOND } from '../../results/rules.ts';
import type { LatencySummary, MeasuredTrial, Trial } from '../../results/schema.ts';
import { capabilitiesOf, framingOf, type TransportChoice } from '../../transports/index.ts';

/** Number of sessions of the trials whose accounting is checked. */
export const ACCOUNTED_CLIENTS = 10;

/** Trial that did not fail; throws the reasons of one that did. */
export function measured(trial: Trial): MeasuredTrial {
  if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  return trial;
}

/** True for a variant of which something else is expected than of its transport: another order, losses, or other bytes. */
export function accountsOtherwise(choice: TransportChoice): boolean {
  const [plain, own] = [capabilitiesOf({ ...choice, variant: null }), capabilitiesOf(choice)];
  const framing = framingOf(choice);
  return (
    own.reliable !== plain.reliable ||
    own.ordered !== plain.ordered ||
    own.batches !== plain.batches ||
    (framing !== undefined && 'session' in framing)
  );
}

/** Checks that the messages, the latency, the bytes and the processes of a trial with so many messages add up. */
export function expectAccounts(
  found: TransportChoice,
  trial: MeasuredTrial,
  { due, expected }: { readonly due: number; readonly expected: number },
): void {
  const { reliable, ordered } = capabilitiesOf(found);
  const none = { unsent: 0, duplicated: 0, corrupt: 0, unexpected: 0, errors: {} };
  const kept = { ...none, ...(reliable ? { lost: 0 } : {}), ...(ordered ? { reordered: 0 } : {}) };
  const { messages, latency, wire, usage, processes = [] } = trial;
  expect(messages).toMatchObject({ due, sent: due, expected, ...kept });
  for (const [name, summary] of Object.entries(latency.summary ?? {})) {
    const histogram = decode(latency[name as keyof LatencySummary] ?? '');
    const beyond = (share: number): boolean => histogram.totalCount * (1 - share) + 1e-6 >= SAMPLES_BEYOND;
    const at = (share: number): number | null =>
      beyond(share) ? histogram.getValueAtPercentile(share * 100) / 1e9 : null;
    expect(summary, name).toEqual({
      count: histogram.totalCount,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      'p99.9': at(0.999),
      max: histogram.maxValue / 1e9,
    });
  }
  expect(Object.keys(latency.summary ?? {}).toSorted()).toEqual(
    Object.keys(latency)
      .filter((name) => name !== 'summary')
      .toSorted(),
  );
  const sumOf = (role: string, key: 'cpuSeconds' | 'rssBytes'): number =>
    processes.filter((one) => one.role === role).reduce((sum, one) => sum + one[key], 0);
  for (const side of ['server', 'generator'] as const) {
    expect(sumOf(side, 'cpuSeconds')).toBeCloseTo(usage[side].cpuSeconds, 9);
    expect(sumOf(side, 'rssBytes')).toBe(usage[side].rssBytes);
  }
  expect(messages.delivered + messages.lost).toBe(messages.expected);
  expect(decode(latency.response).totalCount).toBe(messages.delivered);
  expect(decode(latency.service).totalCount).toBe(messages.delivered);
  expect(decode(latency.lag).totalCount).toBe(messages.sent);
  expect(decode(latency.connect).totalCount).toBe(ACCOUNTED_CLIENTS);
  // A transport with a UDP port sends datagrams only.
  if (found.entry.port === undefined) expect(wire.setupDown).toBeGreaterThan(0);
  // Datagrams are not counted at the sockets.
  if (wire.datagrams) return;
  // Every payload byte crossed a socket; compressed ones took at least six bits.
  expect(wire.up).toBeGreaterThan(messages.sent * 48);
  expect(wire.down).toBeGreaterThan(messages.delivered * 48);
}

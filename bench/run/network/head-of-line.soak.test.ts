import { expect } from 'vitest';
import { networkFrom } from '../../testing/network/network-from.ts';
import { planTrial, singleTrial } from '../../testing/single-trial.ts';
import { soak } from '../../testing/soak.ts';
import { findTransport, whyNotLoaded } from '../../transports/index.ts';
import { runTrial } from '../trial.ts';
import { relayedLink } from './relayed-link.ts';

const RTT_SECONDS = 0.05;
const LOAD = { clients: 20, rate: 200, size: 64, seconds: 20 };

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** Percentiles of what arrives, in seconds. */
async function measure(name: string, network: string): Promise<Percentiles> {
  const { signal } = new AbortController();
  const settings = { network: networkFrom(network), seed: 1, lines: LOAD.clients, core: undefined, signal };
  const link = await relayedLink(settings);
  try {
    const planned = planTrial(name, 'echo', LOAD);
    const { trial } = await runTrial(planned, singleTrial({ link, ways: link.ways, warmupSeconds: 2 }));
    if (trial.state === 'failed') throw new Error(`${name}: ${trial.reasons.join('; ')}`);
    const { p50, p99 } = trial.latency?.summary?.response ?? {};
    if (typeof p50 !== 'number' || typeof p99 !== 'number') throw new Error(`${name}: no percentiles`);
    return { p50, p99 };
  } finally {
    await link.close();
  }
}

/** Latency of a transport without loss and with 2 %. */
async function compare(name: string) {
  const clean = await measure(name, 'rtt=50ms');
  return { name, clean, lossy: await measure(name, 'rtt=50ms+loss=2%') };
}

const ms = (seconds: number): string => (seconds * 1e3).toFixed(1);

soak('a lost packet holds up what follows only where the order is kept', 900, async () => {
  const ordered = await compare('ws');
  const reliable = await compare('webrtc');
  const datagrams = findTransport('webtransport:datagram');
  const hasDatagrams = datagrams !== undefined && (await whyNotLoaded(datagrams.entry)) === undefined;
  const free = [await compare('webrtc:lossy'), ...(hasDatagrams ? [await compare('webtransport:datagram')] : [])];
  const all = [ordered, reliable, ...free];
  const seen = all
    .map(({ name, clean, lossy }) => `${name} p50 ${ms(clean.p50)} p99 ${ms(clean.p99)} → ${ms(lossy.p99)}`)
    .join('; ');
  // Without loss all are equal.
  const medians = all.map(({ clean }) => clean.p50);
  expect(Math.max(...medians) - Math.min(...medians), seen).toBeLessThan(0.001);
  // Messages without order and retransmission arrive as without loss.
  for (const { clean, lossy } of free) expect(lossy.p99 / clean.p99, seen).toBeLessThan(1.1);
  // A retransmission takes a round trip at the least.
  for (const { clean, lossy } of [ordered, reliable]) expect(lossy.p99 - clean.p99, seen).toBeGreaterThan(RTT_SECONDS);
  // The order costs WebRTC what it costs WebSocket, and no less than a tenth below.
  expect(reliable.lossy.p99 / ordered.lossy.p99, seen).toBeGreaterThan(0.9);
  return seen;
});

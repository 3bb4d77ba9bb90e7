import type { HandshakeStep, NetworkInfo, Relayed, RoundTrips } from '../../bench/results/schema.ts';
import { rttOf } from '../model/in-time.ts';
import { histogram } from './histograms.ts';
import type { Made, Making, RunSpec, ScenarioSpec, TransportSpec } from './spec.ts';

/** Networks of an invented run; figures of the self-test are about as asked. */
function network(
  id: string,
  title: string,
  { rttMs, jitterMs = 0, loss = 0, burst }: { rttMs: number; jitterMs?: number; loss?: number; burst?: number },
): NetworkInfo {
  const direction = { sent: 20_000, lost: Math.round(20_000 * loss), outOfOrder: 0, bitsPerSecond: 9e6 };
  return {
    id,
    title,
    effective: {
      rttSeconds: rttMs / 1e3,
      ...(jitterMs > 0 ? { jitterSeconds: jitterMs / 1e3 } : {}),
      ...(loss > 0 ? { lossShare: loss } : {}),
      ...(burst === undefined ? {} : { burstPackets: burst }),
      downBitsPerSecond: 9e6,
      upBitsPerSecond: 1.5e6,
      congestionControl: 'cubic',
    },
    source: 'an invented source',
    found: {
      rttP50Seconds: rttMs / 1e3 + 0.0003,
      rttP99Seconds: (rttMs + 2 * jitterMs) / 1e3 + 0.0011,
      up: { ...direction, bitsPerSecond: 1.49e6 },
      down: direction,
    },
  };
}

const OFF_TARGET = 'round trip at p50 is 689 ms, not 650 ms ± 4 ms';

export const NETWORKS: readonly NetworkInfo[] = [
  network('4g-lossy', '4G with losses', { rttMs: 60, jitterMs: 7.5, loss: 0.005, burst: 3 }),
  network('wifi-bad', 'bad Wi-Fi', { rttMs: 40, jitterMs: 15, loss: 0.02, burst: 4 }),
  network('slow-4g', 'slow 4G', { rttMs: 150 }),
  network('rtt=200ms', 'rtt=200ms', { rttMs: 200 }),
  {
    ...network('edge-lossy', 'EDGE with losses', { rttMs: 650, jitterMs: 50, loss: 0.01 }),
    offTarget: [OFF_TARGET],
  },
];

const step = (name: string, roundTrips: number): HandshakeStep => ({
  step: name,
  roundTrips,
  source: 'an invented specification, §3',
});
const TCP = [step('TCP', 1), step('TLS', 1)];

/** Transports over networks, with figures of about the size that was measured. */
// biome-ignore format: one transport, three lines
export const OVER_NETWORKS: Readonly<Record<string, TransportSpec>> = {
  tcp: {
    title: 'Raw TCP, length-prefixed', floor: true, p50Ms: 0.3, framing: 4, retransmitted: 0.015, retransmissionTrips: 3,
    handshake: [...TCP, step('greeting', 1)], beyondHandshake: 0.04,
  },
  ws: {
    title: 'WebSocket (ws)', family: 'socket', p50Ms: 0.4, framing: 6, retransmitted: 0.015, retransmissionTrips: 3,
    handshake: [...TCP, step('upgrade', 1)], beyondHandshake: 0.06,
  },
  socketio: {
    title: 'Socket.IO', family: 'socket', p50Ms: 0.5, framing: 16, retransmitted: 0.015, retransmissionTrips: 3.1,
    handshake: [...TCP, step('upgrade', 1), step('connect', 1)], beyondHandshake: 0.1,
  },
  sse: {
    title: 'Server-Sent Events + POST', family: 'stream', p50Ms: 0.8, framing: 150, retransmitted: 0.03, retransmissionTrips: 5,
    handshake: [...TCP, step('stream', 1)], beyondHandshake: 0.07,
  },
  'long-polling': {
    title: 'HTTP long polling', family: 'polling', p50Ms: 0.9, framing: 320, retransmitted: 0.08, retransmissionTrips: 6,
    handshake: [...TCP, step('poll', 1)], beyondHandshake: 0.08,
  },
  webrtc: {
    variant: 'lossy', title: 'WebRTC, unordered and unreliable', family: 'peer', p50Ms: 0.7, framing: 40, lossy: true,
    handshake: [...TCP, step('signalling', 2), step('ICE', 1), step('DTLS', 2), step('SCTP', 2), step('ready', 1)], beyondHandshake: 0.25,
  },
};

const AT_LOW_RATE: ScenarioSpec = { scenario: 'echo', clients: 50, rate: 100, tls: true };
const STARTS: ScenarioSpec = { scenario: 'connect', kind: 'connect', clients: 50, rate: 0, size: 0, tls: true };

/** Invented run over networks: one load over three of them and over none, each of these at its own load too, and starts. */
export const OVER_NETWORKS_RUN: RunSpec = {
  transports: OVER_NETWORKS,
  networks: NETWORKS,
  scenarios: [
    { ...AT_LOW_RATE, network: '4g-lossy' },
    { ...AT_LOW_RATE, network: 'wifi-bad' },
    { ...AT_LOW_RATE, network: 'slow-4g' },
    AT_LOW_RATE,
    { scenario: 'echo', clients: 100, rate: 1_000 },
    { ...STARTS, network: 'rtt=200ms' },
  ],
  durationSeconds: 20,
  wire: 'link',
  band: 'usual',
};

/** Changes a measurement as a network would: later, with losses, and through the relay. */
export function overNetwork(made: Made, { shell, transport, spec, scattered }: Making): Made {
  const known = spec.networks?.find(({ id }) => id === shell.network);
  if (known === undefined) return made;
  const rtt = rttOf(spec.networks, shell);
  const loss = Number(known.effective.lossShare ?? 0);
  const { p50Ms = 1, tail = 0.4, retransmitted = 0, retransmissionTrips = 3, lossy = false } = transport;
  const lost = lossy ? Math.round(made.messages.expected * 2 * loss) : 0;
  const delivered = made.messages.delivered - lost;
  const path = {
    nanoseconds: scattered(rtt) * 1e9,
    // Losses of the invented transports are those at half a percent.
    late: Math.min(0.5, (retransmitted * loss) / 0.005),
    lateNanoseconds: rtt * retransmissionTrips * 1e9,
  };
  const trips = (transport.handshake ?? []).reduce((sum, { roundTrips }) => sum + roundTrips, 0);
  const usable = (trips + (transport.beyondHandshake ?? 0)) * rtt;
  const response = histogram(delivered, scattered(p50Ms * 1e6), tail, path);
  const relayed = (bytes: number, packets = 0): Relayed['up'] => {
    const dropped = Math.round(packets * loss);
    return {
      offered: packets,
      offeredBytes: bytes,
      lost: dropped,
      overflowed: 0,
      passed: packets - dropped,
      passedBytes: Math.round(bytes * (1 - loss)),
    };
  };
  const { wire } = made;
  const [up, down] = [relayed(wire.up, wire.packetsUp), relayed(wire.down, wire.packetsDown)];
  return {
    ...made,
    messages: { ...made.messages, delivered, lost: made.messages.lost + lost },
    latency: {
      ...made.latency,
      response,
      service: response,
      connect: histogram(shell.clients, scattered(usable) * 1e9, 0.01),
    },
    wire: { ...wire, arrivedUp: up.passedBytes, arrivedDown: down.passedBytes },
    relay: { up, down, lagP99Seconds: 0.0009, lagMaxSeconds: 0.0031, receiveErrors: 0, cpuSeconds: 0.6 },
    ...(made.opening === undefined ? {} : { opening: { ...made.opening, ...tripsOf(transport, rtt, scattered) } }),
  };
}

function tripsOf(
  { handshake, beyondHandshake = 0 }: TransportSpec,
  rttSeconds: number,
  scattered: Making['scattered'],
): { roundTrips?: RoundTrips } {
  if (handshake === undefined || rttSeconds === 0) return {};
  const longer = scattered(beyondHandshake) / handshake.length;
  const parts = handshake.map(({ step: name, roundTrips }) => ({ step: name, roundTrips: roundTrips + longer }));
  const measured = parts.reduce((sum, { roundTrips }) => sum + roundTrips, 0);
  return { roundTrips: { rttSeconds, measured, parts, theory: [...handshake] } };
}

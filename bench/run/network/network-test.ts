import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { effectsOf, type Network } from '../../networks/network.ts';
import {
  expectedRtt,
  type Found,
  type FoundDirection,
  PING_PAYLOAD_BYTES,
  UDP_HEADER_BYTES,
} from '../../networks/self-test/judge.ts';
import type { Peer, ProberAnswer, ProberOrder, ReceivedTrain, Train } from '../../networks/self-test/protocol.ts';
import { Child } from '../child.ts';
import type { RelayedLink } from './relayed-link.ts';

/** A thing for each direction. */
interface BothWays<Value> {
  readonly up: Value;
  readonly down: Value;
}

type Prober = Child<ProberOrder, ProberAnswer>;

const proberFile = fileURLToPath(new URL('../../networks/self-test/prober.ts', import.meta.url));
const START_SECONDS = 10;
/** Time to start both probers. */
const PROBERS_SECONDS = 0.5;
/** Number of round trips, so that the 99th percentile is not the longest of them. */
const PINGS = 100;
/** Round trips before those: both processes run most of their code for the first time. */
const WARM_UP_PINGS = 10;
const ALL_PINGS = WARM_UP_PINGS + PINGS;
const PING_INTERVAL_MS = 10;
/** Distance of packets in multiples of the jitter, from which none waits for the one before it to keep the order. */
const APART = 2.2;
/** Numbers of packets of the train that counts losses, and its rate where the line allows it. */
const LOSS_PACKETS = 2_000;
const LOSS_PER_SECOND = 1_000;
const LOSS_SECONDS = 3;
/** Share of a line's rate that the losses are counted at, so that no queue forms. */
const LOSS_LOAD = 0.3;
/** Share of a line's rate that is offered to find the rate that it carries. */
const OVERLOAD = 1.4;
const OVERLOAD_SECONDS = 1.5;
/** Largest error of a rate that jitter may cause, which moves the first arrival and the last. */
const RATE_ERROR = 0.025;
const LARGE_BYTES = 1_200;
const BITS_PER_BYTE = 8;
/** Wait beyond the round trip for what is still under way. */
const SETTLE_SECONDS = 0.1;

/** Time that `testNetwork` takes for a network. */
export function testSeconds(network: Network): number {
  const { downBitsPerSecond, upBitsPerSecond } = network;
  const settling = settleSeconds(network);
  const pinging = (ALL_PINGS * pingIntervalMs(network)) / 1e3 + settling;
  const isLimited = downBitsPerSecond !== null || upBitsPerSecond !== null;
  const overload = isLimited ? overloadSeconds(network) + drainSeconds(network) + settling : 0;
  return PROBERS_SECONDS + pinging + LOSS_SECONDS + settling + overload;
}

/** Time after which a packet that was sent has arrived, or never will, if no queue has formed. */
const settleSeconds = (network: Network): number => expectedRtt(network) + 2 * network.jitterSeconds + SETTLE_SECONDS;

const overloadSeconds = ({ jitterSeconds }: Network): number =>
  Math.max(OVERLOAD_SECONDS, (2 * jitterSeconds) / RATE_ERROR);

/** Time in which the fuller queue of both directions drains. */
function drainSeconds(network: Network): number {
  const { up, down } = effectsOf(network);
  const seconds = [up, down].map(({ queueBytes, bitsPerSecond }) =>
    bitsPerSecond === null ? 0 : (queueBytes * BITS_PER_BYTE) / bitsPerSecond,
  );
  return Math.max(...seconds);
}

/** Time between pings: none may wait for the one before it to keep the order, nor in a queue. */
function pingIntervalMs({ jitterSeconds, rttSeconds, ...network }: Network): number {
  const sendingSeconds = expectedRtt({ ...network, jitterSeconds, rttSeconds: 0 });
  return Math.max(PING_INTERVAL_MS, APART * Math.max(jitterSeconds, sendingSeconds) * 1e3);
}

/** Sends packets through the network of a link and finds what it does to them. */
export async function testNetwork(link: RelayedLink, network: Network, signal: AbortSignal): Promise<Found> {
  await using server = prober('the server’s prober', link.serverEnd);
  await using client = prober('the clients’ prober', link.generatorEnd);
  const ask = <Kind extends ProberAnswer['answer']>(one: Prober, order: ProberOrder, kind: Kind, seconds = 0) =>
    one.ask(order, kind, { seconds: START_SECONDS + seconds, signal });
  const [way] = link.ways;
  const serverPort = (await ask(server, { order: 'bind' }, 'bound')).port;
  const clientPort = (await ask(client, { order: 'bind' }, 'bound')).port;
  const toServer = { host: way?.host ?? link.host, port: serverPort };
  const toClient = { host: way?.source ?? link.host, port: clientPort };
  const settling = settleSeconds(network);

  /** Sends a train in each direction at the same time. Returns what has arrived when nothing can be under way any more. */
  async function exchange(trains: BothWays<Train>, queued: number): Promise<BothWays<ReceivedTrain>> {
    await both({ up: server, down: client }, (receiver) => ask(receiver, { order: 'forget' }, 'forgot'));
    await both({ up: client, down: server }, (sender, way) => {
      const train = trains[way];
      return ask(sender, { order: 'send', train }, 'sent', train.packets / train.perSecond);
    });
    await sleep((settling + queued) * 1e3, undefined, { signal });
    const received = await both({ up: server, down: client }, (one) => ask(one, { order: 'received' }, 'received'));
    return { up: received.up.train, down: received.down.train };
  }

  const before = await link.counts();
  const intervalMs = pingIntervalMs(network);
  const ping = {
    order: 'ping',
    to: toServer,
    count: ALL_PINGS,
    intervalMs,
    timeoutMs: settling * 2e3,
  } as const;
  const { seconds } = await ask(client, ping, 'pinged', (ALL_PINGS * intervalMs) / 1e3 + 2 * settling);
  const ends = { up: toServer, down: toClient };
  const limits = { up: network.upBitsPerSecond, down: network.downBitsPerSecond };
  const counted = { up: lossTrain(ends.up, limits.up), down: lossTrain(ends.down, limits.down) };
  const arrived = await exchange(counted, 0);
  const lasting = overloadSeconds(network);
  const offered = {
    up: overloadTrain(ends.up, limits.up, lasting),
    down: overloadTrain(ends.down, limits.down, lasting),
  };
  const carried = await exchange(offered, drainSeconds(network));
  const direction = (way: 'up' | 'down'): FoundDirection => ({
    sent: counted[way].packets,
    lost: counted[way].packets - arrived[way].packets,
    outOfOrder: arrived[way].outOfOrder,
    bitsPerSecond: limits[way] === null ? null : rateOf(carried[way]),
  });
  const { lag, receiveErrors } = await link.counts();
  const sorted = seconds.slice(WARM_UP_PINGS).toSorted((a, b) => a - b);
  const percentile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
  const rtt = sorted.length === 0 ? null : { p50: percentile(0.5), p99: percentile(0.99) };
  return {
    rtt,
    up: direction('up'),
    down: direction('down'),
    relayLagP99: lag?.p99 ?? null,
    receiveErrors: receiveErrors - before.receiveErrors,
  };
}

const prober = (name: string, end: readonly string[]): Prober => new Child(name, proberFile, { core: undefined, end });

/** Small packets at a rate at which no queue forms. */
function lossTrain(to: Peer, limit: number | null): Train {
  const bits = (PING_PAYLOAD_BYTES + UDP_HEADER_BYTES) * BITS_PER_BYTE;
  const perSecond = Math.min(LOSS_PER_SECOND, (LOSS_LOAD * (limit ?? Number.POSITIVE_INFINITY)) / bits);
  const packets = Math.floor(Math.min(LOSS_PACKETS, perSecond * LOSS_SECONDS));
  return { to, packets, bytes: PING_PAYLOAD_BYTES, perSecond };
}

/** Large packets at more than the line's rate; none where it has no limit. */
function overloadTrain(to: Peer, limit: number | null, seconds: number): Train {
  const perSecond = (OVERLOAD * (limit ?? 0)) / ((LARGE_BYTES + UDP_HEADER_BYTES) * BITS_PER_BYTE);
  return { to, packets: Math.ceil(perSecond * seconds), bytes: LARGE_BYTES, perSecond: perSecond || 1 };
}

/** Bits a second of a train of large packets, from its first arrival to its last. */
function rateOf({ packets, seconds }: ReceivedTrain): number {
  const bits = (packets - 1) * (LARGE_BYTES + UDP_HEADER_BYTES) * BITS_PER_BYTE;
  return packets > 1 ? bits / seconds : 0;
}

async function both<Value, Result>(
  { up, down }: BothWays<Value>,
  act: (value: Value, way: 'up' | 'down') => Promise<Result>,
): Promise<BothWays<Result>> {
  const [upward, downward] = await Promise.all([act(up, 'up'), act(down, 'down')]);
  return { up: upward, down: downward };
}

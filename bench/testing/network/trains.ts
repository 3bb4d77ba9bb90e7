import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { ProberAnswer, ProberOrder, ReceivedTrain, Train } from '../../networks/self-test/protocol.ts';
import { Child } from '../../run/child.ts';
import type { RelayedLink } from '../../run/network/relayed-link.ts';
import { Kit } from '../kit.ts';
import { PATIENT } from '../patience.ts';

/** Bytes of Ethernet, IPv4 and UDP headers in front of a datagram. */
export const HEADER_BYTES = 42;

type Prober = Child<ProberOrder, ProberAnswer>;
export type Direction = 'up' | 'down';

const PATIENCE = { seconds: 120, signal: new AbortController().signal };
const proberFile = fileURLToPath(new URL('../../networks/self-test/prober.ts', import.meta.url));

/** Train of numbered datagrams on the line of one client. */
export interface Sent extends Omit<Train, 'to'> {
  readonly way: Direction;
  /** Number of the client, from 0. */
  readonly line?: number;
}

interface Placed {
  readonly prober: Prober;
  readonly port: number;
}

/** Probers at both ends of a link, which send trains to each other. They are started once, and end with this. */
export class Trains implements AsyncDisposable {
  readonly #link: RelayedLink;
  readonly #kit = new Kit();
  /** Probers of the trains that are sent at the same time, by the place in their list. */
  readonly #pairs: Promise<{ readonly server: Placed; readonly client: Placed }>[] = [];

  constructor(link: RelayedLink) {
    this.#link = link;
  }

  /** Sends trains at the same time. Returns what has arrived of each when the relay has passed on everything. */
  async send(trains: readonly Sent[]): Promise<ReceivedTrain[]> {
    const link = this.#link;
    const pairs = await Promise.all(trains.map((train, at) => this.#pair(train, at)));
    const before = await link.counts();
    await Promise.all(pairs.map(({ sender, train }) => sender.ask({ order: 'send', train }, 'sent', PATIENCE)));
    const offered = (way: Direction): number =>
      trains.reduce((packets, train) => packets + (train.way === way ? train.packets : 0), before[way].offered);
    return await vi.waitUntil(async () => {
      const { waiting, up, down } = await link.counts();
      const all = await Promise.all(
        pairs.map(({ receiver, train }) =>
          receiver.ask({ order: 'received', of: train.packets }, 'received', PATIENCE),
        ),
      );
      const passed = up.passed + down.passed - before.up.passed - before.down.passed;
      const arrived = all.reduce((packets, { train }) => packets + train.packets, 0);
      const isOffered = up.offered >= offered('up') && down.offered >= offered('down');
      return isOffered && waiting === 0 && arrived === passed ? all.map(({ train }) => train) : undefined;
    }, PATIENT);
  }

  /** Round trips from the client to the server and back, in seconds. */
  async ping(count: number, intervalMs: number, timeoutMs: number): Promise<readonly number[]> {
    const { sender, train } = await this.#pair({ way: 'up', packets: 0, bytes: 0, perSecond: 1 }, 0);
    const order = { order: 'ping', to: train.to, count, intervalMs, timeoutMs } as const;
    return (await sender.ask(order, 'pinged', PATIENCE)).seconds;
  }

  async #pair({ way, line = 0, ...train }: Sent, at: number) {
    this.#pairs[at] ??= this.#start();
    const { server, client } = await this.#pairs[at];
    const { source, host = this.#link.host } = this.#link.ways[line]!;
    const isUp = way === 'up';
    const [sender, receiver] = isUp ? [client, server] : [server, client];
    await receiver.prober.ask({ order: 'forget' }, 'forgot', PATIENCE);
    const to = { host: isUp ? host : source, port: receiver.port };
    return { sender: sender.prober, receiver: receiver.prober, train: { ...train, to } };
  }

  async #start(): Promise<{ readonly server: Placed; readonly client: Placed }> {
    const place = async (end: readonly string[]): Promise<Placed> => {
      const prober: Prober = new Child('a prober', proberFile, { core: undefined, end });
      this.#kit.defer(() => prober.kill());
      return { prober, port: (await prober.ask({ order: 'bind' }, 'bound', PATIENCE)).port };
    };
    const [server, client] = await Promise.all([place(this.#link.serverEnd), place(this.#link.generatorEnd)]);
    return { server, client };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kit[Symbol.asyncDispose]();
  }
}

/** Lengths of the runs of missing packets. */
export function burstsOf(missing: readonly number[]): number[] {
  const lengths: number[] = [];
  for (const [at, number] of missing.entries()) {
    if (at > 0 && missing[at - 1] === number - 1) lengths.push(lengths.pop()! + 1);
    else lengths.push(1);
  }
  return lengths;
}

/** Standard deviations of the binomial 99 % interval. */
const Z99 = 2.576;

/** Bounds of the binomial 99 % interval of the number of losses among so many packets. */
export function binomial99(packets: number, lossShare: number): readonly [number, number] {
  const half = Z99 * Math.sqrt(packets * lossShare * (1 - lossShare));
  return [packets * lossShare - half, packets * lossShare + half];
}

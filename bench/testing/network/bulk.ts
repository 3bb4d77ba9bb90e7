import { fileURLToPath } from 'node:url';
import { Child } from '../../run/child.ts';
import type { RelayedLink } from '../../run/network/relayed-link.ts';
import type { BulkAnswer, BulkOrder } from './bulk-process.ts';
import { networkFrom } from './network-from.ts';

type Bulk = Child<BulkOrder, BulkAnswer>;

const PATIENCE = { seconds: 60, signal: new AbortController().signal };
const ETHERNET_BYTES = 14;
const BITS = 8;
const file = fileURLToPath(new URL('bulk-process.ts', import.meta.url));

/** Rates in bits a second. */
export interface Carried {
  /** Payload of each connection. */
  readonly each: readonly number[];
  /** Everything that reached the clients' interface, with all headers. */
  readonly line: number;
}

/** Processes at both ends of a link: one sends as much as TCP carries, the other fetches it. */
export class BulkTransfer implements AsyncDisposable {
  readonly #link: RelayedLink;
  readonly #server: Bulk;
  readonly #client: Bulk;
  #port: number | undefined;

  constructor(link: RelayedLink) {
    this.#link = link;
    this.#server = new Child('the sender', file, { core: undefined, end: link.serverEnd });
    this.#client = new Child('the receiver', file, { core: undefined, end: link.generatorEnd });
  }

  /** Makes a network, opens a connection on each of so many lines and measures what they carry. */
  async carry(
    network: string,
    { lines, warmUpSeconds, seconds }: { lines: number; warmUpSeconds: number; seconds: number },
    during: () => Promise<void> = async () => {},
  ): Promise<Carried> {
    this.#port ??= (await this.#server.ask({ order: 'serve' }, 'serving', PATIENCE)).port;
    await this.#link.change(networkFrom(network), 1);
    const hosts = this.#link.ways.slice(0, lines).map(({ host = this.#link.host }) => host);
    await this.#client.ask({ order: 'fetch', hosts, port: this.#port }, 'done', PATIENCE);
    await this.#client.ask({ order: 'measure', seconds: warmUpSeconds }, 'measured', PATIENCE);
    await during();
    const found = await this.#client.ask({ order: 'measure', seconds }, 'measured', PATIENCE);
    await this.#client.ask({ order: 'leave' }, 'done', PATIENCE);
    return {
      each: found.bytes.map((bytes) => (bytes * BITS) / found.seconds),
      line: ((found.interfaceBytes + ETHERNET_BYTES * found.interfacePackets) * BITS) / found.seconds,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#server.kill(), this.#client.kill()]);
  }
}

import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { Child } from '../../run/child.ts';
import type { RelayedLink } from '../../run/network/relayed-link.ts';
import { Kit } from '../kit.ts';
import { PATIENCE_SECONDS, PATIENT } from '../patience.ts';
import type { PeerAnswer, PeerOrder, Place, SeenConnection } from './peer-process.ts';

type Peer = Child<PeerOrder, PeerAnswer>;
type Seen = Extract<PeerAnswer, { answer: 'seen' }>;

const PATIENCE = { seconds: PATIENCE_SECONDS, signal: new AbortController().signal };
const file = fileURLToPath(new URL('peer-process.ts', import.meta.url));

/** Processes at both ends of a link with connections between them, numbered on both sides in the order in which they were made. */
export class Peers implements AsyncDisposable {
  readonly #link: RelayedLink;
  readonly #kit = new Kit();
  readonly server: Peer;
  readonly client: Peer;
  #ports: { readonly tcp: number; readonly udp: number } = { tcp: 0, udp: 0 };

  static async open(link: RelayedLink): Promise<Peers> {
    const peers = new Peers(link);
    const [ports] = await Promise.all([
      peers.server.ask({ order: 'serve' }, 'serving', PATIENCE),
      peers.client.ask({ order: 'serve' }, 'serving', PATIENCE),
    ]);
    peers.#ports = ports;
    return peers;
  }

  private constructor(link: RelayedLink) {
    this.#link = link;
    const place = (end: readonly string[]): Peer => {
      const peer: Peer = new Child('a peer', file, { core: undefined, end });
      this.#kit.defer(() => peer.kill());
      return peer;
    };
    this.server = place(link.serverEnd);
    this.client = place(link.generatorEnd);
  }

  /** Place of the server on the line of a client; without one, on that of the generator's own address. */
  #server(line: number | undefined, port: number): Place {
    return { host: (line === undefined ? undefined : this.#link.ways[line]?.host) ?? this.#link.host, port };
  }

  /** Opens a connection on the line of a client. Resolves once both sides have it. */
  async dial(line: number): Promise<void> {
    await this.client.ask({ order: 'dial', to: this.#server(line, this.#ports.tcp) }, 'done', PATIENCE);
    const { connections } = await this.look(this.client);
    await this.until(this.server, (seen) => seen.connections.length === connections.length);
  }

  async write(from: Peer, bytes: number, connection?: number): Promise<void> {
    const order = { order: 'write', bytes, ...(connection === undefined ? {} : { connection }) } as const;
    await from.ask(order, 'done', PATIENCE);
  }

  look(peer: Peer): Promise<Seen> {
    return peer.ask({ order: 'look' }, 'seen', PATIENCE);
  }

  /** Waits until what an end sees is as wanted. */
  until(peer: Peer, isWanted: (seen: Seen) => boolean): Promise<Seen> {
    return vi.waitUntil(async () => {
      const seen = await this.look(peer);
      return isWanted(seen) ? seen : undefined;
    }, PATIENT);
  }

  /** Waits until a connection has ended at an end. Returns how. */
  async ended(peer: Peer, connection: number): Promise<SeenConnection['end']> {
    const { connections } = await this.until(peer, (seen) => seen.connections[connection]?.end !== null);
    return connections[connection]!.end;
  }

  /** Sends datagrams from a client to the server. */
  async datagrams(line: number | undefined, text: string, count = 1): Promise<void> {
    const to = this.#server(line, this.#ports.udp);
    await this.client.ask({ order: 'datagrams', to, text, count }, 'done', PATIENCE);
  }

  /** Sends from one end to a port of a place that nobody listens on. Returns the code of the error that the system tells. */
  async knock(from: Peer, host: string): Promise<string> {
    return (await from.ask({ order: 'knock', to: { host, port: 9 } }, 'knocked', PATIENCE)).code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kit[Symbol.asyncDispose]();
  }
}

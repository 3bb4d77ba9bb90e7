import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Delivery } from './delivery.ts';
import type { Path } from './path.ts';
import type { Ports } from './ports.ts';
import { type Pumped, pump } from './pump.ts';
import type { PathProxy } from './tcp.ts';
import type { Watch } from './watch.ts';

/** Time without a datagram after which a sender's association ends. */
const IDLE_MS = 60_000;
/** Senders at a time; the one that has been silent for longest ends before another begins. */
const MAX_SENDERS = 64;

interface UdpProxySettings {
  readonly ports: Ports;
  /** Port of the server, on the loopback. */
  readonly to: number;
  readonly path: Path;
  readonly watch: Watch;
}

/** Proxies datagrams to a server of this machine over a path, which may lose them. Each sender has a socket of its own towards the server. */
export async function udpProxy({ ports, to, path, watch }: UdpProxySettings, port = 0): Promise<PathProxy> {
  const socket = await ports.datagrams(port);
  const senders = new Map<string, Association>();

  function begin(key: string, { address, port: from }: RemoteInfo): Association {
    const [oldest] = senders.keys();
    if (senders.size >= MAX_SENDERS && oldest !== undefined) senders.get(oldest)?.close();
    const made = new Association({
      to,
      path,
      watch,
      answer: (bytes) => socket.send(bytes, from, address),
      ended: () => senders.delete(key),
    });
    return made;
  }

  socket.on('message', (bytes, remote) => {
    const key = `${remote.address} ${remote.port}`;
    const known = senders.get(key) ?? begin(key, remote);
    // Moves it to the end, so that the first is the one that has been silent for longest.
    senders.delete(key);
    senders.set(key, known);
    known.up(bytes);
  });
  // A destination that refuses a datagram is no reason to end.
  socket.on('error', () => {});
  return {
    port: socket.address().port,
    async close() {
      for (const sender of [...senders.values()]) sender.close();
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

interface AssociationSettings extends Omit<UdpProxySettings, 'ports'> {
  readonly answer: (bytes: Buffer) => void;
  readonly ended: () => void;
}

/** Datagrams between one sender and the server. */
class Association {
  readonly #socket: Socket = createSocket('udp4');
  readonly #path: Path;
  readonly #toServer: { readonly delivery: Delivery<Buffer>; readonly pumped: Pumped };
  readonly #toSender: { readonly delivery: Delivery<Buffer>; readonly pumped: Pumped };
  readonly #passed: (bytes: Buffer) => void;
  readonly #ended: () => void;
  #idle: NodeJS.Timeout | undefined;

  constructor({ to, path, watch, answer, ended }: AssociationSettings) {
    this.#path = path;
    this.#ended = ended;
    const up = new Delivery<Buffer>(path.effects?.up ?? null, path.nextSeed());
    const down = new Delivery<Buffer>(path.effects?.down ?? null, path.nextSeed());
    const watched = watch.connection('datagrams');
    this.#passed = (bytes) => watched.passed('up', bytes);
    // Cut paths drop datagrams, also those under way.
    const unlessCut = (pass: (bytes: Buffer) => void) => (bytes: Buffer) => {
      if (path.isCut === null) pass(bytes);
    };
    const send = unlessCut((bytes) => this.#socket.send(bytes, to, '127.0.0.1'));
    this.#toServer = { delivery: up, pumped: pump(up, send) };
    this.#toSender = { delivery: down, pumped: pump(down, unlessCut(answer)) };
    this.#socket.on('error', () => {});
    this.#socket.on('message', (bytes) => {
      watched.passed('down', bytes);
      this.#offer(this.#toSender, bytes);
    });
    this.#rest();
  }

  /** Takes a datagram of the sender. */
  up(bytes: Buffer): void {
    this.#passed(bytes);
    this.#offer(this.#toServer, bytes);
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#toServer.pumped.stop();
    this.#toSender.pumped.stop();
    this.#socket.close();
    this.#ended();
  }

  #offer({ delivery, pumped }: { delivery: Delivery<Buffer>; pumped: Pumped }, bytes: Buffer): void {
    this.#rest();
    if (this.#path.isCut !== null) return;
    delivery.take(performance.now(), bytes.length, bytes);
    pumped.arrange();
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), IDLE_MS);
  }
}

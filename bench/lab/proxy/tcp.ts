import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Delivery, onStream } from './delivery.ts';
import type { CutKind, Path } from './path.ts';
import type { Ports } from './ports.ts';
import { type Pumped, pump } from './pump.ts';
import type { ConnectionWatch, Watch, Way } from './watch.ts';

/** Bytes that may wait in one direction before the sender is paused, as a window of TCP would. */
const WINDOW_BYTES = 1 << 20;

/** Rewrites bytes that the server sends, such as a port that it names; returns what is to be passed on now. */
export type Rewrite = (bytes: Buffer) => Buffer;

export interface TcpProxySettings {
  readonly ports: Ports;
  /** Port of the server, on the loopback. */
  readonly to: number;
  readonly path: Path;
  readonly watch: Watch;
  /** Makes a rewriter for a connection's way down. Absent: bytes pass as they are. */
  readonly rewriter?: () => Rewrite;
}

export interface PathProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Proxies TCP connections to a server of this machine over a path. Its own handshake costs no time, so the path's is added to the first bytes. */
export async function tcpProxy(settings: TcpProxySettings, port = 0): Promise<PathProxy> {
  const { ports, path } = settings;
  const pairs = new Set<Pair>();
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (path.isCut === 'reset') return void client.resetAndDestroy();
    const pair = new Pair(client, settings);
    pairs.add(pair);
    void pair.over.then(() => pairs.delete(pair));
  });
  const listened = await ports.listen(server, port);
  const leave = path.join({
    cut: (kind) => {
      for (const pair of pairs) pair.cut(kind);
    },
    back: () => {
      for (const pair of pairs) pair.back();
    },
  });
  return {
    port: listened,
    async close() {
      leave();
      const closed = once(server, 'close');
      server.close();
      for (const pair of pairs) pair.destroy();
      await closed;
    },
  };
}

/** Connection of a browser and the one to the server that belongs to it. */
class Pair {
  readonly over: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #pipes: readonly Pipe[];

  constructor(client: Socket, { to, path, watch, rewriter }: TcpProxySettings) {
    this.#client = client;
    this.#server = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true, noDelay: true });
    const { effects } = path;
    const now = performance.now();
    // SYN and its answer; an acknowledgement then travels with the first bytes.
    const handshakeMs = effects === null ? 0 : effects.up.delayMs + effects.down.delayMs;
    const up = new Delivery<Piece>(effects && onStream(effects.up), path.nextSeed(), now + handshakeMs);
    const down = new Delivery<Piece>(effects && onStream(effects.down), path.nextSeed(), now);
    const watched = watch.connection('stream');
    this.#pipes = [
      new Pipe({ from: client, to: this.#server, delivery: up, way: 'up', watched }),
      new Pipe({ from: this.#server, to: client, delivery: down, way: 'down', watched, rewrite: rewriter?.() }),
    ];
    if (path.isCut !== null) this.cut(path.isCut);
    const ended = [client, this.#server].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    this.over = Promise.all(ended).then(() => {
      for (const pipe of this.#pipes) pipe.stop();
    });
  }

  cut(kind: CutKind): void {
    if (kind === 'silent') {
      for (const pipe of this.#pipes) pipe.hold();
      return;
    }
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  back(): void {
    for (const pipe of this.#pipes) pipe.release();
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }
}

/** Bytes of a stream, its end, or its abrupt end. */
type Piece = Buffer | 'end' | 'reset';

interface PipeSettings {
  readonly from: Socket;
  readonly to: Socket;
  readonly delivery: Delivery<Piece>;
  readonly way: Way;
  readonly watched: ConnectionWatch;
  readonly rewrite?: Rewrite | undefined;
}

/** One direction of a pair. */
class Pipe {
  readonly #settings: PipeSettings;
  readonly #pumped: Pumped;
  #waitingBytes = 0;

  constructor(settings: PipeSettings) {
    this.#settings = settings;
    const { from, to, delivery, way, watched, rewrite } = settings;
    this.#pumped = pump(delivery, (piece) => this.#pass(piece));
    from.on('data', (bytes: Buffer) => {
      watched.passed(way, bytes);
      const passed = rewrite === undefined ? bytes : rewrite(bytes);
      if (passed.length === 0) return;
      this.#waitingBytes += passed.length;
      if (this.#waitingBytes > WINDOW_BYTES) from.pause();
      this.#take(passed.length, passed);
    });
    from.on('end', () => this.#take(0, 'end'));
    from.on('error', () => this.#take(0, 'reset'));
    from.on('close', () => this.#take(0, 'end'));
    to.on('drain', () => from.resume());
  }

  hold(): void {
    this.#settings.delivery.hold();
    this.#pumped.arrange();
  }

  release(): void {
    this.#settings.delivery.release(performance.now());
    this.#pumped.arrange();
  }

  stop(): void {
    this.#pumped.stop();
  }

  #take(bytes: number, piece: Piece): void {
    this.#settings.delivery.take(performance.now(), bytes, piece);
    this.#pumped.arrange();
  }

  #pass(piece: Piece): void {
    const { from, to } = this.#settings;
    if (piece === 'reset') return void to.resetAndDestroy();
    if (to.destroyed || to.writableEnded) return;
    if (piece === 'end') return void to.end();
    this.#waitingBytes -= piece.length;
    if (to.write(piece) && this.#waitingBytes <= WINDOW_BYTES) from.resume();
  }
}

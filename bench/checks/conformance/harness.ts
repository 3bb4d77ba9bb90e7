import { createSocket } from 'node:dgram';
import { createServer, connect as dial, type Socket } from 'node:net';
import type {
  Application,
  Capabilities,
  ClientModule,
  ClientSettings,
  Listener,
  Platform,
  ReplayLog,
  ServerModule,
} from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { Kit, type Peer, within } from '../../testing/kit.ts';
import { type Relay, startRelay } from './relay.ts';

/** Transport under test: its two modules, its capabilities, and the application and platform to run them with. */
export interface Subject {
  readonly server: ServerModule;
  readonly client: ClientModule;
  readonly application: Application;
  readonly platform: Platform;
  readonly capabilities: Capabilities;
  /** Matches the reason that a client is given when its message is too large. */
  readonly refusal: RegExp;
  /** Protocol of the port in the server's URL; TCP if left out. */
  readonly port?: 'udp';
  /** Set if messages travel in datagrams, which a TCP relay cannot cut. */
  readonly datagrams?: true;
  /** Set if a server keeps a session without any connection, as long as the client asks again in time. */
  readonly outlivesConnection?: true;
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Largest number of sessions that the client is to open at a time; the suite's own number if left out. */
  readonly opensAtOnce?: number;
}

/**
 * Check that a transport has to pass before it may be timed. Declared capabilities decide whether it applies, never a transport's
 * name. Any transport, also one from outside this repository, can import and run the suite.
 */
export interface Check {
  readonly name: string;
  /** True if the check applies to a transport with these capabilities; it applies to all if left out. */
  readonly promises?: (capabilities: Capabilities) => boolean;
  /** Set if it needs a port in the server's URL that anybody can send to. */
  readonly port?: true;
  readonly run: (kit: ConformanceKit) => Promise<void>;
}

/** Largest message of the suite, and the message limit of its servers, in bytes. */
export const LIMIT_BYTES = 1024 * 1024;

/** Port in a URL. */
export const portOf = (url: string): number => Number(new URL(url).port);

/** Raw TCP connection or UDP socket that garbage is written to. */
export interface Line {
  write(garbage: string | Uint8Array): void;
  destroy(): void;
}

/** Servers and sessions of one check, all of the same transport. They are closed when the check ends. */
export class ConformanceKit implements AsyncDisposable {
  readonly subject: Subject;
  readonly #kit = new Kit();

  constructor(subject: Subject) {
    this.subject = subject;
  }

  listen(port = 0, log?: ReplayLog): Promise<Listener> {
    const { server, application, options } = this.subject;
    return this.#kit.listen(server, { application, port, options, limits: usualLimits(LIMIT_BYTES), log });
  }

  connect(url: string, encoding: 'text' | 'binary' = 'text', settings: Partial<ClientSettings> = {}): Promise<Peer> {
    const { client, options, platform } = this.subject;
    return this.#kit.connect(client, url, { options, platform, encoding, ...settings });
  }

  /** Puts a TCP relay in front of the server at a URL. Resolves with it, and with the URL by which a client dials it. */
  async relay(url: string): Promise<{ readonly url: string; readonly relay: Relay }> {
    const relay = this.#kit.use(await startRelay(portOf(url)));
    return { url: url.replace(/:\d+/, `:${relay.port}`), relay };
  }

  /** Starts a server that accepts connections and sends nothing. Resolves with the URL that a client of this transport dials. */
  async silence(like: string): Promise<string> {
    if (this.subject.port === 'udp') return this.#silentUdp(like);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#kit.defer(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    return like.replace(/:\d+/, `:${typeof address === 'object' ? address?.port : ''}`);
  }

  async #silentUdp(like: string): Promise<string> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    this.#kit.defer(() => new Promise((resolve) => socket.close(() => resolve(undefined))));
    return like.replace(/:\d+/, `:${socket.address().port}`);
  }

  /** Opens a raw TCP connection, or a UDP socket, to the server at a URL. */
  async dial(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    if (this.subject.port === 'udp') return this.#dialUdp(hostname, Number(port));
    const socket = dial(Number(port), hostname);
    socket.on('error', () => {});
    socket.resume();
    this.#kit.defer(() => socket.destroy());
    await within(new Promise((resolve) => socket.once('connect', resolve)), 'a raw connection to open');
    return socket;
  }

  async #dialUdp(hostname: string, port: number): Promise<Line> {
    const socket = createSocket('udp4');
    socket.on('error', () => {});
    let open = true;
    const destroy = (): void => {
      if (open) socket.close();
      open = false;
    };
    this.#kit.defer(destroy);
    await new Promise<void>((resolve) => socket.connect(port, hostname, resolve));
    // Garbage larger than a datagram goes in several.
    const write = (garbage: string | Uint8Array): void => {
      const bytes = Buffer.from(garbage);
      for (let at = 0; at < bytes.length; at += 1_200) socket.send(bytes.subarray(at, at + 1_200));
    };
    return { write, destroy };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kit[Symbol.asyncDispose]();
  }
}

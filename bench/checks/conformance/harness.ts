import { createSocket } from 'node:dgram';
import { createServer, connect as dial, type Socket } from 'node:net';
import type {
  Application,
  Capabilities,
  ClientModule,
  Listener,
  Message,
  Platform,
  Receiver,
  Send,
  ServerModule,
} from '../../contract.ts';
import { usualLimits } from '../../limits.ts';

/** What the suite needs of a transport: its two modules and what it promises. */
export interface Subject {
  readonly server: ServerModule;
  readonly client: ClientModule;
  readonly application: Application;
  readonly platform: Platform;
  readonly capabilities: Capabilities;
  /** Matches the reason a client is given when its message is too large. */
  readonly refusal: RegExp;
  /** What its URL's port is one of; TCP where nothing is said. */
  readonly port?: 'udp';
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** Largest message in the suite and the limit its servers are given, in bytes. */
export const LIMIT_BYTES = 1024 * 1024;

/** Longest wait for anything, so that a hang fails by name instead of by the runner's time-out. */
const PATIENCE_MS = 20_000;

/** What garbage goes down. */
export interface Line {
  write(garbage: string | Uint8Array): void;
  destroy(): void;
}

/** One check's servers and sessions. Everything opened through it is closed when the check ends. */
export class Bench {
  readonly subject: Subject;
  readonly #cleanup: (() => Promise<unknown>)[] = [];

  constructor(subject: Subject) {
    this.subject = subject;
  }

  async listen(port = 0): Promise<Listener> {
    const { server, application, options } = this.subject;
    const limits = usualLimits(LIMIT_BYTES);
    const listener = await server.listen(application, { host: '127.0.0.1', port, options, limits });
    this.#cleanup.push(() => listener.close());
    return listener;
  }

  async connect(
    url: string,
    encoding: 'text' | 'binary' = 'text',
    signal = new AbortController().signal,
  ): Promise<Peer> {
    const peer = new Peer();
    const { client, options, platform } = this.subject;
    const session = await client.connect(url, peer, { options, platform, encoding, signal });
    this.#cleanup.push(() => session.close());
    peer.adopt(session.send, () => session.close());
    return peer;
  }

  /** A server that accepts connections and never says a word; returns the URL a client of this transport would dial. */
  async silence(like: string): Promise<string> {
    if (this.subject.port === 'udp') return this.#silentUdp(like);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#cleanup.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    });
    const address = server.address();
    return like.replace(/:\d+/, `:${typeof address === 'object' ? address?.port : ''}`);
  }

  async #silentUdp(like: string): Promise<string> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    this.#cleanup.push(() => new Promise((resolve) => socket.close(() => resolve(undefined))));
    return like.replace(/:\d+/, `:${socket.address().port}`);
  }

  /** A plain connection to whatever the URL's server is: of TCP, or a socket of UDP. */
  async dial(url: string): Promise<Line> {
    const { hostname, port } = new URL(url);
    if (this.subject.port === 'udp') return this.#dialUdp(hostname, Number(port));
    const socket = dial(Number(port), hostname);
    socket.on('error', () => {});
    socket.resume();
    this.#cleanup.push(async () => socket.destroy());
    await within(new Promise((resolve) => socket.once('connect', resolve)), 'a plain connection');
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
    this.#cleanup.push(async () => destroy());
    await new Promise<void>((resolve) => socket.connect(port, hostname, resolve));
    // What is larger than a datagram can be goes in several.
    const write = (garbage: string | Uint8Array): void => {
      const bytes = Buffer.from(garbage);
      for (let at = 0; at < bytes.length; at += 1_200) socket.send(bytes.subarray(at, at + 1_200));
    };
    return { write, destroy };
  }

  /** Closes in the reverse order of opening. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#cleanup.reverse()) await within(close(), 'closing');
  }
}

/** A session and everything it received. */
export class Peer implements Receiver {
  readonly received: Message[] = [];
  readonly losses: Error[] = [];
  #send: Send = () => {};
  #close: () => Promise<void> = async () => {};
  #waiting: { count: number; resolve: () => void } | undefined;
  #lost = Promise.withResolvers<Error>();

  adopt(send: Send, close: () => Promise<void>): void {
    this.#send = send;
    this.#close = close;
  }

  message(message: Message): void {
    // Bytes are the receiver's only until it returns.
    this.received.push(typeof message === 'string' ? message : Uint8Array.from(message));
    if (this.#waiting && this.received.length >= this.#waiting.count) this.#waiting.resolve();
  }

  lost(reason: Error): void {
    this.losses.push(reason);
    this.#lost.resolve(reason);
  }

  async send(message: Message): Promise<void> {
    await this.#send(message);
  }

  /** Sends without waiting for one message before the next, as a program in a loop does. */
  async burst(messages: readonly Message[]): Promise<void> {
    await Promise.all(messages.map((message) => this.#send(message)));
  }

  close(): Promise<void> {
    return within(this.#close(), 'close');
  }

  /** Resolves with all messages once there are at least `count`. */
  async has(count: number): Promise<readonly Message[]> {
    if (this.received.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = { count, resolve };
      await within(promise, () => `message ${count} (${this.received.length} arrived)`);
    }
    return this.received;
  }

  async echo(message: Message): Promise<Message> {
    const before = this.received.length;
    await this.send(message);
    return (await this.has(before + 1))[before]!;
  }

  /** Resolves with the reason once the session is lost. */
  isLost(): Promise<Error> {
    return within(this.#lost.promise, 'the loss being reported');
  }
}

export async function within<Value>(promise: Promise<Value>, what: string | (() => string)): Promise<Value> {
  const patience = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    patience.reject(new Error(`waited ${PATIENCE_MS} ms for ${typeof what === 'string' ? what : what()}`));
  }, PATIENCE_MS);
  try {
    return await Promise.race([promise, patience.promise]);
  } finally {
    clearTimeout(timer);
  }
}

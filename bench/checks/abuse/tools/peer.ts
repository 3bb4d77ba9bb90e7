import { connect as dial, type Socket } from 'node:net';

/** Bytes of a server's words that are kept: more than a verdict can need. */
const MAX_KEPT_BYTES = 1 << 23;
/** Time between two attempts to say more to a server that has said goodbye. */
const RETRY_MS = 100;

/** A connection that keeps to no protocol: what it writes is up to the attack, and what it was told is kept. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #kept = 0;
  #heard: (() => void) | undefined;
  over = false;

  /** Once connected. */
  static async dial(url: string): Promise<RawPeer> {
    const { hostname, port } = new URL(url);
    const socket = dial({
      port: Number(port),
      host: hostname.replace(/^\[|\]$/g, ''),
      noDelay: true,
      allowHalfOpen: true,
    });
    const peer = new RawPeer(socket);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return peer;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (this.#kept < MAX_KEPT_BYTES) this.#chunks.push(chunk);
      this.#kept += chunk.length;
      this.#heard?.();
    });
    // It goes on after the server's goodbye, and is over only when the server will not have any more of it.
    let retry: NodeJS.Timeout | undefined;
    socket.once('end', () => {
      retry = setInterval(() => socket.write('x'), RETRY_MS);
    });
    socket.once('close', () => {
      clearInterval(retry);
      this.over = true;
      this.#heard?.();
      this.#ended.resolve();
    });
  }

  /** Resolves once it was taken, or false once the connection is over. */
  async write(bytes: string | Uint8Array): Promise<boolean> {
    if (this.over || this.#socket.writableEnded) return false;
    if (!this.#socket.write(bytes)) {
      await Promise.race([new Promise((resolve) => this.#socket.once('drain', resolve)), this.#ended.promise]);
    }
    return !this.over;
  }

  /** Stops reading: the system's buffers fill, then the server's. */
  freeze(): void {
    this.#socket.pause();
  }

  thaw(): void {
    this.#socket.resume();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  /** Resolves with everything heard so far once it holds what is looked for; rejects when the connection ends before that. */
  async hears(wanted: RegExp | ((text: string) => boolean)): Promise<string> {
    const found = typeof wanted === 'function' ? wanted : (text: string) => wanted.test(text);
    while (!found(this.text)) {
      if (this.over) throw new Error(`the server ended the connection instead of saying ${wanted}: ${this.text}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    return this.text;
  }

  /** Resolves once the connection is gone. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  cut(): void {
    this.#socket.destroy();
  }
}

import { connect as dial, type Socket } from 'node:net';

/** Max number of received bytes that are kept: more than any check reads. */
const MAX_KEPT_BYTES = 1 << 23;
/** Time between two writes to a server that has ended its half of the connection. */
const RETRY_MS = 100;

/** TCP connection without a protocol: attacks write any bytes, and what the server answers is kept. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #kept = 0;
  #heard: (() => void) | undefined;
  over = false;

  /** Resolves once connected. */
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
    // The peer keeps writing after the server has ended its half, and is over only when the server resets the connection.
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

  /** Resolves with true once the bytes are written, or with false once the connection is over. */
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

  /** Waits until the text received so far matches `wanted`, and resolves with it. Rejects if the connection ends before. */
  async hears(wanted: RegExp | ((text: string) => boolean)): Promise<string> {
    const found = typeof wanted === 'function' ? wanted : (text: string) => wanted.test(text);
    while (!found(this.text)) {
      if (this.over) throw new Error(`the server ended the connection before it sent ${wanted}: ${this.text}`);
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

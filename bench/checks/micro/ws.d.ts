import type { Writable } from 'node:stream';

/** Classes that `ws` exports and its types omit: the sending and receiving halves of a WebSocket. */
declare module 'ws' {
  interface SenderSocket {
    cork(): void;
    uncork(): void;
    write(chunk: string | Uint8Array): unknown;
  }

  class Sender {
    constructor(socket: SenderSocket, extensions?: object);
    send(
      data: string | Uint8Array,
      options: { binary: boolean; compress: boolean; fin: boolean; mask: boolean },
      sent?: (error?: Error) => void,
    ): void;
  }

  class Receiver extends Writable {
    constructor(options: { isServer: boolean; maxPayload?: number; maxFragments?: number });
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
    on(event: string, listener: (error: Error) => void): this;
  }
}

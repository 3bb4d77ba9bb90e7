import type { WebSocket } from 'ws';
import { BadBatch, batcher, unbatch } from '../../bench/codec/batch.ts';
import type { Message } from '../../bench/contract.ts';
import { textOf } from './http/http.ts';
import { endSocket } from './sockets.ts';

/** How messages are put into frames for one session, and taken out of them. */
export interface Peer {
  send(message: Message, binary: boolean): void;
  /** Sends what waits for company. */
  flush(): void;
  read(frame: Buffer, binary: boolean, each: (message: Message) => void): void;
}

/** One message a frame, or what comes within `batchMs` together. */
export function peerOf(socket: WebSocket, { batchMs, messageBytes }: { batchMs: number; messageBytes: number }): Peer {
  if (batchMs === 0) {
    return {
      send: (message, binary) => socket.send(message, { binary }),
      flush: () => {},
      read: (frame, _binary, each) => each(frame),
    };
  }
  const { add, flush } = batcher(batchMs, (frame) => socket.send(frame));
  return {
    send: (message, binary) => add(binary ? message : textOf(message)),
    flush,
    read(frame, binary, each) {
      try {
        unbatch(binary ? frame : frame.toString(), (message) => {
          if (Buffer.byteLength(message) > messageBytes) endSocket(socket, 1009, 'message too large');
          else each(message);
        });
      } catch (error) {
        if (!(error instanceof BadBatch)) throw error;
        // RFC 6455 §7.4.1: data that is not what its type says.
        endSocket(socket, 1007, error.message);
      }
    },
  };
}

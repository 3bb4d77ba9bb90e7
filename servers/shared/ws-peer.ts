import type { WebSocket } from 'ws';
import { BadBatch, batcher, unbatch } from '../../bench/codec/batch.ts';
import type { Message } from '../../bench/contract.ts';

import { textOf } from './messages.ts';
import { endSocket } from './sockets.ts';

/** Encodes and decodes the frames of one session. */
export interface Peer {
  send(message: Message, binary: boolean): void;
  /** Sends messages that wait for a batch. */
  flush(): void;
  read(frame: Buffer, binary: boolean, each: (message: Message) => void): void;
}

/** Creates a peer with one message a frame, or with the messages of `batchMs` in one frame. */
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
        // RFC 6455 §7.4.1: data inconsistent with its type.
        endSocket(socket, 1007, error.message);
      }
    },
  };
}

import type { Way } from '../proxy/watch.ts';
import { asksForWebSocket, headOf, switches } from './http.ts';
import { OPCODES, WebSocketReader } from './websocket.ts';

/** Unit of what passes: a WebSocket frame, a datagram, a head of HTTP, or a piece of a stream as it was read. */
export interface PassedFrame {
  readonly way: Way;
  /** `WebSocket text`, `HTTP`, `datagram`. */
  readonly kind: string;
  /** Its length in the stream, headers included. */
  readonly bytes: number;
  /** Beginning of its content. */
  readonly content: Uint8Array;
}

/** Bytes of a frame that are kept to be shown. */
export const SHOWN_BYTES = 512;

/** State of one direction of a stream. */
interface Direction {
  /** Bytes of the first head that have come. */
  head: Buffer;
  /** `head`: its first head is not complete; `http`: pieces are shown as they come; `frames`: it carries WebSocket frames. */
  state: 'head' | 'http' | 'frames';
  readonly frames: WebSocketReader;
}

const direction = (): Direction => ({ head: Buffer.alloc(0), state: 'head', frames: new WebSocketReader() });

/**
 * Cuts what passes on a connection into frames: those of WebSocket after an upgrade, and pieces of HTTP otherwise. Datagrams are shown
 * whole. Pure.
 */
export class ConnectionReader {
  readonly #directions: Readonly<Record<Way, Direction>> = { up: direction(), down: direction() };
  readonly #kind: 'stream' | 'datagrams';
  /** True if the client has asked for a WebSocket. */
  #asked = false;

  constructor(kind: 'stream' | 'datagrams') {
    this.#kind = kind;
  }

  read(way: Way, bytes: Uint8Array): PassedFrame[] {
    if (this.#kind === 'datagrams') return [passed(way, 'datagram', bytes, bytes.length)];
    const one = this.#directions[way];
    if (one.state === 'head') return this.#readHead(way, one, bytes);
    if (one.state === 'http') return [passed(way, 'HTTP', bytes, bytes.length)];
    const frames = one.frames
      .read(bytes)
      .map(({ opcode, compressed, payload, bytes: length }) =>
        passed(way, `WebSocket ${OPCODES[opcode]}${compressed ? ', compressed' : ''}`, payload, length),
      );
    return one.frames.broken && frames.length === 0 ? [passed(way, 'bytes', bytes, bytes.length)] : frames;
  }

  #readHead(way: Way, one: Direction, bytes: Uint8Array): PassedFrame[] {
    one.head = Buffer.concat([one.head, bytes]);
    const cut = headOf(one.head);
    if (cut === undefined) return [];
    const all = one.head;
    one.head = Buffer.alloc(0);
    if (cut === null) {
      one.state = 'http';
      return [passed(way, 'bytes', all, all.length)];
    }
    const { head, rest } = cut;
    const becomesFrames = way === 'up' ? asksForWebSocket(head) : this.#asked && switches(head);
    if (way === 'up' && becomesFrames) this.#asked = true;
    one.state = becomesFrames ? 'frames' : 'http';
    if (!becomesFrames) return [passed(way, 'HTTP', all, all.length)];
    return [passed(way, 'HTTP', head, head.length), ...(rest.length === 0 ? [] : this.read(way, rest))];
  }
}

function passed(way: Way, kind: string, content: Uint8Array, bytes: number): PassedFrame {
  return { way, kind, bytes, content: content.slice(0, SHOWN_BYTES) };
}

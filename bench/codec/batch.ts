import type { Message } from '../contract.ts';

/**
 * Several messages in one frame, so that they share its header, its packet and the work of sending it.
 *
 *     text     5:hello3:bye                  each after its length, in the units that strings count (UTF-16)
 *     bytes    00000005 … 00000003 …         each after its length in bytes, four of them, big endian
 *
 * Lengths and not separators: a message may hold anything, and nothing is escaped. A frame is of one kind.
 */

/** What a batch holds at least when it leaves before its time, in characters or bytes. The last message may go beyond. */
export const FULL_BATCH = 65_536;

const PREFIX_BYTES = 4;

/** A frame that is no batch. */
export class BadBatch extends Error {}

export interface Batcher {
  add(message: Message): void;
  /** Sends what waits, now. */
  flush(): void;
}

/** Gathers messages from the first one on for so many milliseconds, then hands on the frame that holds them all. */
export function batcher(batchMs: number, sendFrame: (frame: Message) => void): Batcher {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let text = '';
  let bytes: Uint8Array[] = [];
  let byteCount = 0;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (text !== '') {
      const frame = text;
      text = '';
      sendFrame(frame);
    }
    if (bytes.length > 0) {
      const frame = joined(bytes, byteCount);
      bytes = [];
      byteCount = 0;
      sendFrame(frame);
    }
  }

  return {
    add(message) {
      if (typeof message === 'string') {
        if (byteCount > 0) flush();
        text += `${message.length}:${message}`;
      } else {
        if (text !== '') flush();
        bytes.push(message);
        byteCount += PREFIX_BYTES + message.length;
      }
      if (Math.max(text.length, byteCount) >= FULL_BATCH) flush();
      else timer ??= setTimeout(flush, batchMs);
    },
    flush,
  };
}

function joined(messages: readonly Uint8Array[], byteCount: number): Uint8Array {
  const frame = new Uint8Array(byteCount);
  const view = new DataView(frame.buffer);
  let at = 0;
  for (const message of messages) {
    view.setUint32(at, message.length);
    frame.set(message, at + PREFIX_BYTES);
    at += PREFIX_BYTES + message.length;
  }
  return frame;
}

/** Calls `each` for every message of a frame, in order. Throws `BadBatch` at the first thing that is none. */
export function unbatch(frame: Message, each: (message: Message) => void): void {
  if (typeof frame === 'string') unbatchText(frame, each);
  else unbatchBytes(frame, each);
}

function unbatchText(frame: string, each: (message: string) => void): void {
  for (let at = 0; at < frame.length; ) {
    const colon = frame.indexOf(':', at);
    const digits = colon < 0 ? '' : frame.slice(at, colon);
    const end = colon + 1 + Number(digits);
    if (!/^\d{1,9}$/.test(digits) || end > frame.length) throw new BadBatch('a text batch that is none');
    each(frame.slice(colon + 1, end));
    at = end;
  }
}

function unbatchBytes(frame: Uint8Array, each: (message: Uint8Array) => void): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let at = 0; at < frame.length; ) {
    const end = at + PREFIX_BYTES > frame.length ? Number.POSITIVE_INFINITY : at + PREFIX_BYTES + view.getUint32(at);
    if (end > frame.length) throw new BadBatch('a batch of bytes that is none');
    each(frame.subarray(at + PREFIX_BYTES, end));
    at = end;
  }
}

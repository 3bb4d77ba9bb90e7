import type { Message } from '../contract.ts';

/**
 * Batches of several messages in one frame, which share its header, its packet and the work of sending it.
 *
 *     text     5:hello3:bye                  each message after its length in UTF-16 units
 *     bytes    00000005 … 00000003 …         each message after its length in bytes, in four bytes, big endian
 *
 * Lengths instead of separators, so that nothing needs escaping. A frame contains either text or bytes.
 */

/** Size at which a batch is sent before its time, in UTF-16 units or bytes. The last message may exceed it. */
export const FULL_BATCH = 65_536;

const PREFIX_BYTES = 4;

/** Error for a frame that is not a batch. */
export class BadBatch extends Error {}

export interface Batcher {
  add(message: Message): void;
  /** Sends the waiting messages now. */
  flush(): void;
}

/** Collects messages for `batchMs` milliseconds from the first one on, then sends them all in one frame. */
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

/** Calls `each` for every message of a frame, in order. Throws `BadBatch` if the frame is malformed. */
export function unbatch(frame: Message, each: (message: Message) => void): void {
  if (frame.length === 0) throw new BadBatch('an empty batch');
  if (typeof frame === 'string') unbatchText(frame, each);
  else unbatchBytes(frame, each);
}

function unbatchText(frame: string, each: (message: string) => void): void {
  for (let at = 0; at < frame.length; ) {
    const colon = frame.indexOf(':', at);
    const digits = colon < 0 ? '' : frame.slice(at, colon);
    const end = colon + 1 + Number(digits);
    if (!/^\d{1,9}$/.test(digits) || end > frame.length) throw new BadBatch('malformed text batch');
    each(frame.slice(colon + 1, end));
    at = end;
  }
}

function unbatchBytes(frame: Uint8Array, each: (message: Uint8Array) => void): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  for (let at = 0; at < frame.length; ) {
    const end = at + PREFIX_BYTES > frame.length ? Number.POSITIVE_INFINITY : at + PREFIX_BYTES + view.getUint32(at);
    if (end > frame.length) throw new BadBatch('malformed batch of bytes');
    each(frame.subarray(at + PREFIX_BYTES, end));
    at = end;
  }
}

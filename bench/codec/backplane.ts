import type { Encoding, Message } from '../contract.ts';
import { bufferOf } from './bytes.ts';

/**
 * Form of a message on its way through Redis, which carries bytes alone: one byte for its kind, `t` for text and `b` for bytes, then the
 * message. Without it a text would reach the sessions as bytes.
 */
const TEXT = 't'.charCodeAt(0);
const BYTES = 'b'.charCodeAt(0);

/**
 * Wraps a message.
 *
 * @param encoding kind of the messages of this trial, since a server may pass on the UTF-8 bytes of a text
 */
export function wrapped(message: Message, encoding: Encoding | undefined): Buffer {
  const isText = typeof message === 'string' || encoding === 'text';
  const content = typeof message === 'string' ? Buffer.from(message) : bufferOf(message);
  const envelope = Buffer.allocUnsafe(1 + content.length);
  envelope[0] = isText ? TEXT : BYTES;
  content.copy(envelope, 1);
  return envelope;
}

/** Takes a message out of its envelope. Throws for bytes that are none. */
export function unwrapped(envelope: Buffer): Message {
  const content = envelope.subarray(1);
  if (envelope[0] === TEXT) return content.toString();
  if (envelope[0] === BYTES) return content;
  throw new Error('the back-plane brought bytes that are no message; let no other program use its channel');
}

/** Key of a log's stream. */
export const streamKey = (channel: string): string => `${channel}:log`;

/** Id of the entry of a record. An entry cannot be number 0, so that is the place before the first record. */
export const idOfOffset = (offset: number): string => `0-${offset + 1}`;

/** Place of an entry; undefined if it is none of a log's. */
export function offsetOfId(id: string): number | undefined {
  const [, number] = /^0-([1-9][0-9]*)$/.exec(id) ?? [];
  return number === undefined ? undefined : Number(number) - 1;
}

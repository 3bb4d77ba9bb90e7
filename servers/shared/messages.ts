import { bufferOf } from '../../bench/codec/bytes.ts';
import type { Message } from '../../bench/contract.ts';

/** Length of base64 relative to the bytes that it encodes (RFC 4648 §4). */
export const BASE64_GROWTH = 4 / 3;

/** Text of a message, whether it came as a string or as its UTF-8 bytes. */
export function textOf(message: Message): string {
  return typeof message === 'string' ? message : bufferOf(message).toString();
}

/** True if a message is longer than `maxBytes`. A UTF-16 unit takes one to three bytes, which are counted only if that decides. */
export function isLonger(message: Message, maxBytes: number): boolean {
  if (typeof message !== 'string') return message.length > maxBytes;
  return message.length > maxBytes || (3 * message.length > maxBytes && Buffer.byteLength(message) > maxBytes);
}

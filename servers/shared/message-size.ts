import type { Message } from '../../bench/contract.ts';

/** True if a message is longer than `maxBytes`. A character is one to three bytes: they are counted only where that decides. */
export function isLonger(message: Message, maxBytes: number): boolean {
  if (typeof message !== 'string') return message.length > maxBytes;
  return message.length > maxBytes || (3 * message.length > maxBytes && Buffer.byteLength(message) > maxBytes);
}

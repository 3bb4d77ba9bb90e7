import { bufferOf } from '../../bench/codec/bytes.ts';

/** Encodes bytes as base64 (RFC 4648 §4), in Node.js or in a browser. */
export function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer !== 'undefined') return bufferOf(bytes).toString('base64');
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Decodes base64, in Node.js or in a browser. */
export function fromBase64(text: string): Uint8Array {
  if (typeof Buffer !== 'undefined') return Buffer.from(text, 'base64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

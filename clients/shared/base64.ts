import { bufferOf } from '../../bench/codec/bytes.ts';

/** Encodes bytes as base64 (RFC 4648 §4), in Node.js or in a browser. */
export function toBase64(bytes: Uint8Array): string {
  if (typeof Buffer !== 'undefined') return bufferOf(bytes).toString('base64');
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Decodes base64, in Node.js or in a browser. Undefined for anything else. */
export function fromBase64(text: unknown): Uint8Array | undefined {
  // No text of base64 has one character beyond a multiple of four.
  if (typeof text !== 'string' || text.length % 4 === 1) return undefined;
  if (typeof Buffer !== 'undefined') {
    // Node.js leaves out what is not base64, so that there are fewer bytes than the text's length says.
    const bytes = Buffer.from(text, 'base64');
    return bytes.length === lengthOf(text) ? bytes : undefined;
  }
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Number of bytes that a text of base64 stands for: three for four characters. */
function lengthOf(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return Math.floor(((text.length - padding) * 3) / 4);
}

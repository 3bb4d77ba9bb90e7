import type { Unreadable } from '../contract.ts';

/** Number of bytes or characters that are described of an arrival: more than is shown, because a token can only be hidden if it is whole. */
const HEAD = 1_024;

/** Largest arrival that a client keeps, in bytes: far more than the largest message, in any encoding, that a run can ask a server to send. */
export const MAX_ARRIVAL_BYTES = 1 << 26;

/** Describes an arrival that is not a message: a text, bytes, or any value that a library decoded. */
export function unreadable(kind: string, arrived: unknown): Unreadable {
  if (arrived instanceof ArrayBuffer) return ofBytes(kind, new Uint8Array(arrived));
  if (ArrayBuffer.isView(arrived))
    return ofBytes(kind, new Uint8Array(arrived.buffer, arrived.byteOffset, arrived.byteLength));
  const text = typeof arrived === 'string' ? arrived : jsonOf(arrived);
  return { kind, length: lengthOf(text), head: text.slice(0, HEAD) };
}

/** Number of bytes of a text in UTF-8. */
function lengthOf(text: string): number {
  return typeof Buffer === 'undefined' ? new TextEncoder().encode(text).length : Buffer.byteLength(text);
}

function ofBytes(kind: string, bytes: Uint8Array): Unreadable {
  const first = bytes.subarray(0, HEAD);
  return { kind, length: bytes.length, head: textOf(first) };
}

/** Text in bytes: UTF-8, whose last character may be cut, or else a character for each byte. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}

/** JSON of a value, or nothing for one that JSON cannot have or that is nested too deeply. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

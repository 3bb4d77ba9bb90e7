import { bufferOf } from './bytes.ts';

/**
 * Encodes a text as an event of an event stream. A line feed starts another `data:` line; the reader joins the lines again. A
 * carriage return would reach the reader as a line feed, so a text that has one travels as a JSON string in an event named
 * `json`. WHATWG HTML §9.2.5, §9.2.6
 */
export function encodeEvent(text: string): Buffer {
  if (text.includes('\r')) return Buffer.from(`event: json\ndata: ${JSON.stringify(text)}\n\n`);
  return Buffer.from(`data: ${text.includes('\n') ? text.replaceAll('\n', '\ndata: ') : text}\n\n`);
}

/** Encodes bytes as base64 in an event named `b`, because an event stream is text. */
export function encodeBytesEvent(bytes: Uint8Array): Buffer {
  return Buffer.from(`event: b\ndata: ${bufferOf(bytes).toString('base64')}\n\n`);
}

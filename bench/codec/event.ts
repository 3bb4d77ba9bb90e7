import { bufferOf } from './bytes.ts';

/**
 * Encodes a text as an event of an event stream. A line feed starts another `data:` line; the reader joins the lines again. A
 * carriage return would reach the reader as a line feed, so a text that has one travels as a JSON string in an event named
 * `json`. WHATWG HTML §9.2.5, §9.2.6
 *
 * @param id what the reader brings as `Last-Event-ID` when it reconnects, once it has this event. It has no line end
 */
export function encodeEvent(text: string, id?: string): Buffer {
  if (text.includes('\r')) return Buffer.from(`${idLine(id)}event: json\ndata: ${JSON.stringify(text)}\n\n`);
  return Buffer.from(`${idLine(id)}data: ${text.includes('\n') ? text.replaceAll('\n', '\ndata: ') : text}\n\n`);
}

const idLine = (id: string | undefined): string => (id === undefined ? '' : `id: ${id}\n`);

/** Encodes the event that names a session, to whose address messages are posted. @param id the reader's place in the log */
export function encodeSessionEvent(session: string, id?: string): Buffer {
  return Buffer.from(`${idLine(id)}event: session\ndata: ${session}\n\n`);
}

/** Encodes bytes as base64 in an event named `b`, because an event stream is text. */
export function encodeBytesEvent(bytes: Uint8Array, id?: string): Buffer {
  return Buffer.from(`${idLine(id)}event: b\ndata: ${bufferOf(bytes).toString('base64')}\n\n`);
}

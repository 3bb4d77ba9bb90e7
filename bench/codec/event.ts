/**
 * One event of an event stream. A line feed in the text starts another `data:` line, which the reader joins again. A
 * carriage return would reach the reader as a line feed, so a text with one travels as a JSON string in an event named
 * `json`. WHATWG HTML §9.2.5, §9.2.6
 */
export function encodeEvent(text: string): Buffer {
  if (text.includes('\r')) return Buffer.from(`event: json\ndata: ${JSON.stringify(text)}\n\n`);
  return Buffer.from(`data: ${text.includes('\n') ? text.replaceAll('\n', '\ndata: ') : text}\n\n`);
}

/** Bytes as an event of their own kind, named `b`: an event stream is text. */
export function encodeBytesEvent(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  return Buffer.from(`event: b\ndata: ${text}\n\n`);
}

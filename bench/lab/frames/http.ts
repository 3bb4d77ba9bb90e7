const HEAD_END = Buffer.from('\r\n\r\n');

/** Longest head that is waited for. */
const MAX_HEAD_BYTES = 1 << 16;

/** Cuts the first head of an HTTP/1.1 stream off. Undefined while it is not complete; null if it is too long to be one. Pure. */
export function headOf(bytes: Buffer): { readonly head: Buffer; readonly rest: Buffer } | undefined | null {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return bytes.length > MAX_HEAD_BYTES ? null : undefined;
  const at = end + HEAD_END.length;
  return { head: bytes.subarray(0, at), rest: bytes.subarray(at) };
}

/** True if a request asks for a WebSocket (RFC 6455 §4.1). */
export const asksForWebSocket = (head: Buffer): boolean => /^upgrade: *websocket *$/im.test(head.toString('latin1'));

/** True if an answer switches protocols. */
export const switches = (head: Buffer): boolean => /^HTTP\/1\.1 101\b/.test(head.toString('latin1'));

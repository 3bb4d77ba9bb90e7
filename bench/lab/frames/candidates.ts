import type { Rewrite } from '../proxy/tcp.ts';
import { headOf } from './http.ts';
import { textFrame, WebSocketReader } from './websocket.ts';

/** Address in an ICE candidate of a session description (RFC 8839 §5.1): its address and port. */
const CANDIDATE = /(a=candidate:\S+ \d+ udp \d+ )\S+ \d+( typ host)/gi;

/** Names another address and port in every UDP candidate of a text. Pure. */
export const withAddress = (text: string, host: string, port: number): string =>
  text.replace(CANDIDATE, `$1${host} ${port}$2`);

/**
 * Makes a rewriter of a server's signalling over WebSocket: the candidates in it name the proxy, since the server knows only its own
 * address. Everything else passes as it is.
 */
export function namingProxy(host: () => string, port: () => number): () => Rewrite {
  return () => {
    const reader = new WebSocketReader();
    let head: Buffer | undefined = Buffer.alloc(0);
    const rewriteFrames = (bytes: Buffer): Buffer => {
      // A server's frames have no mask, so only those that change have to be written anew; the others keep their bytes.
      const before = reader.waitingBytes;
      const all = Buffer.concat([before, bytes]);
      let at = 0;
      const pieces = reader.read(bytes).map(({ opcode, payload, bytes: length }) => {
        const raw = all.subarray(at, at + length);
        at += length;
        if (opcode !== 1) return raw;
        const text = Buffer.from(payload).toString();
        const changed = withAddress(text, host(), port());
        return changed === text ? raw : textFrame(changed);
      });
      return reader.broken ? all.subarray(at) : Buffer.concat(pieces);
    };
    return (bytes) => {
      if (head === undefined) return rewriteFrames(bytes);
      const cut = headOf(Buffer.concat([head, bytes]));
      if (cut === undefined) {
        head = Buffer.concat([head, bytes]);
        return Buffer.alloc(0);
      }
      const all = Buffer.concat([head, bytes]);
      head = undefined;
      return cut === null ? all : Buffer.concat([cut.head, rewriteFrames(cut.rest)]);
    };
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { bindForeign, described, endSocket, type Foreign, writeInPieces } from './foreign.ts';
import type { Random } from './random.ts';

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const PING = 9;

/** Protocol above WebSocket of a fuzzed server. */
export interface Above {
  readonly scheme?: 'http';
  readonly subprotocol?: string;
  /** Answers a request that is no upgrade. It is answered with 404 if left out. */
  answer?(request: IncomingMessage, response: ServerResponse): void;
  /** Says what opens a session, when the connection is open. Nothing by itself if left out. */
  open?(say: (payload: Payload) => void): void;
  /** Answers what the client has sent. */
  hear?(data: Buffer, say: (payload: Payload) => void): void;
  /** Payloads of the next arrival, the min number of messages and unreadable arrivals in them, and whether the connection ends then. */
  next(): { readonly payloads: readonly Payload[]; readonly counts: number; readonly ends?: boolean };
  /** Payload that an opening may have in place of the proper one. */
  junk(): Payload;
}

export type Payload = string | Uint8Array;

/** Plays a server over WebSocket: `ws` reads what clients send, and frames are written to the socket by hand, right or wrong. */
export async function listenForWebSockets(random: Random, above: Above): Promise<Foreign> {
  const server = createServer((request, response) =>
    above.answer === undefined ? response.writeHead(404).end() : above.answer(request, response),
  );
  const reader = new WebSocketServer({ noServer: true, ...(above.subprotocol === undefined ? {} : subprotocols) });
  let newest: Socket | undefined;
  server.on('upgrade', (request, stream, head) => {
    const socket = stream as Socket;
    newest = socket;
    const any = foreign.opening === 'any';
    if (any && random.oneIn(3)) return writeInPieces(random, socket, Buffer.from(refusal(random)), true);
    reader.handleUpgrade(request, socket, head, (peer: WebSocket) => {
      const say = (payload: Payload): void => void socket.write(frame(payload));
      peer.on('error', () => {});
      if (!any) {
        peer.on('message', (data: Buffer) => above.hear?.(data, say));
        above.open?.(say);
        return;
      }
      // Properly begun or not, and broken off.
      if (random.oneIn(2)) above.open?.(say);
      peer.on('message', (data: Buffer) => {
        if (random.oneIn(3)) above.hear?.(data, say);
        else say(above.junk());
        if (random.oneIn(2)) endSocket(random, socket);
      });
      if (random.oneIn(2)) say(above.junk());
      setTimeout(() => endSocket(random, socket), random.below(10));
    });
  });
  const bound = await bindForeign(server);
  const foreign: Foreign = {
    ...bound,
    url: `${above.scheme ?? 'ws'}://${bound.authority}`,
    opening: 'sound',
    say: (what) => void newest!.write(frame(what)),
    arrive() {
      const { payloads, counts, ends = false } = above.next();
      const frames = payloads.flatMap((payload) => framesOf(random, payload));
      const broken = random.oneIn(25) ? brokenFrame(random) : undefined;
      const bytes = Buffer.concat([...frames, ...(broken === undefined ? [] : [broken])]);
      writeInPieces(random, newest!, bytes, ends || broken !== undefined);
      const then = broken === undefined ? '' : `, then ${described(broken)} and the end`;
      return { what: `${payloads.map(described).join(' ')}${then}`, counts: counts + (broken === undefined ? 0 : 1) };
    },
  };
  return foreign;
}

const subprotocols = { handleProtocols: (offered: Set<string>) => offered.values().next().value ?? false };

function refusal(random: Random): string {
  const status = random.pick([
    '200 OK',
    '401 Unauthorized',
    '404 Not Found',
    '503 Busy',
    '101 Switching Protocols',
    '999 ?',
    'x',
  ]);
  return random.pick([
    `HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nno`,
    `HTTP/1.1 ${status}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${random.text()}\r\n\r\n`,
    random.text(),
  ]);
}

/** Frame of a server (RFC 6455 §5.2). */
function frame(payload: Payload, opcode = typeof payload === 'string' ? TEXT : BINARY, first = 0x80): Buffer {
  const bytes = Buffer.from(payload as string);
  const { length } = bytes;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first | opcode;
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, bytes]);
}

/** Frames of one message: one, several fragments, or with a ping before it. */
function framesOf(random: Random, payload: Payload): Buffer[] {
  if (random.oneIn(8)) return [frame(random.bytes(), PING), frame(payload)];
  if (!random.oneIn(8)) return [frame(payload)];
  const bytes = Buffer.from(payload as string);
  const at = random.below(bytes.length + 1);
  const opcode = typeof payload === 'string' ? TEXT : BINARY;
  return [frame(bytes.subarray(0, at), opcode, 0), frame(bytes.subarray(at), CONTINUATION)];
}

/** Frame that breaks a rule of RFC 6455, or ends the session. */
function brokenFrame(random: Random): Buffer {
  const code = Buffer.alloc(2);
  code.writeUInt16BE(random.pick([0, 1000, 1001, 1005, 1006, 1011, 4400, 65_535]));
  return random.pick([
    frame(random.bytes(), random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])),
    frame(random.bytes(), CONTINUATION),
    frame(random.bytes(), TEXT, random.pick([0x90, 0xa0, 0xc0, 0xf0])),
    frame(Buffer.of(0xc3, 0x28), TEXT),
    frame(Buffer.alloc(130), PING),
    frame(Buffer.concat([code, random.bytes()]), 8),
    frame(random.bytes(1), 8),
    Buffer.of(0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    Buffer.of(0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255),
    Buffer.of(0x82, 127, 0, 0, 0, 0, 255, 255, 255, 255),
    random.bytes(),
  ]);
}

import { deflateRawSync } from 'node:zlib';
import { type Attack, CLOSED, closeReason, DECLARED_BYTES, flood, type Target, writeSlowly } from './tools/attack.ts';
import { BINARY, frame, PING, pieces } from './tools/frames.ts';
import type { WebSocketSurface } from './tools/surface.ts';
import { openWebSocket } from './tools/websocket.ts';

/** Attacks on RFC 6455 itself, whatever the frames carry. */
export const webSocketAttacks = (surface: WebSocketSurface): readonly Attack[] => [
  {
    name: 'a declared frame of 256 MiB, a byte at a time',
    refused: closeCode(surface, /1009/),
    async run(target) {
      const peer = await openWebSocket(target, surface);
      await peer.write(frame('', { opcode: BINARY, declares: DECLARED_BYTES }));
      return writeSlowly(peer, 'x');
    },
  },
  {
    name: 'a message in one-byte fragments',
    refused: closeCode(surface, /1008/),
    run: (target) => fragments(target, surface, 'x'),
  },
  {
    name: 'a message in empty fragments',
    refused: closeCode(surface, /1008/),
    run: (target) => fragments(target, surface, ''),
  },
  {
    name: 'a compression bomb',
    // 1002 where no compression was agreed on: the bit that says so is then a reserved one.
    refused: closeCode(surface, /100[29]/),
    async run(target) {
      const peer = await openWebSocket(target, surface, { deflate: true });
      await peer.write(frame(deflateRawSync(Buffer.alloc(10_000_000)), { opcode: BINARY, rsv1: true }));
      return closeReason(peer);
    },
  },
  {
    name: 'a flood of pings',
    // 1008 where they are read one by one; where many wait for their pongs, `ws` closes without a word.
    refused: CLOSED,
    async run(target) {
      const peer = await openWebSocket(target, surface);
      await flood(peer, frame('', { opcode: PING }), 50_000);
      return closeReason(peer);
    },
  },
  ...(surface.refusals.silence === undefined ? [] : [silentSession(surface, surface.refusals.silence)]),
];

function silentSession(surface: WebSocketSurface, refused: RegExp): Attack {
  return {
    name: 'a WebSocket that never says who it is',
    refused,
    async run(target) {
      return closeReason(await openWebSocket(target, surface));
    },
  };
}

async function fragments(target: Target, surface: WebSocketSurface, payload: string): Promise<string> {
  const peer = await openWebSocket(target, surface);
  await peer.write(pieces(payload, 50_000));
  return closeReason(peer);
}

function closeCode({ hidesCloseCodes }: WebSocketSurface, code: RegExp): RegExp {
  return hidesCloseCodes ? CLOSED : code;
}

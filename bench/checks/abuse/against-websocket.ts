import { deflateRawSync } from 'node:zlib';
import { type Attack, CLOSED, closeReason, DECLARED_BYTES, flood, type Target, writeSlowly } from './tools/attack.ts';
import { BINARY, frame, PING, pieces } from './tools/frames.ts';
import type { WebSocketSurface } from './tools/surface.ts';
import { openWebSocket } from './tools/websocket.ts';

/** Attacks on the WebSocket protocol (RFC 6455), whatever its frames carry. */
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
    // 1002 where compression was not agreed on: the bit RSV1 is then reserved.
    refused: closeCode(surface, /100[29]/),
    async run(target) {
      const peer = await openWebSocket(target, surface, { deflate: true });
      await peer.write(frame(deflateRawSync(Buffer.alloc(10_000_000)), { opcode: BINARY, rsv1: true }));
      return closeReason(peer);
    },
  },
  {
    name: 'a flood of pings',
    // The close code is 1008 where pings are read one by one; `ws` closes without a code where many pongs are waiting.
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
    name: 'a WebSocket that never authenticates',
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

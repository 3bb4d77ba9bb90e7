import { type Attack, CLOSED, closeReason, writeSlowly } from './tools/attack.ts';
import type { AttackSurface } from './tools/surface.ts';

/** Returns the first bytes of a connection, after which the server waits for more. */
function openingOf(surface: Exclude<AttackSurface, { protocol: 'udp' }>): string | Uint8Array {
  switch (surface.protocol) {
    case 'tcp-stream':
      return surface.opening;
    case 'http':
      return 'GET / HTTP/1.1\r\nHost: a\r\nSlow: ';
    case 'websocket':
      return `GET ${surface.path ?? '/'} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSlow: `;
    case 'http2':
      return 'PRI * HTTP/2.0\r\n';
  }
}

/** Attacks on anything that listens for TCP connections. */
export function tcpAttacks(surface: Exclude<AttackSurface, { protocol: 'udp' }>): readonly Attack[] {
  return [
    {
      name: 'connections that say nothing',
      refused: CLOSED,
      async run({ dial }) {
        const peers = await Promise.all(Array.from({ length: 20 }, dial));
        return (await Promise.all(peers.map(closeReason)))[0]!;
      },
    },
    {
      name: 'a first line without end, a byte at a time',
      refused: CLOSED,
      async run({ dial }) {
        const peer = await dial();
        await peer.write(openingOf(surface));
        return writeSlowly(peer, 'x');
      },
    },
  ];
}

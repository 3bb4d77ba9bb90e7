import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack } from './tools/attack.ts';

const NOISE_DATAGRAMS = 20_000;
/** Time without an answer after which the server counts as silent. */
const SILENCE_MS = 1_000;
/** Minimum size of a datagram that begins a QUIC connection of version 1. RFC 9000 §14.1 */
const INITIAL_BYTES = 1_200;

/** Datagrams that anyone can send to an open UDP port. There is no connection to cut; the other sessions must not suffer. */
export const noiseAttacks: readonly Attack[] = [
  {
    name: 'meaningless datagrams',
    refused: /silent/,
    run: ({ url }) => sendNoise(url),
  },
];

/** Sends noise and invalid first datagrams of connections; resolves once no more answers come. */
async function sendNoise(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = createSocket(hostname.startsWith('[') ? 'udp6' : 'udp4');
  const initial = randomBytes(INITIAL_BYTES);
  // A long header of version 1, with connection identifiers of eight bytes.
  initial.set([0xc0, 0, 0, 0, 1, 8]);
  initial[14] = 8;
  // A STUN binding request (RFC 8489 §5) without a user name.
  const binding = Buffer.concat([Buffer.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42), randomBytes(12)]);
  const kinds = [initial, binding, randomBytes(1), randomBytes(1_400), Buffer.alloc(100, 0x16)];
  try {
    for (let sent = 0; sent < NOISE_DATAGRAMS; sent += kinds.length) {
      for (const kind of kinds) socket.send(kind, Number(port), hostname.replace(/^\[|\]$/g, ''));
      if (sent % 500 === 0) await new Promise(setImmediate);
    }
    let heard = performance.now();
    socket.on('message', () => {
      heard = performance.now();
    });
    while (performance.now() - heard < SILENCE_MS) await sleep(SILENCE_MS / 4);
    return 'silent';
  } finally {
    socket.close();
  }
}

import { gzipSync } from 'node:zlib';
import { type Attack, CLOSED, closeReason, DECLARED_BYTES, flood, writeSlowly } from './tools/attack.ts';
import { answersIn, authorized, openPoster } from './tools/http.ts';
import type { HttpSurface } from './tools/surface.ts';

/** Number of requests sent on one connection before their answers are awaited. */
const AT_ONCE = 10;

/** Attacks on any server that reads HTTP/1.1 requests, even if only for a handshake. */
export const requestAttacks: readonly Attack[] = [
  {
    name: 'an endless header',
    refused: / 431 /,
    async run({ dial }) {
      const peer = await dial();
      await peer.write('GET / HTTP/1.1\r\nHost: a\r\nEndless: ');
      await flood(peer, 'x'.repeat(1_000), 1_000);
      return closeReason(peer);
    },
  },
  {
    name: 'three thousand headers',
    refused: / 4\d\d /,
    async run({ dial }) {
      const peer = await dial();
      const headers = Array.from({ length: 3_000 }, () => 'a:b\r\n').join('');
      await peer.write(`GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n`);
      return closeReason(peer);
    },
  },
  {
    name: 'thousands of requests at once, answers never read',
    refused: CLOSED,
    async run({ dial, token }) {
      const peer = await dial();
      peer.freeze();
      const requests = `GET /none?access_token=${token} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(20_000);
      // Not awaited: the system's buffers never take all of them while the peer does not read.
      void peer.write(requests);
      setTimeout(() => peer.thaw(), 4_000);
      return closeReason(peer);
    },
  },
];

/** Attacks on servers whose sessions are opened, and whose messages are posted, by HTTP/1.1 requests. */
export const httpAttacks = (surface: HttpSurface): readonly Attack[] => [
  {
    name: 'a body a byte at a time',
    refused: / 408 |closed/,
    async run(target) {
      const { peer, head } = await openPoster(target, surface);
      await peer.write(`${head}Content-Length: 1000\r\n\r\n`);
      return writeSlowly(peer, 'x');
    },
  },
  {
    name: 'a body of one-byte chunks that stops before its end',
    refused: / 408 |closed/,
    async run(target) {
      const { peer, head } = await openPoster(target, surface);
      await peer.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      await flood(peer, '1\r\nx\r\n', target.limits.messageBytes - 1_000);
      return closeReason(peer);
    },
  },
  {
    name: 'a declared body of 256 MiB, a byte at a time',
    refused: surface.ignoresBodyHeaders ? / 408 |closed/ : / 413 /,
    async run(target) {
      const { peer, head } = await openPoster(target, surface);
      await peer.write(`${head}Content-Length: ${DECLARED_BYTES}\r\n\r\n`);
      return writeSlowly(peer, 'x');
    },
  },
  {
    name: 'a body in chunks without end',
    refused: / 413 /,
    async run(target) {
      const { peer, head } = await openPoster(target, surface);
      await peer.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      await flood(peer, `1000\r\n${'x'.repeat(0x1000)}\r\n`, 4_000);
      return closeReason(peer);
    },
  },
  ...(surface.ignoresBodyHeaders ? [] : [compressedBody(surface)]),
  ...(surface.outlivesConnection ? [unusedSessions(surface)] : []),
];

function compressedBody(surface: HttpSurface): Attack {
  return {
    name: 'a compressed body',
    refused: / 415 /,
    async run(target) {
      const { peer, head } = await openPoster(target, surface);
      const bomb = gzipSync(Buffer.alloc(10_000_000));
      await peer.write(`${head}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      await peer.write(bomb);
      return closeReason(peer);
    },
  };
}

function unusedSessions(surface: HttpSurface): Attack {
  return {
    name: 'sessions that are opened and never used',
    refused: / 429 /,
    async run(target) {
      const { dial, limits } = target;
      const peer = await dial();
      const request = `${surface.opens} HTTP/1.1\r\n${authorized(target)}Content-Length: 0\r\n\r\n`;
      for (let opened = 0; opened <= limits.subscriptions; opened += AT_ONCE) {
        if (!(await peer.write(request.repeat(AT_ONCE)))) break;
        // Rejects once the server has refused a session and closed the connection.
        await peer.hears((text) => answersIn(text) >= opened + AT_ONCE).catch(() => {});
      }
      return closeReason(peer);
    },
  };
}

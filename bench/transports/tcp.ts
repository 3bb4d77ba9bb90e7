import {
  type Attack,
  CLOSED,
  closeReason,
  DECLARED_BYTES,
  flood,
  uint32,
  writeSlowly,
} from '../checks/abuse/tools/attack.ts';
import { asBytes, message, type Steps } from '../checks/micro/chain.ts';
import { callback } from '../checks/micro/memory-socket.ts';
import { encodeFrame, frameDecoder } from '../codec/frame.ts';
import type { BuiltInTransport } from './shape.ts';
import { inNoBrowser } from './shared/browsers.ts';
import { waitFor } from './shared/handshake.ts';
import { wholeSeconds } from './shared/heartbeats.ts';

const steps: Steps = async () => {
  const what = 'length-prefixed frame';
  const atServer = frameReader();
  const atClient = frameReader();
  return {
    up: message()
      .timed('client encode', what, 'wirebench', encodeFrame)
      .timed('server decode', what, 'wirebench', atServer),
    down: asBytes()
      .timed('server encode', what, 'wirebench', encodeFrame)
      .timed('client decode', `${what}, to text`, 'wirebench', (chunk) => atClient(chunk).toString()),
  };
};

function frameReader(): (chunk: Buffer) => Buffer {
  const frame = callback<Buffer>();
  const decode = frameDecoder(Number.POSITIVE_INFINITY, frame.put);
  return (chunk) => {
    decode(chunk);
    return frame.take();
  };
}

const attacks: readonly Attack[] = [
  {
    name: 'a frame declared as 256 MiB, a byte at a time',
    refused: CLOSED,
    async run({ dial, token }) {
      const peer = await dial();
      await peer.write(Buffer.concat([framed(token), uint32(DECLARED_BYTES)]));
      return writeSlowly(peer, 'x');
    },
  },
  {
    name: 'a flood of empty frames',
    refused: CLOSED,
    async run({ dial, token }) {
      const peer = await dial();
      await peer.write(framed(token));
      await peer.hears(({ length }) => length >= 4);
      await flood(peer, uint32(0), 100_000);
      return closeReason(peer);
    },
  },
];

function framed(text: string): Buffer {
  return Buffer.concat([uint32(text.length), Buffer.from(text)]);
}

export const transport: BuiltInTransport = {
  id: 'tcp',
  title: 'Raw TCP',
  family: 'floor',
  floor: true,
  browser: inNoBrowser('uses TCP, which web pages cannot open'),
  capabilities: {
    binary: true,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    resume: 'log',
    sharesPort: 'always',
  },
  sessionKib: 13,
  dissection: { filter: 'tcp.len > 0' },
  addresses: {
    schemes: [
      { name: 'tcp', tls: false },
      { name: 'tls', tls: true },
      { name: 'ssl', tls: true, as: 'tls' },
    ],
    uses: [],
  },
  framing: {
    source: 'four bytes of length (bench/codec/frame.ts)',
    exchange: ({ size }) => ({ up: [4 + size], down: [4 + size] }),
  },
  roundTrips: [
    waitFor(
      'greeting',
      'the server’s empty frame (bench/codec/frame.ts): a connection is open before its server has seen it',
    ),
  ],
  steps,
  bareLoop: 'bare-tcp',
  handshake: 'the server must greet a connection with an empty frame, which is four zero bytes',
  heartbeats: wholeSeconds('tcp(7), TCP_KEEPIDLE', 32_767),
  surface: {
    protocol: 'tcp-stream',
    opening: Uint8Array.of(0, 0, 1, 0),
    refusals: { tooLarge: CLOSED, unauthorized: CLOSED, flood: CLOSED },
    untried: {
      'a head without end': 'the protocol begins with lengths, not with lines of text',
      'a compression bomb': 'the protocol has no compression',
    },
    attacks: async () => attacks,
  },
  foreign: async () => (await import('../checks/fuzz/tools/length-prefixed.ts')).listenForFrames,
  proxied: 'TCP',
  variants: [],
};

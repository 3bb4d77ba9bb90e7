import { type Attack, DECLARED_BYTES, flood, uint32 } from '../checks/abuse/tools/attack.ts';
import type { Http2Surface } from '../checks/abuse/tools/surface.ts';
import { message, type Steps } from '../checks/micro/chain.ts';
import { grpcMessage, HTTP2_WINDOW_BYTES, http2Data, http2Receiver } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { inNoBrowser } from './shared/browsers.ts';
import { waitFor } from './shared/handshake.ts';
import { anyInterval } from './shared/heartbeats.ts';

/** Computes the WINDOW_UPDATEs of a long-lived stream and of its connection, which nothing else uses. */
function receiver(): (payloads: readonly number[]) => number {
  const [stream, connection] = [http2Receiver(HTTP2_WINDOW_BYTES), http2Receiver(HTTP2_WINDOW_BYTES)];
  return (payloads) => stream(payloads) + connection(payloads);
}

const steps: Steps = async () => {
  const { decodeMessage, encodeMessage } = await import('../codec/messages.ts');
  const what = 'protobuf message';
  const library = '@grpc/proto-loader';
  return {
    up: message()
      .timed('client encode', what, library, (text) => encodeMessage(text))
      .timed('server decode', what, library, (bytes) => String(decodeMessage(bytes))),
    down: message()
      .timed('server encode', what, library, (text) => encodeMessage(text))
      .timed('client decode', what, library, (bytes) => String(decodeMessage(bytes))),
  };
};

/** Prefix of a message in a call: a compression flag and the length. */
function envelope(compressed: 0 | 1, length: number): Buffer {
  return Buffer.concat([Buffer.of(compressed), uint32(length)]);
}

async function callAttacks(): Promise<readonly Attack[]> {
  const [{ gzipSync }, { Http2Peer }] = await Promise.all([
    import('node:zlib'),
    import('../checks/abuse/tools/http2-peer.ts'),
  ]);
  return [
    {
      name: 'a message declared as 256 MiB, a byte at a time',
      refused: /grpc-status 8 /,
      async run(target) {
        await using peer = await Http2Peer.dial(target, surface);
        await peer.write(peer.down, envelope(0, DECLARED_BYTES));
        return await peer.told(peer.down);
      },
    },
    {
      name: 'a compression bomb in a call',
      refused: /grpc-status 12 /,
      async run(target) {
        await using peer = await Http2Peer.dial(target, surface, { fields: { 'grpc-encoding': 'gzip' } });
        const bomb = gzipSync(Buffer.alloc(10_000_000));
        await peer.write(peer.down, Buffer.concat([envelope(1, bomb.length), bomb]));
        return await peer.told(peer.down);
      },
    },
    {
      name: 'a message in a call that is falsely marked as compressed',
      refused: /grpc-status (12|13) /,
      async run(target) {
        await using peer = await Http2Peer.dial(target, surface);
        await peer.write(peer.down, Buffer.concat([envelope(1, 5), Buffer.from('nonsense').subarray(0, 5)]));
        return await peer.told(peer.down);
      },
    },
    {
      name: 'an endless call of empty messages',
      refused: /grpc-status 8 /,
      async run(target) {
        await using peer = await Http2Peer.dial(target, surface);
        await flood({ write: (bytes) => peer.write(peer.down, bytes) }, envelope(0, 0), 20_000);
        return await peer.told(peer.down);
      },
    },
  ];
}

const surface: Http2Surface = {
  protocol: 'http2',
  opens: 'POST /wirebench.Messages/Open',
  messages: {
    fields: [
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
    ],
    begin: (declaredBytes) => envelope(0, declaredBytes),
    async encode(text) {
      const { encodeMessage } = await import('../codec/messages.ts');
      const encoded = encodeMessage(text);
      return Buffer.concat([envelope(0, encoded.length), encoded]);
    },
  },
  refusals: { tooLarge: /RESOURCE_EXHAUSTED/, unauthorized: /UNAUTHENTICATED/, flood: /RESOURCE_EXHAUSTED|429/ },
  attacks: callAttacks,
};

export const transport: BuiltInTransport = {
  id: 'grpc',
  title: 'gRPC, bidirectional stream',
  family: 'rpc',
  browser: inNoBrowser(
    'needs HTTP/2 frames and trailers, which browsers hide from pages; they speak gRPC-Web through a proxy',
  ),
  capabilities: {
    binary: true,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    // A channel connects again, but a call that has ended stays ended.
    reconnects: false,
    resume: 'log',
    sharesPort: 'always',
  },
  sessionKib: 88,
  dissection: {
    filter: 'grpc',
    preferences: ['protobuf.try_dissect_as_string:TRUE'],
    // Without TLS, Wireshark recognizes HTTP/2 only at a port of HTTP.
    ports: { plain: 80, tls: 443 },
  },
  addresses: {
    schemes: [
      { name: 'grpc', tls: false },
      { name: 'grpcs', tls: true },
    ],
    uses: [],
  },
  framing: {
    source:
      'protobuf field, gRPC length-prefixed message, RFC 9113 §6.1 (DATA) and §6.9 (WINDOW_UPDATE), at half a window by nghttp2',
    session() {
      const atServer = receiver();
      const atClient = receiver();
      return ({ size }) => {
        const message = grpcMessage(size);
        const [up, down] = [http2Data(message), http2Data(message)];
        // A receiver sends WINDOW_UPDATEs with its next DATA, or before.
        return { up: [up.bytes + atClient(down.payloads)], down: [down.bytes + atServer(up.payloads)] };
      };
    },
  },
  roundTrips: [
    waitFor(
      'SETTINGS',
      'gRPC Connectivity Semantics, READY: no call before HTTP/2’s handshake, though RFC 9113 §3.4 would allow it',
    ),
    waitFor('call', 'gRPC over HTTP/2, Response-Headers'),
  ],
  steps,
  handshake:
    'the server must send its metadata before the first message; in grpc-js: call.sendMetadata(new Metadata()) when the call begins',
  heartbeats: anyInterval,
  surface,
  foreign: async () => (await import('../checks/fuzz/tools/grpc.ts')).listenForCalls,
  proxied: 'gRPC',
  variants: [],
};

import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import { encodeMessage } from '../../../codec/messages.ts';
import { bindForeign, described, endSocket, type Foreign, type ListenForeign } from './foreign.ts';
import type { Random } from './random.ts';

/** Message with its length before it (gRPC over HTTP/2, Length-Prefixed-Message). */
function enveloped(encoded: Uint8Array, flag = 0, declared = encoded.length): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(declared, 1);
  return Buffer.concat([head, encoded]);
}

const headers = (random: Random): Record<string, string | number> =>
  random.pick([
    {
      ':status': random.pick([200, 204, 301, 404, 500, 999]),
      'content-type': random.pick(['application/grpc', 'text/html', '']),
    },
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': random.pick(['0', '3', '16', '99', 'x']) },
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': random.pick(['gzip', 'x']) },
  ]);

const trailers = (random: Random): Record<string, string> => ({
  'grpc-status': random.pick(['0', '2', '16', '99', 'x']),
  'grpc-message': random.pick(['', '%zz%00', 'no']),
});

/** Plays a server of gRPC. Its connections pass through a plain socket, on which anything can be written between the frames. */
export const listenForCalls: ListenForeign = async (random) => {
  let stream: ServerHttp2Stream | undefined;
  let socket: Socket | undefined;
  /** Clients' connections by the port from which they are passed on. gRPC may open others than the one with the call. */
  const fronts = new Map<number, Socket>();
  const http2 = createHttp2Server();
  http2.on('sessionError', () => {}).on('session', (session) => void session.on('error', () => {}));
  http2.on('stream', (opened: ServerHttp2Stream) => {
    stream = opened.on('error', () => {}).resume();
    socket = fronts.get(opened.session?.socket.remotePort ?? 0);
    try {
      if (foreign.opening === 'sound') {
        opened.once('wantTrailers', () => opened.sendTrailers(trailers(random)));
        return opened.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      }
      opened.respond(headers(random));
      opened.end(random.pick([random.bytes(), enveloped(random.bytes())]));
    } catch {
      // A status or a field that Node.js refuses to send.
      opened.close(2);
    }
  });
  const inner = await bindForeign(http2);
  const front = createServer({ noDelay: true }, (client) => {
    if (foreign.opening === 'any') {
      if (random.oneIn(3)) {
        client.write(random.pick([random.bytes(), Buffer.from(random.text())]));
        return endSocket(random, client);
      }
      setTimeout(() => endSocket(random, client), random.below(20));
    }
    const server = connect(Number(inner.authority.split(':')[1]), '127.0.0.1').on('error', () => {});
    client.pipe(server).pipe(client);
    server.once('connect', () => {
      const port = server.localPort!;
      fronts.set(port, client);
      client.once('close', () => fronts.delete(port));
    });
    client.once('close', () => server.destroy());
  });
  const bound = await bindForeign(front);

  function end(): string {
    switch (random.below(5)) {
      case 0:
        socket!.write(random.bytes());
        endSocket(random, socket!);
        return 'bytes between the frames';
      case 1:
        stream!.close(random.below(14));
        return 'RST_STREAM';
      case 2:
        stream!.session?.goaway(random.below(14));
        stream!.session?.destroy();
        return 'GOAWAY';
      case 3:
        stream!.write(enveloped(random.bytes(), random.pick([0, 1, 7]), random.pick([0, 5, 0xffff_ffff])));
        stream!.end();
        return 'a wrong envelope';
      default:
        stream!.end();
        return 'the end of the call';
    }
  }

  const foreign: Foreign = {
    ...bound,
    url: `grpc://${bound.authority}`,
    opening: 'sound',
    say: (what) => void stream!.write(enveloped(Buffer.from(what as string))),
    arrive() {
      const counts = 1 + random.below(3);
      const one = (): Uint8Array =>
        random.pick([
          () => encodeMessage(random.text()),
          () => encodeMessage(random.bytes()),
          () => random.bytes(),
          () => Buffer.alloc(0),
        ])();
      const bytes = Buffer.concat(Array.from({ length: counts }, () => enveloped(one())));
      const at = random.oneIn(4) ? random.below(bytes.length) : 0;
      stream!.write(bytes.subarray(0, at));
      stream!.write(bytes.subarray(at));
      if (!random.oneIn(25)) return { what: described(bytes), counts };
      return { what: `${described(bytes)}, then ${end()}`, counts: counts + 1 };
    },
    async [Symbol.asyncDispose]() {
      await bound[Symbol.asyncDispose]();
      await inner[Symbol.asyncDispose]();
    },
  };
  return foreign;
};

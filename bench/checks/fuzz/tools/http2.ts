import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { bindForeign, described, endSocket, type Foreign, type ListenForeign } from './foreign.ts';
import { eventsOf } from './http.ts';
import type { Random } from './random.ts';

const STATUSES = [200, 201, 204, 301, 304, 401, 404, 418, 429, 500, 503];
/** Number of error codes (RFC 9113 §7). */
const ERRORS = 14;
const HEADER_BYTES = 9;

/** Frame of any type, flags and stream (RFC 9113 §4.1), whose length may be wrong. */
function anyFrame(random: Random): Buffer {
  const body = random.bytes();
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUIntBE(random.oneIn(4) ? random.below(1 << 24) : body.length, 0, 3);
  head[3] = random.below(12);
  head[4] = random.below(256);
  head.writeUInt32BE(random.pick([0, 1, 2, 3, 5, 99, 0x7fff_ffff]), 5);
  return Buffer.concat([head, body]);
}

/** Answers a request with anything: a wrong status, a strange body, a reset, the end of the session, or no HTTP/2 at all. */
function anyAnswer(random: Random, stream: ServerHttp2Stream, socket: Socket): void {
  const { session } = stream;
  random.pick<() => void>([
    () => {
      const type = random.pick(['text/event-stream', 'text/html', 'application/json']);
      stream.respond({
        ':status': random.pick(STATUSES),
        'content-type': type,
        'x-any': random.pick(['', 'a', 'b'.repeat(99)]),
      });
      stream.end(random.pick([random.text(), random.jsonText(), random.bytes()]));
    },
    () => stream.close(random.below(ERRORS)),
    () => session?.goaway(random.below(ERRORS), random.below(9)),
    () => session?.destroy(undefined, random.below(ERRORS)),
    () => void socket.write(random.pick([anyFrame(random), random.bytes(), Buffer.from(random.text())])),
    () => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno'),
  ])();
  endSocket(random, socket);
}

/** Plays a server of Server-Sent Events over HTTP/2 without TLS, which clients know beforehand (RFC 9113 §3.3). */
export const listenForEventsOverHttp2: ListenForeign = async (random) => {
  const { contentType, greeting, piece } = eventsOf(random);
  let events: ServerHttp2Stream | undefined;
  let newest: Socket | undefined;
  const server = createServer();
  server.on('connection', (socket: Socket) => {
    newest = socket;
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream, { ':method': method }) => {
    stream.on('error', () => {}).resume();
    const socket = newest!;
    if (method === 'POST') {
      if (random.oneIn(10)) anyAnswer(random, stream, socket);
      else stream.respond({ ':status': 204 }, { endStream: true });
      return;
    }
    if (foreign.opening === 'any' && random.oneIn(2)) return anyAnswer(random, stream, socket);
    events = stream;
    stream.respond({ ':status': 200, 'content-type': contentType });
    if (foreign.opening === 'sound') return void stream.write(greeting);
    stream.write(random.pick([Buffer.from(random.text()), random.bytes(), greeting, piece().bytes]));
    setTimeout(() => endSocket(random, socket), random.below(10));
  });
  const bound = await bindForeign(server);
  const foreign: Foreign = {
    ...bound,
    url: `http://${bound.authority}`,
    opening: 'sound',
    say: (what) => void events!.write(what),
    arrive() {
      const { bytes, counts } = piece();
      const at = random.oneIn(4) ? random.below(bytes.length + 1) : 0;
      if (at > 0) events!.write(bytes.subarray(0, at));
      events!.write(bytes.subarray(at));
      if (!random.oneIn(40)) return { what: described(bytes), counts };
      const [how, end] = random.pick<readonly [string, () => void]>([
        ['the end of the stream', () => void events!.end()],
        ['a reset', () => events!.close(random.below(ERRORS))],
        ['GOAWAY', () => events!.session?.goaway(random.below(ERRORS))],
        ['a wrong frame', () => void newest!.write(anyFrame(random))],
      ]);
      end();
      endSocket(random, newest!);
      return { what: `${described(bytes)}, then ${how} and the end of the connection`, counts: counts + 1 };
    },
  };
  return foreign;
};

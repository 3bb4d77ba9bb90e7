import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { setTimeout as later } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { encodeMessage, OPEN } from '../../codec/messages.ts';
import type { Wire } from '../../transports/index.ts';
import { type Attack, CLOSED, is, pour, speaks, type Target } from './attack.ts';
import * as h2 from './http2-frames.ts';
import type { RawPeer } from './peer.ts';

const http2 = speaks('http2');
const streams = (wire: Wire): boolean => http2(wire) && wire.opens !== undefined;
const calls = (wire: Wire): boolean => http2(wire) && wire.opens === undefined;

/** RFC 9113 §7: what is told to who does too much of what is allowed. */
const CALM = /ENHANCE_YOUR_CALM/;
/** Said of the connection, and read by a peer that goes on. */
const TOLD = /GOAWAY ENHANCE_YOUR_CALM/;
/** gRPC's library shows a connection with its first stream alone; until then Node says it in its own way. */
const TOLD_BEFORE_STREAMS = ({ opens }: Wire): RegExp => (opens === undefined ? /GOAWAY INTERNAL_ERROR/ : TOLD);
const DECLARED_BYTES = 256 * 1024 * 1024;
const DRIP_MS = 250;
/** Enough for a first sentence. */
const WINDOW_BYTES = 500;
/** Frames of a flood, at the most; well-meaning clients send none or a handful. */
const MANY = 20_000;

export const againstHttp2: readonly Attack[] = [
  {
    name: 'a preface and nothing more',
    against: http2,
    refused: ({ opens }) => (opens === undefined ? CLOSED : /GOAWAY NO_ERROR closed/),
    async run(target) {
      return ended(await greeted(target));
    },
  },
  {
    name: 'headers that are continued without end',
    against: http2,
    refused: TOLD_BEFORE_STREAMS,
    async run(target) {
      const peer = await greeted(target);
      await peer.write(h2.frame(h2.HEADERS, 0, 1, h2.headerBlock(asking(target))));
      const more = h2.frame(h2.CONTINUATION, 0, 1, h2.headerBlock([['endless', 'x'.repeat(1_000)]]));
      await pour(peer, more, 2_000);
      return ended(peer);
    },
  },
  {
    name: 'headers that unpack to megabytes',
    against: http2,
    refused: is(/(GOAWAY|RST_STREAM) (ENHANCE_YOUR_CALM|PROTOCOL_ERROR|COMPRESSION_ERROR|REFUSED_STREAM)/),
    async run(target) {
      const peer = await greeted(target);
      const bomb = Buffer.concat([h2.headerBlock(asking(target)), h2.bombBlock('bomb', 'x'.repeat(3_500), 10_000)]);
      await peer.write(h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, 1, bomb));
      return ended(peer);
    },
  },
  opening('streams that are opened and reset', (stream) =>
    h2.frame(h2.RST_STREAM, 0, stream, h2.uint32(constants.NGHTTP2_CANCEL)),
  ),
  opening('thousands of streams at once, the settings never acknowledged', () => Buffer.alloc(0)),
  flooding('pings', h2.frame(h2.PING, 0, 0, Buffer.alloc(8))),
  flooding('settings', h2.frame(h2.SETTINGS, 0, 0, Buffer.concat([Buffer.of(0, 3), h2.uint32(100)]))),
  flooding('empty pieces', h2.frame(h2.DATA, 0, 1)),
  {
    name: 'pings whose answers are never read',
    against: http2,
    // Whoever reads nothing may be reset before it has read why.
    refused: is(CLOSED),
    async run(target) {
      const peer = await greeted(target);
      peer.freeze();
      const write = (bytes: Uint8Array): Promise<boolean> => Promise.race([peer.write(bytes), later(1_000, false)]);
      await pour({ write }, h2.frame(h2.PING, 0, 0, Buffer.alloc(8)), 50 * MANY);
      peer.thaw();
      return ended(peer);
    },
  },
  {
    name: 'frames longer than was agreed on',
    against: http2,
    refused: is(/GOAWAY FRAME_SIZE_ERROR/),
    async run(target) {
      const peer = await greeted(target);
      await peer.write(h2.frame(h2.DATA, 0, 1, Buffer.alloc(100_000)));
      return ended(peer);
    },
  },
  {
    name: 'a message in one-byte pieces that stops before its end',
    against: http2,
    refused: ({ opens }) => (opens === undefined ? CALM : /408/),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      const message = await peer.message();
      for (let sent = 0; sent < 6_000 && (await peer.write(message, 'x')); sent++);
      return await peer.told(message);
    },
  },
  {
    name: 'a message a byte at a time',
    against: http2,
    refused: ({ opens }) => (opens === undefined ? CALM : /408/),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      const message = await peer.message();
      const timer = setInterval(() => void peer.write(message, 'x'), DRIP_MS);
      const told = await peer.told(message);
      clearInterval(timer);
      return told;
    },
  },
  {
    name: 'a window that is never opened',
    against: http2,
    refused: is(CLOSED),
    async run(target) {
      await using peer = await WellSpoken.dial(target, WINDOW_BYTES);
      const { down } = peer;
      down.pause();
      for (let sent = 0; sent < 6 && !down.closed; sent++) await peer.say('x'.repeat(60_000));
      // Whoever does not read hears of no end: it looks, once it must have been cut.
      const look = setTimeout(() => down.resume(), 7_000);
      const told = await peer.told(down);
      clearTimeout(look);
      return told;
    },
  },
  {
    name: 'a message declared to be of 256 MiB, a byte at a time',
    against: calls,
    refused: is(/grpc-status 8 /),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      await peer.write(peer.down, envelope(0, DECLARED_BYTES));
      return await peer.told(peer.down);
    },
  },
  {
    name: 'a compression bomb in a call',
    against: calls,
    refused: is(/grpc-status 12 /),
    async run(target) {
      await using peer = await WellSpoken.dial(target, undefined, { 'grpc-encoding': 'gzip' });
      const bomb = gzipSync(Buffer.alloc(10_000_000));
      await peer.write(peer.down, Buffer.concat([envelope(1, bomb.length), bomb]));
      return await peer.told(peer.down);
    },
  },
  {
    name: 'a message in a call that says it is packed, and is not',
    against: calls,
    refused: is(/grpc-status (12|13) /),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      await peer.write(peer.down, Buffer.concat([envelope(1, 5), Buffer.from('nonsense').subarray(0, 5)]));
      return await peer.told(peer.down);
    },
  },
  {
    name: 'a call of empty messages without end',
    against: calls,
    refused: is(/grpc-status 8 /),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      await pour({ write: (bytes) => peer.write(peer.down, bytes) }, envelope(0, 0), MANY);
      return await peer.told(peer.down);
    },
  },
  {
    name: 'a compressed body over HTTP/2',
    against: streams,
    refused: is(/:status 415/),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      const message = await peer.message({ 'content-encoding': 'gzip' });
      await peer.write(message, gzipSync(Buffer.alloc(10_000_000)));
      return await peer.told(message);
    },
  },
  {
    name: 'a body over HTTP/2 without end',
    against: streams,
    refused: is(/:status 413/),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      const message = await peer.message();
      await pour({ write: (bytes) => peer.write(message, bytes) }, 'x'.repeat(0x1000), 4_000);
      return await peer.told(message);
    },
  },
  {
    name: 'a flood of requests over HTTP/2',
    against: streams,
    refused: is(CALM),
    async run(target) {
      await using peer = await WellSpoken.dial(target);
      for (let sent = 0; sent < 2_000 && !peer.over; sent++) {
        const request = peer.request({ ':path': '/none' });
        request.resume().end();
        await closed(request);
      }
      return await peer.told(peer.down);
    },
  },
];

/** A flood of requests that nobody waits for. */
function opening(name: string, after: (stream: number) => Buffer): Attack {
  return {
    name,
    against: http2,
    refused: is(TOLD),
    async run(target) {
      const peer = await greeted(target);
      const headers = h2.headerBlock(asking(target));
      const open = (stream: number): Buffer =>
        Buffer.concat([h2.frame(h2.HEADERS, h2.END_HEADERS, stream, headers), after(stream)]);
      await pour(peer, (index) => open(2 * index + 1), MANY);
      return ended(peer);
    },
  };
}

/** A flood of frames that mean nothing, beside a session that was admitted. */
function flooding(what: string, frame: Buffer): Attack {
  return {
    name: `a flood of ${what} over HTTP/2`,
    against: http2,
    refused: is(TOLD),
    async run(target) {
      const peer = await greeted(target);
      await peer.write(h2.frame(h2.HEADERS, h2.END_HEADERS, 1, h2.headerBlock(asking(target))));
      await pour(peer, frame, MANY);
      return ended(peer);
    },
  };
}

/** Once the connection is gone: in what words the server ended it. */
async function ended(peer: RawPeer): Promise<string> {
  await peer.ended;
  return `${h2.endsIn(peer.bytes)} closed`;
}

/** A connection that has said how it begins, with settings that change nothing. */
async function greeted({ dial }: Target): Promise<RawPeer> {
  const peer = await dial();
  await peer.write(Buffer.concat([Buffer.from(h2.PREFACE), h2.frame(h2.SETTINGS, 0, 0)]));
  return peer;
}

/** The fields of a request for a session. */
function asking({ wire, token, url }: Target): [name: string, value: string][] {
  const [method = 'POST', path = OPEN] = wire.opens?.split(' ') ?? [];
  return [
    [':method', method],
    [':scheme', 'http'],
    [':path', path],
    [':authority', new URL(url).host],
    ['authorization', `Bearer ${token}`],
    ...(wire.opens === undefined ? CALL_FIELDS : []),
  ];
}

const CALL_FIELDS: readonly [name: string, value: string][] = [
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
];

/** What stands before each message of a call: whether it is packed, and its length. */
function envelope(packed: 0 | 1, length: number): Buffer {
  return Buffer.concat([Buffer.of(packed), h2.uint32(length)]);
}

/** Speaks HTTP/2 as a library does, and misuses what it carries. */
class WellSpoken {
  readonly #session: ClientHttp2Session;
  readonly #target: Target;
  /** What comes down to its session. */
  readonly down: ClientHttp2Stream;
  readonly #said = new Map<ClientHttp2Stream, string[]>();
  #goaway = '';
  #name = '';

  /** Once it is a session. */
  static async dial(target: Target, windowBytes?: number, more: Record<string, string> = {}): Promise<WellSpoken> {
    const { host } = new URL(target.url);
    const settings = windowBytes === undefined ? {} : { initialWindowSize: windowBytes };
    const session = connect(`http://${host}`, { settings });
    session.on('error', () => {});
    const peer = new WellSpoken(session, target, more);
    await once(peer.down, 'response');
    if (target.wire.opens !== undefined) {
      const [first] = await once(peer.down, 'data');
      peer.#name = SESSION.exec(String(first))?.[0] ?? '';
    } else peer.down.resume();
    return peer;
  }

  private constructor(session: ClientHttp2Session, target: Target, more: Record<string, string>) {
    this.#session = session;
    this.#target = target;
    session.on('goaway', (code) => {
      this.#goaway = ` ${h2.nameOf(code)}`;
    });
    const streams = target.wire.opens !== undefined;
    this.down = this.request({ ...Object.fromEntries(asking(target)), ...more }, streams);
  }

  get over(): boolean {
    return this.#session.closed || this.#session.destroyed;
  }

  request(headers: Record<string, string>, endStream = false): ClientHttp2Stream {
    const stream = this.#session.request({ authorization: `Bearer ${this.#target.token}`, ...headers }, { endStream });
    const said: string[] = [];
    this.#said.set(stream, said);
    const note = (fields: Record<string, unknown>): void => {
      for (const name of [':status', 'grpc-status', 'grpc-message'])
        if (fields[name] !== undefined) said.push(`${name} ${fields[name]}`);
    };
    stream.on('response', note).on('trailers', note);
    stream.on('error', () => {});
    return stream;
  }

  /** Where a message can be written. */
  async message(more: Record<string, string> = {}): Promise<ClientHttp2Stream> {
    const { posts, opens } = this.#target.wire;
    if (opens === undefined) {
      await this.write(this.down, envelope(0, 50_000));
      return this.down;
    }
    const message = this.request({ ':method': 'POST', ':path': `${posts}${this.#name}`, ...more });
    return message.resume();
  }

  /** A whole message that is well made. */
  async say(text: string): Promise<void> {
    const encoded = encodeMessage(text);
    if (this.#target.wire.opens === undefined) {
      return void (await this.write(this.down, Buffer.concat([envelope(0, encoded.length), encoded])));
    }
    const message = await this.message();
    message.end(text);
    await Promise.race([closed(message), closed(this.down)]);
  }

  /** Resolves once it was taken, or false once the stream is over. */
  async write(stream: ClientHttp2Stream, bytes: string | Uint8Array): Promise<boolean> {
    if (stream.closed || stream.destroyed || stream.writableEnded) return false;
    const gone = Promise.withResolvers<void>();
    stream.once('close', gone.resolve).once('end', gone.resolve);
    await Promise.race([new Promise((resolve) => stream.write(bytes, resolve)), gone.promise]);
    stream.off('close', gone.resolve).off('end', gone.resolve);
    return !stream.closed && !stream.readableEnded;
  }

  /** Once the stream is over; of a call, once its connection is. */
  async told(stream: ClientHttp2Stream): Promise<string> {
    if (!stream.destroyed && !stream.readableEnded) await closed(stream);
    const isCall = this.#target.wire.opens === undefined;
    if (isCall && !this.#session.destroyed) await closed(this.#session);
    return `${this.#said.get(stream)?.join(' ')} closed ${h2.nameOf(stream.rstCode ?? 0)}${this.#goaway}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.destroy();
  }
}

/** Also where it ends with an error. A stream with something left to write may be reset, and its end is all that Node tells. */
const closed = (one: ClientHttp2Stream | ClientHttp2Session): Promise<unknown> =>
  new Promise((resolve) => one.once('close', resolve).once('end', resolve));

const SESSION = /[0-9a-f]{8}-[0-9a-f-]{27}/;

import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Target } from './attack.ts';
import * as h2 from './http2-frames.ts';
import type { RawPeer } from './peer.ts';
import type { Http2Surface, OpenStream } from './surface.ts';

/** Waits until the connection is gone. Resolves with the error codes that the server sent, followed by “closed”. */
export async function connectionError(peer: RawPeer): Promise<string> {
  await peer.ended;
  return `${h2.endsIn(peer.bytes)} closed`;
}

/** Connects and writes the preface with empty settings. */
export async function openHttp2({ dial }: Target): Promise<RawPeer> {
  const peer = await dial();
  await peer.write(Buffer.concat([Buffer.from(h2.PREFACE), h2.frame(h2.SETTINGS, 0, 0)]));
  return peer;
}

/** Header fields of the request that opens a session. */
export function sessionRequest({ token, url }: Target, { opens, messages }: Http2Surface): [string, string][] {
  const [method = '', path = ''] = opens.split(' ');
  return [
    [':method', method],
    [':scheme', 'http'],
    [':path', path],
    [':authority', new URL(url).host],
    ['authorization', `Bearer ${token}`],
    ...('posts' in messages ? [] : messages.fields.map(([name, value]): [string, string] => [name, value])),
  ];
}

const SESSION = /[0-9a-f]{8}-[0-9a-f-]{27}/;
/** Length declared by a message that is sent in pieces, where the protocol declares one. */
const BEGUN_BYTES = 50_000;

/** Peer that speaks correct HTTP/2, by Node's own library, and misuses the transport on it. */
export class Http2Peer {
  readonly #session: ClientHttp2Session;
  readonly #target: Target;
  readonly #surface: Http2Surface;
  /** Stream that opened the session; messages come down on it. */
  readonly down: ClientHttp2Stream;
  readonly #said = new Map<ClientHttp2Stream, string[]>();
  #goaway = '';
  #name = '';

  /** Connects and resolves once the session is open. */
  static async dial(
    target: Target,
    surface: Http2Surface,
    { windowBytes, fields = {} }: { windowBytes?: number; fields?: Record<string, string> } = {},
  ): Promise<Http2Peer> {
    const { host } = new URL(target.url);
    const settings = windowBytes === undefined ? {} : { initialWindowSize: windowBytes };
    const session = connect(`http://${host}`, { settings });
    session.on('error', () => {});
    const peer = new Http2Peer(session, target, surface, fields);
    await once(peer.down, 'response');
    if (peer.#openStream === undefined) {
      const [first] = await once(peer.down, 'data');
      peer.#name = SESSION.exec(String(first))?.[0] ?? '';
    } else peer.down.resume();
    return peer;
  }

  private constructor(
    session: ClientHttp2Session,
    target: Target,
    surface: Http2Surface,
    fields: Record<string, string>,
  ) {
    this.#session = session;
    this.#target = target;
    this.#surface = surface;
    session.on('goaway', (code) => {
      this.#goaway = ` ${h2.nameOf(code)}`;
    });
    const headers = { ...Object.fromEntries(sessionRequest(target, surface)), ...fields };
    this.down = this.request(headers, this.#openStream === undefined);
  }

  get #openStream(): OpenStream | undefined {
    const { messages } = this.#surface;
    return 'posts' in messages ? undefined : messages;
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

  /** Begins a message and resolves with the stream that its bytes go to. */
  async beginMessage(fields: Record<string, string> = {}): Promise<ClientHttp2Stream> {
    const { messages } = this.#surface;
    if (!('posts' in messages)) {
      await this.write(this.down, messages.begin(BEGUN_BYTES));
      return this.down;
    }
    const message = this.request({ ':method': 'POST', ':path': `${messages.posts}${this.#name}`, ...fields });
    return message.resume();
  }

  /** Sends a whole, correct message. */
  async send(text: string): Promise<void> {
    if (this.#openStream !== undefined) {
      return void (await this.write(this.down, await this.#openStream.encode(text)));
    }
    const message = await this.beginMessage();
    message.end(text);
    await Promise.race([ended(message), ended(this.down)]);
  }

  /** Resolves with true once the bytes are written, or with false once the stream is over. */
  async write(stream: ClientHttp2Stream, bytes: string | Uint8Array): Promise<boolean> {
    if (stream.closed || stream.destroyed || stream.writableEnded) return false;
    const gone = Promise.withResolvers<void>();
    stream.once('close', gone.resolve).once('end', gone.resolve);
    await Promise.race([new Promise((resolve) => stream.write(bytes, resolve)), gone.promise]);
    stream.off('close', gone.resolve).off('end', gone.resolve);
    return !stream.closed && !stream.readableEnded;
  }

  /** Resolves with the stream's status fields and error codes once it is over, or its connection if messages go up on it. */
  async told(stream: ClientHttp2Stream): Promise<string> {
    if (!stream.destroyed && !stream.readableEnded) await ended(stream);
    if (this.#openStream !== undefined && !this.#session.destroyed) await ended(this.#session);
    return `${this.#said.get(stream)?.join(' ')} closed ${h2.nameOf(stream.rstCode ?? 0)}${this.#goaway}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.destroy();
  }
}

/**
 * Resolves when it closes or ends, with an error or without. Node.js emits only `end` for a stream that is reset with something left
 * to write.
 */
export const ended = (one: ClientHttp2Stream | ClientHttp2Session): Promise<unknown> =>
  new Promise((resolve) => one.once('close', resolve).once('end', resolve));

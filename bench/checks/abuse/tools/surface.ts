import type { Attack } from './attack.ts';

/** Kinds of attack that every transport has to withstand. */
export type AttackKind =
  | 'too large a message'
  | 'a head without end'
  | 'a silent connection'
  | 'a message in pieces'
  | 'a compression bomb'
  | 'a flood of messages';

/** Patterns that match what a refused peer is told, by why it is refused. */
export interface Refusals {
  /** Its message is over the limit. */
  readonly tooLarge: RegExp;
  /** It brings no valid token; left out where `capabilities.auth` is false. */
  readonly unauthorized?: RegExp;
  /** It sends more messages a second than are allowed. */
  readonly flood: RegExp;
  /** It connects and never authenticates; left out where connecting is all it takes. */
  readonly silence?: RegExp;
  /** It did not read broadcasts for too long; left out where the reason is lost with the connection. */
  readonly behind?: RegExp;
}

interface Surface {
  readonly refusals: Refusals;
  /** Reasons why no attack of a kind applies, by kind. */
  readonly untried?: Readonly<Partial<Record<AttackKind, string>>>;
  /** Attacks on the transport's own protocol; those on the protocol below come in any case. */
  readonly attacks?: () => Promise<readonly Attack[]>;
  /** Bytes of broadcasts after which a subscriber that reads nothing is cut, where the usual number is too many or too few. */
  readonly behindAfterBytes?: number;
}

/** A protocol of its own on a TCP connection. */
export interface TcpSurface extends Surface {
  readonly protocol: 'tcp-stream';
  /** First bytes of a connection, after which the server waits for more. */
  readonly opening: Uint8Array;
}

/** Requests of HTTP/1.1: one opens a session, others post its messages. */
export interface HttpSurface extends Surface {
  readonly protocol: 'http';
  /** Method and path of the request that opens a session. */
  readonly opens: string;
  /** Matches the session's name in the answer to that request. */
  readonly sessionName: RegExp;
  /** Path that messages are posted to; the session's name follows it. */
  readonly posts: string;
  /** True if a session lives on when the connection that opened it is gone. */
  readonly outlivesConnection: boolean;
  /** True if a body is read as it comes, whatever length and coding its headers declare. */
  readonly ignoresBodyHeaders?: true;
}

/** A WebSocket that carries everything. */
export interface WebSocketSurface extends Surface {
  readonly protocol: 'websocket';
  readonly subprotocol?: string;
  /** Path of the handshake, where it is not that of the server's URL with the token. */
  readonly path?: string;
  /** True if a peer that breaks a rule of RFC 6455 is cut without the close code that says so. */
  readonly hidesCloseCodes?: true;
}

/** Streams of HTTP/2 without TLS. */
export interface Http2Surface extends Surface {
  readonly protocol: 'http2';
  /** Method and path of the request that opens a session. */
  readonly opens: string;
  /** Carrier of a message up: a POST to this path and the session's name, or the stream that opened the session. */
  readonly messages: { readonly posts: string } | OpenStream;
}

/** Messages on the stream that opened the session, as gRPC has them. */
export interface OpenStream {
  /** Header fields of the request that opens it, beside the usual ones. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** First bytes of a message that declares so many bytes. */
  begin(declaredBytes: number): Uint8Array;
  /** A whole message. */
  encode(text: string): Promise<Uint8Array>;
}

/** Datagrams; only the transport's own attacks know what is in them. */
export interface UdpSurface extends Surface {
  readonly protocol: 'udp';
}

/** All that attacks have to know of a transport: what it is built on, and in which words it refuses. */
export type AttackSurface = TcpSurface | HttpSurface | WebSocketSurface | Http2Surface | UdpSurface;

import type { Attack } from './attack.ts';

/** Kinds of attack that every transport has to withstand. */
export type AttackKind =
  | 'too large a message'
  | 'a head without end'
  | 'a silent connection'
  | 'a message in pieces'
  | 'a compression bomb'
  | 'a flood of messages';

/** Patterns of the reason that a refused peer is given, by cause. */
export interface Refusals {
  /** The peer's message is over the limit. */
  readonly tooLarge: RegExp;
  /** The peer has no valid token; left out where `capabilities.auth` is false. */
  readonly unauthorized?: RegExp;
  /** The peer sends more messages a second than are allowed. */
  readonly flood: RegExp;
  /** The peer connects and never authenticates; left out where a connection alone is a session. */
  readonly silence?: RegExp;
  /** The peer did not read broadcasts for too long; left out where it cannot learn the reason. */
  readonly behind?: RegExp;
}

interface Surface {
  readonly refusals: Refusals;
  /** Reasons why no attack of a kind applies, by kind. */
  readonly untried?: Readonly<Partial<Record<AttackKind, string>>>;
  /** Attacks that the server of a runtime's own does not withstand: reasons by runtime, then by the attack's name. Absent: none. */
  readonly undefended?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Attacks on the transport's own protocol, in addition to those on the protocol below it. */
  readonly attacks?: () => Promise<readonly Attack[]>;
  /** Bytes of broadcasts after which a subscriber that reads nothing is cut, where it differs from the usual number. */
  readonly behindAfterBytes?: number;
}

/** Surface of a transport with a protocol of its own on a TCP connection. */
export interface TcpSurface extends Surface {
  readonly protocol: 'tcp-stream';
  /** First bytes of a connection, after which the server waits for more. */
  readonly opening: Uint8Array;
}

/** Surface of a transport over HTTP/1.1: one request opens a session, others post its messages. */
export interface HttpSurface extends Surface {
  readonly protocol: 'http';
  /** Method and path of the request that opens a session. */
  readonly opens: string;
  /** Matches the session's name in the answer to that request. */
  readonly sessionName: RegExp;
  /** Path that messages are posted to; the session's name follows it. */
  readonly posts: string;
  /** True if a session survives the connection that opened it. */
  readonly outlivesConnection: boolean;
  /** True if a body is read as a stream, and its headers' length and coding are ignored. */
  readonly ignoresBodyHeaders?: true;
}

/** Surface of a transport whose messages all go over a WebSocket. */
export interface WebSocketSurface extends Surface {
  readonly protocol: 'websocket';
  readonly subprotocol?: string;
  /** Path of the handshake; that of the server's URL, with the token, if left out. */
  readonly path?: string;
  /** True if a peer that breaks a rule of RFC 6455 is cut without the close code that says so. */
  readonly hidesCloseCodes?: true;
}

/** Surface of a transport over HTTP/2 without TLS. */
export interface Http2Surface extends Surface {
  readonly protocol: 'http2';
  /** Method and path of the request that opens a session. */
  readonly opens: string;
  /** Way of a message to the server: a POST to the path `posts` plus the session's name, or the stream that opened the session. */
  readonly messages: { readonly posts: string } | OpenStream;
}

/** Encoding of messages on the stream that opened the session, as in gRPC. */
export interface OpenStream {
  /** Additional header fields of the request that opens the stream. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Returns the first bytes of a message that declares a length. */
  begin(declaredBytes: number): Uint8Array;
  /** Encodes a whole message. */
  encode(text: string): Promise<Uint8Array>;
}

/** Surface of a transport over UDP; only its own attacks know its datagrams. */
export interface UdpSurface extends Surface {
  readonly protocol: 'udp';
}

/** Knowledge about a transport that attacks need: the protocol below it, and the reasons it gives when it refuses. */
export type AttackSurface = TcpSurface | HttpSurface | WebSocketSurface | Http2Surface | UdpSurface;

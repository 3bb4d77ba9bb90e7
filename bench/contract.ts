/**
 * What every transport signs. Types only: nothing here runs.
 *
 * A server module moves bytes for the one application; a client module gives the load generator a session. Neither knows
 * what is measured. Lifetimes are explicit: `listen` and `connect` return what closes them.
 */

/**
 * One application message of at least one byte. A case is text or binary; a session never mixes them. A server that received text may hand on
 * its UTF-8 bytes, as long as it sends back what it was given in the kind it came.
 */
export type Message = string | Uint8Array;

/** Rejects (or throws) with a cause a person can act on when the session is over or the transport refuses the message. */
export type Send = (message: Message) => void | Promise<void>;

/** What a server does with a message. `broadcast` is the transport's own fan-out and reaches the sender too. */
export type Application = (message: Message, reply: Send, broadcast: Send) => void | Promise<void>;

/** Options of a transport or variant, by name. */
export type Options = Readonly<Record<string, string | number | boolean>>;

/** What one peer may ask of a server. Past any of these the server refuses in the protocol's own way, and no other peer notices. */
export interface Limits {
  /** Largest application message a server accepts, in bytes. */
  readonly messageBytes: number;
  /** Time a connection has to become a session: to finish its request, to say who it is. */
  readonly handshakeMs: number;
  /** Bytes that may wait in the server for a peer that does not read them; more than this for 5 s ends its session. */
  readonly backlogBytes: number;
  /** Messages a second of one session, averaged; as many again may come in a burst. */
  readonly messagesPerSecond: number;
  /** Subscriptions one connection may hold. */
  readonly subscriptions: number;
}

/** A server's certificate and its key, as PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** Which tokens (JWT, RFC 7519) admit: signed with this one algorithm and key, for this audience, and with an end. */
export interface TokenRules {
  readonly algorithm: 'HS256' | 'ES256';
  /** The secret, or the public key: a JWK (RFC 7517). */
  readonly key: { readonly kty: string; readonly [parameter: string]: unknown };
  readonly issuer: string;
  readonly audience: string;
}

/** Can be handed to another process: it is data alone. */
export interface ServerSettings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly options: Options;
  readonly limits: Limits;
  /** Serves over TLS. */
  readonly identity?: Identity;
  /** Admits only who brings such a token; anyone where it is left out. */
  readonly tokens?: TokenRules;
  /** Web pages that may connect, by their origin; then a request has to come from one of them. Left out: the server's own pages, and what is no page. */
  readonly origins?: readonly string[];
}

export interface Listener {
  /** What `connect` dials. */
  readonly url: string;
  /** For scenarios the server starts by itself. Reaches every session that is usable. */
  readonly broadcast: Send;
  /** The settings really in force: heartbeats, compression, limits. Stored with the results. */
  readonly effective: Options;
  /** Resolves once sessions are gone and the port is free. Calling it again returns the same promise. */
  close(): Promise<void>;
}

export interface ServerModule {
  /** Rejects when the address cannot be bound. */
  listen(application: Application, settings: ServerSettings): Promise<Listener>;
  /** Why the transport cannot be used on this machine and what would help; undefined where it can. */
  unavailable?(): string | undefined;
}

export type Encoding = 'text' | 'binary';

/** What messages are made of besides their header. */
export type Payload = 'filler' | 'json' | 'zeros';

export interface Receiver {
  /** Text arrives as a string, binary as bytes that the receiver may keep only until it returns. */
  message(message: Message): void;
  /** The session ended and `close` was not the cause. Called at most once, only after `connect` resolved. */
  lost(reason: Error): void;
}

export interface ClientSettings {
  readonly options: Options;
  readonly encoding: Encoding;
  readonly platform: Platform;
  /** Shown to the server in the protocol's own way. */
  readonly token?: string;
  /** The server is somebody else's: it can be counted on for its protocol alone, and to send back what it is sent. */
  readonly foreign?: true;
  /** Aborting ends a `connect` under way: it rejects with the signal's reason and leaves nothing open. */
  readonly signal: AbortSignal;
}

export interface Session {
  readonly send: Send;
  /** Resolves once the connection is gone. `lost` is not called. Calling it again returns the same promise. */
  close(): Promise<void>;
}

export interface ClientModule {
  /** Resolves when messages flow both ways: subscribed, not merely connected. Rejects with a cause a person can act on. */
  connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session>;
}

/** What the surroundings supply, so that a client file runs in Node and in a browser alike. */
export interface Platform {
  /** Offers no compression. */
  readonly WebSocket: WebSocketConstructor;
  readonly WebTransport: WebTransportConstructor;
  /** Offers permessage-deflate (RFC 7692), as a browser's always does; the server decides. In a browser both are one. */
  readonly CompressingWebSocket: WebSocketConstructor;
  /**
   * HTTP as one user has it: connections of its own, at most a browser's number of them; over HTTP/2 one. A browser chooses the
   * version itself, together with the server, and HTTP/2 only over TLS.
   */
  openHttp(version?: '1.1' | '2'): Http;
  readonly RTCPeerConnection: PeerConnectionConstructor;
}

export interface Http {
  readonly EventSource: EventSourceConstructor;
  /** Rejects when there is no answer; any status is an answer. */
  fetch(url: string, request: HttpRequest): Promise<HttpAnswer>;
  /** The same for an answer that is read as it comes: in a browser, the reader of a `fetch`'s body. */
  stream(url: string, request: HttpRequest, answer: StreamedAnswer): void;
  /** Drops this user's connections, those under way too. */
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Message;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface StreamedAnswer {
  /** The answer's head has come; `coding` is what its body is packed in, such as `gzip`, if anything. */
  started(status: number, coding?: string): void;
  /** A piece of the body, as it came: whoever is given it may keep it only until this returns. */
  data(chunk: Uint8Array): void;
  /** Called once: there is no more, with an error where the answer was cut off or never began. */
  ended(error?: Error): void;
}

/** A handler that may ask for more of an event than we promise to give: the surroundings' own types do. */
type Handler<Event> = { handle(event: Event): void }['handle'];

/** The part of the browser's WebSocket that clients use. */
export interface WebSocketLike {
  binaryType: string;
  onopen: Handler<object> | null;
  onmessage: Handler<{ data: unknown }> | null;
  onclose: Handler<{ code: number; reason: string }> | null;
  onerror: Handler<{ message?: string }> | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}
export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;

/** The part of the browser's EventSource that clients use. */
export interface EventSourceLike {
  onmessage: Handler<{ data: string }> | null;
  onerror: Handler<{ message?: string }> | null;
  addEventListener(type: string, listener: Handler<{ data: string }>): void;
  close(): void;
}
export type EventSourceConstructor = new (url: string) => EventSourceLike;

/** The part of the browser's WebTransport that clients use. */
export interface WebTransportLike {
  readonly ready: Promise<unknown>;
  /** Rejects where the session ended without a goodbye. */
  readonly closed: Promise<{ readonly closeCode?: number; readonly reason?: string }>;
  readonly datagrams: ByteDuplex & { readonly maxDatagramSize: number };
  createBidirectionalStream(): Promise<ByteDuplex>;
  close(info?: { closeCode: number; reason: string }): void;
}
export interface ByteDuplex {
  readonly readable: { getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }> } };
  readonly writable: { getWriter(): { write(bytes: Uint8Array): Promise<void> } };
}
export type WebTransportConstructor = new (
  url: string,
  options?: { serverCertificateHashes?: { algorithm: string; value: Uint8Array }[] },
) => WebTransportLike;
/** The part of the browser's RTCPeerConnection that clients use: the side that offers. */
export interface PeerConnectionLike {
  readonly connectionState: string;
  onconnectionstatechange: Handler<object> | null;
  createDataChannel(label: string, settings: DataChannelSettings): DataChannelLike;
  createOffer(): Promise<{ type: 'offer'; sdp?: string }>;
  setLocalDescription(description: { type: 'offer'; sdp?: string }): Promise<void>;
  setRemoteDescription(description: { type: 'answer'; sdp: string }): Promise<void>;
  close(): void;
}
export type PeerConnectionConstructor = new (configuration: { iceServers: [] }) => PeerConnectionLike;

/** Both sides make the channel by themselves, with the same number, so that each decides how it sends. */
export interface DataChannelSettings {
  /** Both sides open it by themselves, by its id; the peer is told of one without (RFC 8832). */
  readonly negotiated?: true;
  readonly id?: number;
  readonly ordered?: boolean;
  readonly maxRetransmits?: number;
}

/** The part of the browser's RTCDataChannel that clients use. */
export interface DataChannelLike {
  binaryType: 'arraybuffer' | 'blob';
  onopen: Handler<object> | null;
  onmessage: Handler<{ data: unknown }> | null;
  onclose: Handler<object> | null;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** What a transport promises. What it cannot do is shown as "not supported", never scored as zero. */
export interface Capabilities {
  /** Carries bytes as they are. */
  readonly binary: boolean;
  /** Messages of one sender arrive in the order they were sent. */
  readonly ordered: boolean;
  /** While the session lives, every message arrives exactly once. */
  readonly reliable: boolean;
  /** What carries a message from client to server: the session's connection, or a request of its own. */
  readonly upstream: 'connection' | 'request';
  /** Largest message it carries, in bytes, where that is less than a server's limit. */
  readonly mostBytes?: number;
  /** Its server admits only sessions with a valid token where it is given `tokens`; false where nothing is said. */
  readonly auth?: boolean;
}

/** What the parent tells a server process, and what it answers: one answer to each order, in order. */
export type ServerOrder =
  | ({
      readonly order: 'listen' /** URL of the module that exports `listen`. */;
      readonly module: string;
      /** URL of another module that exports `application`, where the ordinary one is not wanted. */
      readonly application?: string;
    } & ServerSettings)
  | { readonly order: 'usage' }
  | { readonly order: 'memory' };

export type ServerAnswer =
  | { readonly answer: 'listening'; readonly url: string; readonly effective: Options }
  | ({ readonly answer: 'usage' } & ServerUsage)
  /** Resident bytes once garbage is collected. */
  | { readonly answer: 'memory'; readonly rssBytes: number };

/** A server process since its start. */
export interface ServerUsage {
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Bytes read from and written to all TCP sockets the server accepted, ended ones included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

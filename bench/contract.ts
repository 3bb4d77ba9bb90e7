/**
 * The contract that every transport fulfils. Types only: nothing here runs.
 *
 * A server module moves bytes for the one application; a client module gives the load generator a session. Neither knows
 * what is measured. Lifetimes are explicit: `listen` and `connect` return what closes them.
 */

import type { Socket } from 'node:net';

/**
 * One application message of at least one byte. A case is text or binary; a session never mixes them. A server that receives text may pass on
 * its UTF-8 bytes, as long as it sends text back as text and bytes as bytes.
 */
export type Message = string | Uint8Array;

/** Sends a message. Rejects (or throws) with a cause a person can act on when the session is over or the transport refuses the message. */
export type Send = (message: Message) => void | Promise<void>;

/** Handles one message that a server received. `broadcast` is the transport's own fan-out and reaches the sender too. */
export type Application = (message: Message, reply: Send, broadcast: Send) => void | Promise<void>;

/** Options of a transport or variant, by name. */
export type Options = Readonly<Record<string, string | number | boolean>>;

/** Limits for one peer. Beyond any of them the server refuses in the protocol's own way, and no other peer notices. */
export interface Limits {
  /** Largest application message a server accepts, in bytes. */
  readonly messageBytes: number;
  /** Time a connection has to become a session: to finish its request and to authenticate. */
  readonly handshakeMs: number;
  /** Bytes that may wait in the server for a peer that does not read them; more than this for 5 s ends its session. */
  readonly backlogBytes: number;
  /** Average rate of one session's messages; a burst may hold one second's worth more. */
  readonly messagesPerSecond: number;
  /** Subscriptions one connection may hold. */
  readonly subscriptions: number;
}

/** A server's certificate and its key, as PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** Rules for tokens (JWT, RFC 7519): signed with this one algorithm and key, for this audience, and with an expiry. */
export interface TokenRules {
  readonly algorithm: 'HS256' | 'ES256';
  /** The secret, or the public key: a JWK (RFC 7517). */
  readonly key: { readonly kty: string; readonly [parameter: string]: unknown };
  readonly issuer: string;
  readonly audience: string;
}

/** Redis that several servers share. */
export interface Backplane {
  /** Address of Redis: `redis://host:port`. */
  readonly url: string;
  /** Name of what the servers share, of the run and trial alone. */
  readonly channel: string;
  /** Kind of all messages, where it is known: a server may hand the bytes of a text to the application. */
  readonly encoding?: Encoding;
}

/** Settings of a server. They are plain data, so they can be sent to another process. */
export interface ServerSettings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Shares the port with other processes that set it too: the system gives each connection to one of them (SO_REUSEPORT). */
  readonly reusePort?: true;
  readonly options: Options;
  readonly limits: Limits;
  /** Serves over TLS. */
  readonly identity?: Identity;
  /**
   * Certificate that clients know by its hash, for a protocol that encrypts even without an `identity`: so a server that is started again
   * keeps its address. Absent: such a server makes one of its own.
   */
  readonly pinned?: Identity;
  /** Requires a token that follows these rules. Absent: no token is needed. */
  readonly tokens?: TokenRules;
  /**
   * Redis by which several servers are one service: what one of them broadcasts reaches the sessions of all, in one order. Absent: the
   * server is alone.
   */
  readonly backplane?: Backplane;
  /** Origins of the web pages that may connect; no other client may. Absent: the server's own pages and clients that are not pages. */
  readonly origins?: readonly string[];
}

/** Message of the server's side that is kept, so that a session can catch up with what it missed. */
export interface LogRecord {
  /** Its place: `epoch-offset`. An offset is one higher than that of the record before; the epoch is that of the log. */
  readonly id: string;
  readonly message: Message;
}

/** Messages of the server's side that outlive the server (bench/codec/replay-log.ts has the form of ids and of the file). */
export interface ReplayLog {
  /** Id of the newest record that the server has sent to its sessions; of the place before the first if there is none. */
  readonly last: string;
  /** Records after the one with the id, up to `last`, oldest first. All of them if the id is unreadable or of another log. */
  since(id: string): readonly LogRecord[];
}

export interface Listener {
  /** Address that `connect` dials. */
  readonly url: string;
  /**
   * Sends to every usable session, for scenarios in which the server speaks first. `id` is the message's place in the replay log, if
   * there is one: a protocol that has ids of its own passes it on.
   */
  readonly broadcast: (message: Message, id?: string) => void | Promise<void>;
  /** Settings in force: heartbeats, compression, limits. Stored with the results. */
  readonly effective: Options;
  /** True if its sockets are none of Node's modules, which alone count their bytes. Absent: false. */
  readonly ownSockets?: true;
  /** Closes the server. Resolves once its sessions are gone and the port is free. A second call returns the same promise. */
  close(): Promise<void>;
}

export interface ServerModule {
  /**
   * Starts a server. Rejects when the address cannot be bound.
   *
   * @param log what sessions that resume can catch up with. A session that brings a token gets the records since then, then what is
   *   broadcast, without a gap and without a repetition between the two. Absent: nothing is kept
   */
  listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener>;
  /** True if the server module itself connects the servers of `settings.backplane` with these options, by an adapter of its library. */
  adapts?(options: Options): boolean;
  /** Says why the transport cannot be used on this machine and what would help; undefined if it can be used. */
  unavailable?(): string | undefined;
}

export type Encoding = 'text' | 'binary';

/** Content of messages after their header. */
export type Payload = 'filler' | 'json' | 'zeros';

/** Arrival that the protocol delivered but that is not a message, such as an event whose data is no text. */
export interface Unreadable {
  /** Name of what arrived, with an article: `an SSE event`. */
  readonly kind: string;
  /** Its length in bytes; as JSON, if it arrived as a value. */
  readonly length: number;
  /** Its beginning, as it arrived. Whoever keeps or shows it cuts and escapes it. */
  readonly head: string;
}

export interface Receiver {
  /** Takes a message as it arrived: text as a string, binary as bytes that are valid only until it returns. Either may come in any session. */
  message(message: Message): void;
  /** Takes an arrival that is not a message. The session goes on. It may come before `connect` has resolved. */
  unreadable(what: Unreadable): void;
  /** Learns that the session ended without `close`. Called at most once, and only after `connect` resolved. */
  lost(reason: Error): void;
  /**
   * Learns that the connection has ended and that the client's library reconnects by itself. Called only with `reconnect: 'library'`,
   * once for each connection that ended; then `resumed` follows, or `lost` if the library gives up.
   */
  interrupted?(reason: Error): void;
  /**
   * Learns that the client's library begins an attempt to reconnect. Called only between `interrupted` and what follows it, and only by
   * libraries that tell of their attempts.
   */
  attempting?(): void;
  /** Learns that messages flow both ways again. `replayed`: the protocol has restored the session, so that nothing was missed by it. */
  resumed?(how: { readonly replayed: boolean }): void;
}

export interface ClientSettings {
  readonly options: Options;
  readonly encoding: Encoding;
  readonly platform: Platform;
  /** Token sent to the server in the protocol's own way. */
  readonly token?: string;
  /** Set if the server is not ours. Then it can be relied on only to speak the protocol and to echo messages. */
  readonly foreign?: true;
  /** Id of the run, four characters, which topics and other shared names carry at a server that is not ours. */
  readonly run?: string;
  /** Aborts a `connect` in progress: it rejects with the signal's reason and leaves nothing open. */
  readonly signal: AbortSignal;
  /** `library`: the client's library reconnects by its own defaults, if it does. Absent: `none`, and a lost session is reported. */
  readonly reconnect?: 'none' | 'library';
  /**
   * Resumes an earlier session: what its `resumeToken` returned, or with capability `resume: 'log'` the id of the last message that
   * the application received. What was missed may arrive before `connect` has resolved. Absent: a new session.
   */
  readonly resume?: string;
}

export interface Session {
  readonly send: Send;
  /**
   * Token with which a further `connect` resumes this session by the protocol's own means, also after it was lost. Undefined if there
   * is nothing to resume yet. Only with capability `resume: 'native'`.
   */
  resumeToken?(): string | undefined;
  /** Closes the session without calling `lost`. Resolves once the connection is gone. A second call returns the same promise. */
  close(): Promise<void>;
}

export interface ClientModule {
  /** Opens a session. Resolves when messages flow both ways: subscribed, not merely connected. Rejects with a cause a person can act on. */
  connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session>;
}

/** Facilities of the runtime, so that one client file runs in Node and in a browser. */
export interface Platform {
  /** Source address of all connections. Absent: the system chooses it, as always in a browser. */
  readonly localAddress?: string;
  /** Opens a TCP connection, and TLS on top of it if asked. Rejects with the signal's reason when that aborts first; always in a browser. */
  openStream(address: StreamAddress, signal: AbortSignal): Promise<Socket>;
  /** Starts to open a connection like `openStream`, and returns it at once, for a library that reconnects by itself. Absent in a browser. */
  reopenStream?(address: StreamAddress): Socket;
  /** Offers no compression. */
  readonly WebSocket: WebSocketConstructor;
  readonly WebTransport: WebTransportConstructor;
  /** Offers permessage-deflate (RFC 7692); the server decides. A browser always offers it, so there both constructors are the same. */
  readonly CompressingWebSocket: WebSocketConstructor;
  /**
   * Opens HTTP for one user, with its own connections: as many as a browser opens, or one over HTTP/2. A browser chooses the
   * version itself, together with the server, and HTTP/2 only over TLS.
   */
  openHttp(version?: '1.1' | '2'): Http;
  readonly RTCPeerConnection: PeerConnectionConstructor;
}

export interface StreamAddress {
  /** Name, or IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** True for TLS. */
  readonly secure: boolean;
}

export interface Http {
  readonly EventSource: EventSourceConstructor;
  /** WebSocket of the platform, with the cookies of this user. Absent in a browser, whose WebSockets have them. */
  readonly CompressingWebSocket?: WebSocketConstructor;
  /** Sends a request and reads the whole answer. Rejects only when there is no answer, whatever the status. */
  fetch(url: string, request: HttpRequest): Promise<HttpAnswer>;
  /** Sends a request and passes its answer on as it arrives: in a browser, from the reader of a `fetch`'s body. */
  stream(url: string, request: HttpRequest, answer: StreamedAnswer): void;
  /** Drops this user's connections and the requests in progress. */
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
  /** Takes the answer's head; `coding` is the content coding of its body, such as `gzip`, if it has one. */
  started(status: number, coding?: string): void;
  /** Takes a piece of the body, still encoded. It is valid only until this returns. */
  data(chunk: Uint8Array): void;
  /** Learns that the answer has ended, with an error if it was cut off or never began. Called once. */
  ended(error?: Error): void;
}

/** Event handler whose event type may be narrower than the one declared here, as in the runtime's own types. */
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
  /** Cuts the connection, without a closing handshake. Absent in a browser. */
  terminate?(): void;
  /** Learns of the server's pings, to be set once. Absent in a browser, which answers them unseen. */
  onping?: (() => void) | null;
}
export type WebSocketConstructor = new (url: string, protocols?: string | string[]) => WebSocketLike;

/** The part of the browser's EventSource that clients use. */
export interface EventSourceLike {
  /** 2 once it is closed for good; otherwise it reconnects by itself after an error. */
  readonly readyState: number;
  onmessage: Handler<SourceEvent> | null;
  onerror: Handler<{ message?: string }> | null;
  addEventListener(type: string, listener: Handler<SourceEvent>): void;
  close(): void;
}
/** Event of an EventSource, with the last id that the stream has named; empty if it has named none. */
export interface SourceEvent {
  readonly data: string;
  readonly lastEventId: string;
}
export type EventSourceConstructor = new (url: string) => EventSourceLike;

/** The part of the browser's WebTransport that clients use. */
export interface WebTransportLike {
  readonly ready: Promise<unknown>;
  /** Resolves when the session is closed. Rejects if it ended without a closing message. */
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

/** Settings of a data channel. Both sides create it with the same id, so that each decides how it sends. */
export interface DataChannelSettings {
  /** True if both sides create the channel by its id. Otherwise the peer is notified of it in-band (RFC 8832). */
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

/** Promises of a transport. Anything it cannot do is shown as "not supported", never scored as zero. */
export interface Capabilities {
  /** Carries bytes as they are. */
  readonly binary: boolean;
  /** Messages of one sender arrive in the order they were sent. */
  readonly ordered: boolean;
  /** Every message arrives exactly once, as long as the session lasts. */
  readonly reliable: boolean;
  /** Carrier of a message from client to server: the session's connection, or a separate request for each message. */
  readonly upstream: 'connection' | 'request';
  /** Largest message it carries, in bytes, if that is less than a server's limit. */
  readonly mostBytes?: number;
  /** True if messages that wait travel together, in one answer or frame, so that the cost of each falls as the rate rises. Absent: false. */
  readonly batches?: boolean;
  /** True if its server, given `tokens`, admits only sessions with a valid token. Absent: false. */
  readonly auth?: boolean;
  /** True if the client's library reconnects by itself with `reconnect: 'library'`. Absent: false. */
  readonly reconnects?: boolean;
  /**
   * Means by which a new connection catches up with what an earlier one missed: the protocol's own (`native`), an application's cursor
   * that the server looks up in its log (`log`), or not at all. Absent: `none`.
   */
  readonly resume?: 'native' | 'log' | 'none';
  /**
   * True if a session can be resumed only at the server process that it began with, because nothing else keeps it. Then a session that
   * resumes at another process is a new one. Absent: false.
   */
  readonly resumeEndsWithServer?: boolean;
  /**
   * Sessions that several server processes at one port can hold, where the system gives each connection to any of them: all, if a
   * session has one connection (`always`); those that send nothing, if their messages come by further connections (`silent`); or none,
   * also because the server cannot share its port (`never`). Absent: `never`.
   */
  readonly sharesPort?: 'always' | 'silent' | 'never';
}

/** Orders from the parent to a server process. It sends one `ServerAnswer` for each, in the same order. */
export type ServerOrder =
  | ({
      readonly order: 'listen';
      /** URL of the module that exports `listen`. */
      readonly module: string;
      /** URL of the module that exports `application`, in place of the usual one. */
      readonly application?: string;
      /** Path of the replay log's file. Its records are broadcast as they are written, and sessions can resume from it. */
      readonly log?: string;
      /** Epoch of a replay log in the back-plane's Redis, in the place of one in a file. */
      readonly logEpoch?: string;
      /**
       * False if another server of the service broadcasts what is appended to the log. Then a module whose adapter broadcasts to the sessions of
       * all servers must not do so too. Absent: true.
       */
      readonly publishesLog?: boolean;
    } & ServerSettings)
  | { readonly order: 'usage' }
  | { readonly order: 'memory' };

export type ServerAnswer =
  | { readonly answer: 'listening'; readonly url: string; readonly effective: Options }
  | ({ readonly answer: 'usage' } & ServerUsage)
  /** Resident bytes after a garbage collection. */
  | { readonly answer: 'memory'; readonly rssBytes: number };

/** Resources that a server process has used since its start. */
export interface ServerUsage {
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Bytes read from and written to all TCP sockets the server accepted, ended ones included. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Number of sockets whose bytes were counted above TLS. Absent: 0. */
  readonly aboveTls?: number;
  /** Reason why the bytes of its sockets are not counted, which are then 0. Absent: they are. */
  readonly uncounted?: string;
  /** Name and version of the runtime: `bun 1.4.5`. Absent: it is that of the parent. */
  readonly runtime?: string;
}

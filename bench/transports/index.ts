import type { Capabilities, ClientModule, Encoding, Options, ServerModule } from '../contract.ts';
import type { Family } from '../results/values.ts';

/** What a hostile peer would speak to a server: it says which attacks there are, and in what words they are refused. */
export interface Wire {
  readonly family: 'stream' | 'http' | 'websocket' | 'engine.io' | 'mqtt' | 'http2' | 'datagrams';
  /** WebSocket: what the handshake offers. */
  readonly subprotocol?: string;
  /** Engine.IO: its packets are no text. */
  readonly packed?: true;
  /** HTTP: bodies are packets of Engine.IO. */
  readonly packets?: true;
  /** HTTP: the request that opens a session, and whose answer names it. */
  readonly opens?: string;
  /** HTTP: where messages are posted; the session's name comes after it, where a request opens one. */
  readonly posts?: string;
  /** Found in what a peer is told that connects and never says who it is; left out where connecting is all. */
  readonly silence?: RegExp;
  /** Found in what a peer is told that sends too many messages, where that is not its family's usual word. */
  readonly flood?: RegExp;
  /** Found in what a peer hears, once it listens again, that slept through a broadcast; left out where its connection is cut with what it
   * was told. */
  readonly behind?: RegExp;
}

/** A named setting of a transport, written `transport:variant`. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  readonly options: Options;
  /** False where browsers speak it over TLS only, though they speak the transport without. */
  readonly browser?: false;
  /** Where it promises other things than the transport does. */
  readonly capabilities?: Partial<Capabilities>;
  /** Where it refuses in other words. */
  readonly refusal?: RegExp;
  /** Where it travels in something else. */
  readonly wire?: Wire;
  readonly unauthorized?: RegExp;
}

/** What a transport is built on: the colour it has in every chart. */
export type { Family };

export interface TransportEntry {
  /** File name, flag's value, results' value and report's key. */
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** The harness's own cost: a baseline in every table, never a choice. */
  readonly floor?: true;
  /** False where no browser speaks the protocol; only then may the client's file import Node's modules. */
  readonly browser?: false;
  readonly capabilities: Capabilities;
  /** Found in the reason a client is given when its message is too large: the protocol's own refusal. */
  readonly refusal: RegExp;
  /** What attacks on it are made of. Those that go through its own client are made in any case. */
  readonly wire?: Wire;
  /** The same for a session without the token that is asked for; left out where the server knows no tokens. */
  readonly unauthorized?: RegExp;
  /** False where it cannot be served over TLS. */
  readonly tls?: false;
  /** Its own settings, where it has any; a variant's come over them. */
  readonly options?: Options;
  readonly variants: readonly Variant[];
  /** Its messages travel in datagrams, which the server's sockets do not count: bytes are known on a private link only. */
  readonly datagrams?: true;
  /** Its URL's port is one of UDP. */
  readonly port?: 'udp';
  /** Needs a native part that not every machine can load; its server's module says why where it cannot. */
  readonly native?: true;
  /** Where `servers/<id>.ts` and `clients/<id>.ts` are: the repository, unless the entry says otherwise. */
  readonly root?: string;
  /** URL of one module that exports both `listen` and `connect`: a transport from outside the repository. */
  readonly module?: string;
}

const overConnection: Capabilities = { binary: true, ordered: true, reliable: true, upstream: 'connection' };
const overRequests: Capabilities = { binary: false, ordered: true, reliable: true, upstream: 'request' };
const bestEffort = { ordered: false, reliable: false } as const;
const textOnly: Capabilities = { ...overConnection, binary: false };

const overWebSocket: Wire = { family: 'websocket' };
const signalled: Wire = { family: 'websocket', silence: /4408/, behind: /1013/ };
/**
 * A goodbye that nobody acknowledged is not said again: who comes back late gets a stateless reset (RFC 9000 §10.3). Where it comes with
 * much else, the binding says only that it then closed the connection. What it must not say is “timed out”.
 */
const overQuic: Wire = { family: 'datagrams', flood: /1008/, behind: /1013|reset by peer|connection error: closed/ };
const eventsAndPosts: Wire = { family: 'http', opens: 'GET /events', posts: '/messages/' };
const eventsOverHttp2: Wire = { ...eventsAndPosts, family: 'http2', flood: /429/ };
const linesAndPosts: Wire = { family: 'http', opens: 'GET /lines', posts: '/messages/' };
const sessionsAndPosts: Wire = { family: 'http', opens: 'POST /sessions', posts: '/messages/' };
const engineIo: Wire = { family: 'engine.io', silence: /closed/ };
const enginePolls: Wire = {
  family: 'http',
  packets: true,
  opens: 'GET /socket.io/?EIO=4&transport=polling',
  posts: '/socket.io/?EIO=4&transport=polling&sid=',
  flood: /server disconnect|transport|400|closed/,
};
const mqttOverWebSocket: Wire = { family: 'websocket', subprotocol: 'mqtt', silence: /closed/, flood: /closed/ };
const streamsAndOperations: Wire = { family: 'http', opens: 'PUT /graphql', posts: '/graphql?token=', flood: /429/ };
const graphqlOverWebSocket: Wire = {
  family: 'websocket',
  subprotocol: 'graphql-transport-ws',
  silence: /4408/,
  flood: /4429/,
};

/** Every transport, one line each. Choices, help, conformance, plans, results and reports follow from it. */
// biome-ignore format: one line each
const known: TransportEntry[] = [
  { id: 'tcp', title: 'Raw TCP', family: 'floor', floor: true, browser: false, capabilities: overConnection, refusal: /closed/, unauthorized: /closed/, wire: { family: 'stream' }, variants: [] },
  { id: 'ws', title: 'WebSocket', family: 'socket', capabilities: overConnection, refusal: /1009/, unauthorized: /401/, wire: overWebSocket, variants: [
    { id: 'deflate', title: 'permessage-deflate with context takeover', options: { deflate: true } },
    { id: 'deflate-fresh', title: 'permessage-deflate, each message by itself', options: { deflate: true, fresh: true, thresholdBytes: 64 } },
    { id: 'batch', title: 'several messages a frame', options: { batchMs: 5 } },
  ] },
  { id: 'socketio', title: 'Socket.IO', family: 'socket', capabilities: overConnection, refusal: /transport close|server disconnect/, unauthorized: /token is (not valid|required|too long)|token has expired/, wire: engineIo, variants: [
    { id: 'polling', title: 'over long polling', options: { transport: 'polling' }, capabilities: { upstream: 'request' }, refusal: /413|server disconnect/, wire: enginePolls },
    { id: 'upgrade', title: 'polling first, then WebSocket', options: { transport: 'upgrade' } },
    { id: 'msgpack', title: 'with MessagePack', options: { msgpack: true }, wire: { ...engineIo, packed: true } },
  ] },
  { id: 'sse', title: 'Server-Sent Events + POST', family: 'stream', capabilities: overRequests, refusal: /413/, unauthorized: /401/, wire: eventsAndPosts, variants: [
    { id: 'h2', title: 'HTTP/2', options: { http: '2' }, browser: false, wire: eventsOverHttp2 },
    { id: 'gzip', title: 'gzip, flushed each', options: { gzip: true } },
    { id: 'base64', title: 'bytes as base64', options: { base64: true }, capabilities: { binary: true } },
  ] },
  { id: 'http-stream', title: 'HTTP stream of lines + POST', family: 'stream', capabilities: overRequests, refusal: /413/, unauthorized: /401/, wire: linesAndPosts, variants: [] },
  { id: 'long-polling', title: 'Long polling + POST', family: 'polling', capabilities: overRequests, refusal: /413/, unauthorized: /401/, wire: sessionsAndPosts, variants: [
    { id: 'gzip', title: 'gzip', options: { gzip: true } },
    { id: 'base64', title: 'bytes as base64', options: { base64: true }, capabilities: { binary: true } },
  ] },
  { id: 'short-polling', title: 'Short polling + POST', family: 'polling', capabilities: overRequests, refusal: /413/, unauthorized: /401/, options: { intervalMs: 100 }, wire: sessionsAndPosts, variants: [] },
  { id: 'mqtt', title: 'MQTT', family: 'broker', capabilities: overConnection, refusal: /closed/, unauthorized: /Not authorized/, wire: { family: 'mqtt' }, variants: [
    { id: 'qos1', title: 'QoS 1', options: { qos: 1 } },
    { id: 'qos2', title: 'QoS 2', options: { qos: 2 } },
    { id: 'ws', title: 'over WebSocket', options: { websocket: true }, wire: mqttOverWebSocket },
  ] },
  { id: 'graphql', title: 'GraphQL over WebSocket', family: 'socket', capabilities: textOnly, refusal: /1009|too large/, unauthorized: /4403/, wire: graphqlOverWebSocket, variants: [
    { id: 'sse', title: 'over Server-Sent Events + POST', options: { over: 'sse' }, capabilities: { upstream: 'request' }, refusal: /413|too large/, unauthorized: /401/, wire: streamsAndOperations },
    { id: 'base64', title: 'over WebSocket, bytes as base64', options: { base64: true }, capabilities: { binary: true } },
  ] },
  { id: 'grpc', title: 'gRPC, bidirectional stream', family: 'rpc', browser: false, capabilities: overConnection, refusal: /RESOURCE_EXHAUSTED/, unauthorized: /UNAUTHENTICATED/, wire: { family: 'http2' }, variants: [] },
  { id: 'webrtc', title: 'WebRTC data channel', family: 'peer', datagrams: true, native: true, capabilities: overConnection, refusal: /exceeds limit|max-message-size|1009/, unauthorized: /401/, wire: signalled, variants: [
    { id: 'unordered', title: 'unordered', options: { ordered: false }, capabilities: { ordered: false } },
    { id: 'lossy', title: 'unordered, never sent again', options: { ordered: false, maxRetransmits: 0 }, capabilities: { ordered: false, reliable: false } },
  ] },
  { id: 'webtransport', title: 'WebTransport (HTTP/3)', family: 'socket', datagrams: true, port: 'udp', native: true, capabilities: overConnection, refusal: /1009/, unauthorized: /refused the session/, wire: overQuic, variants: [
    { id: 'datagram', title: 'a datagram each', options: { datagrams: true }, capabilities: { ...bestEffort, mostBytes: 1_024 }, refusal: /too large/ },
  ] },
];

export const transports: readonly TransportEntry[] = known;

/** Adds a transport from outside, for as long as this process lives. Its id must be a new one. */
export function registerTransport(entry: TransportEntry): void {
  known.push(entry);
}

/** `ws` or `ws:deflate`, taken apart and looked up. Undefined when there is no such transport or variant. */
export function findTransport(name: string): { entry: TransportEntry; variant: Variant | null } | undefined {
  const [id, variantId, ...more] = name.split(':');
  const entry = transports.find((candidate) => candidate.id === id);
  if (entry === undefined || more.length > 0) return undefined;
  if (variantId === undefined) return { entry, variant: null };
  const variant = entry.variants.find((candidate) => candidate.id === variantId);
  return variant === undefined ? undefined : { entry, variant };
}

export type Found = NonNullable<ReturnType<typeof findTransport>>;

/** What the transport promises in this variant. */
export function capabilitiesOf({ entry, variant }: Found): Capabilities {
  return { ...entry.capabilities, ...variant?.capabilities };
}

/** The settings that reach `listen` and `connect`. */
export function optionsOf({ entry, variant }: Found): Options {
  return { ...entry.options, ...variant?.options };
}

/** What the refusal of a message that is too large looks like in this variant. */
export function refusalOf({ entry, variant }: Found): RegExp {
  return variant?.refusal ?? entry.refusal;
}

/** What attacks on this variant are made of. */
export function wireOf({ entry, variant }: Found): Wire | undefined {
  return variant?.wire ?? entry.wire;
}

/** What the refusal of a session without the token looks like in this variant; undefined where it knows no tokens. */
export function unauthorizedOf({ entry, variant }: Found): RegExp | undefined {
  return variant?.unauthorized ?? entry.unauthorized;
}

/** Why it cannot carry such messages; undefined where it can. */
export function whyUnsupported(found: Found, encoding: Encoding): string | undefined {
  return encoding === 'binary' && !capabilitiesOf(found).binary ? 'carries no binary messages' : undefined;
}

/** Why it cannot carry messages of so many bytes; undefined where it can. */
export function whyTooLarge(found: Found, size: number): string | undefined {
  const { mostBytes = Number.POSITIVE_INFINITY } = capabilitiesOf(found);
  return size > mostBytes ? `carries no messages over ${mostBytes} bytes` : undefined;
}

/** Why it cannot be guarded so: a server that overlooks what it was told would be measured as something that it is not. */
export function whyUnguarded(found: Found, { tls, auth }: { tls: boolean; auth: string | null }): string | undefined {
  if (tls && found.entry.tls === false) return 'cannot be served over TLS';
  if (auth !== null && unauthorizedOf(found) === undefined) return 'asks for no tokens';
  return undefined;
}

/** Why the transport cannot be used on this machine, and what would help; undefined where it can. */
export async function whyUnavailable(entry: TransportEntry): Promise<string | undefined> {
  return entry.native === true ? (await loadServer(entry)).unavailable?.() : undefined;
}

/** Every name `--transports` takes. */
export function transportNames(): string[] {
  return transports.flatMap((entry) => [entry.id, ...entry.variants.map((variant) => `${entry.id}:${variant.id}`)]);
}

/** Where a transport's two files are. */
export type Location = Pick<TransportEntry, 'id' | 'root' | 'module'>;

const repository = new URL('../../', import.meta.url).href;

/** URL of `servers/<id>.ts`. Loaded lazily: only a process that serves needs it. */
export function serverModule({ id, root = repository, module }: Location): string {
  return module ?? new URL(`servers/${id}.ts`, root).href;
}

/** URL of `clients/<id>.ts`. Loaded lazily: only a process that generates load needs it. */
export function clientModule({ id, root = repository, module }: Location): string {
  return module ?? new URL(`clients/${id}.ts`, root).href;
}

export const loadServer = (location: Location): Promise<ServerModule> => import(serverModule(location));

export const loadClient = (location: Location): Promise<ClientModule> => import(clientModule(location));

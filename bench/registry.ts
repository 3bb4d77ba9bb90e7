import { BROADCAST, ECHO } from './codec/header.ts';
import type { Capabilities, ClientModule, Encoding, Options, ServerModule } from './contract.ts';

/** A named setting of a transport, written `transport:variant`. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  readonly options: Options;
  /** Where it promises other things than the transport does. */
  readonly capabilities?: Partial<Capabilities>;
  /** Where it refuses in other words. */
  readonly refusal?: RegExp;
}

export interface TransportEntry {
  /** File name, flag's value, results' value and report's key. */
  readonly id: string;
  readonly title: string;
  /** The harness's own cost: a baseline in every table, never a choice. */
  readonly floor?: true;
  /** False where no browser speaks the protocol; only then may the client's file import Node's modules. */
  readonly browser?: false;
  readonly capabilities: Capabilities;
  /** Found in the reason a client is given when its message is too large: the protocol's own refusal. */
  readonly refusal: RegExp;
  readonly variants: readonly Variant[];
  /** Its messages travel in datagrams, which the server's sockets do not count: bytes are known on a private link only. */
  readonly datagrams?: true;
  /** Needs a native part that not every machine can load; its server's module says why where it cannot. */
  readonly native?: true;
  /** Where `servers/<id>.ts` and `clients/<id>.ts` are: the repository, unless the entry says otherwise. */
  readonly root?: string;
}

/**
 * What a trial of a scenario does: puts messages on a timetable (`load`), lets each session send again when its echo arrives
 * (`closed`), searches for the highest rate that meets an objective (`capacity`), holds sessions that say nothing (`idle`),
 * opens sessions (`connect`), or sends messages one at a time and counts their bytes (`wire`).
 */
export type ScenarioKind = 'load' | 'closed' | 'capacity' | 'idle' | 'connect' | 'wire';

export interface ScenarioEntry {
  readonly id: string;
  readonly title: string;
  readonly kind: ScenarioKind;
  readonly opcode: number;
  /** Who is owed each message. */
  readonly reaches: 'sender' | 'everyone';
  /** Part of a run that names no scenarios. */
  readonly usual: boolean;
  /** Where nothing else is asked for. */
  readonly defaults: {
    readonly clients: number;
    /** Messages a second, all clients together; 0 where no timetable is kept. A search begins there. */
    readonly rate: number;
    /** Bytes; empty where no message is sent. */
    readonly sizes: readonly number[];
    /** Measured time of a trial; of a search, each probe's. 0 where the work and not the clock ends it. */
    readonly seconds: number;
  };
}

const overConnection: Capabilities = { binary: true, ordered: true, reliable: true, upstream: 'connection' };
const overRequests: Capabilities = { binary: false, ordered: true, reliable: true, upstream: 'request' };
const textOnly: Capabilities = { ...overConnection, binary: false };

/** Every transport, one line each. Choices, help, conformance, plans, results and reports follow from it. */
// biome-ignore format: one line each
export const transports: readonly TransportEntry[] = [
  { id: 'tcp', title: 'Raw TCP', floor: true, browser: false, capabilities: overConnection, refusal: /closed/, variants: [] },
  { id: 'ws', title: 'WebSocket', capabilities: overConnection, refusal: /1009/, variants: [] },
  { id: 'socketio', title: 'Socket.IO', capabilities: overConnection, refusal: /transport close|server disconnect/, variants: [] },
  { id: 'sse', title: 'Server-Sent Events + POST', capabilities: overRequests, refusal: /413/, variants: [] },
  { id: 'long-polling', title: 'Long polling + POST', capabilities: overRequests, refusal: /413/, variants: [] },
  { id: 'mqtt', title: 'MQTT (QoS 0)', capabilities: overConnection, refusal: /closed/, variants: [] },
  { id: 'graphql', title: 'GraphQL over WebSocket', capabilities: textOnly, refusal: /1009|too large/, variants: [] },
  { id: 'webrtc', title: 'WebRTC data channel', datagrams: true, native: true, capabilities: overConnection, refusal: /exceeds limit|max-message-size|1009/, variants: [
    { id: 'unordered', title: 'unordered', options: { ordered: false }, capabilities: { ordered: false } },
    { id: 'lossy', title: 'unordered, never sent again', options: { ordered: false, maxRetransmits: 0 }, capabilities: { ordered: false, reliable: false } },
  ] },
];

const toSender = { opcode: ECHO, reaches: 'sender' } as const;
const toEveryone = { opcode: BROADCAST, reaches: 'everyone' } as const;

// biome-ignore format: one line each
export const scenarios: readonly ScenarioEntry[] = [
  { id: 'echo', title: 'Echo to the sender', kind: 'load', ...toSender, usual: true, defaults: { clients: 100, rate: 1000, sizes: [128], seconds: 2 } },
  { id: 'broadcast', title: 'Broadcast to everyone', kind: 'load', ...toEveryone, usual: true, defaults: { clients: 100, rate: 100, sizes: [128], seconds: 2 } },
  { id: 'capacity', title: 'Highest echo rate within --objective', kind: 'capacity', ...toSender, usual: false, defaults: { clients: 100, rate: 2000, sizes: [128], seconds: 2 } },
  { id: 'ceiling', title: 'Closed loop: what a message costs the generator', kind: 'closed', ...toSender, usual: false, defaults: { clients: 100, rate: 0, sizes: [64], seconds: 2 } },
  { id: 'connect', title: 'Opening sessions', kind: 'connect', ...toSender, usual: false, defaults: { clients: 1000, rate: 0, sizes: [], seconds: 0 } },
  { id: 'idle', title: 'Holding sessions that say nothing', kind: 'idle', ...toSender, usual: false, defaults: { clients: 4000, rate: 0, sizes: [], seconds: 10 } },
  { id: 'wire', title: 'Bytes of one message at a time, beside theory', kind: 'wire', ...toSender, usual: false, defaults: { clients: 1, rate: 0, sizes: [16, 64, 1024, 16384], seconds: 0 } },
];

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

/** What the refusal of a message that is too large looks like in this variant. */
export function refusalOf({ entry, variant }: Found): RegExp {
  return variant?.refusal ?? entry.refusal;
}

/** Why it cannot carry such messages; undefined where it can. */
export function whyUnsupported(found: Found, encoding: Encoding): string | undefined {
  return encoding === 'binary' && !capabilitiesOf(found).binary ? 'carries no binary messages' : undefined;
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
export type Location = Pick<TransportEntry, 'id' | 'root'>;

const repository = new URL('../', import.meta.url).href;

/** URL of `servers/<id>.ts`. Loaded lazily: only a process that serves needs it. */
export function serverModule({ id, root = repository }: Location): string {
  return new URL(`servers/${id}.ts`, root).href;
}

/** URL of `clients/<id>.ts`. Loaded lazily: only a process that generates load needs it. */
export function clientModule({ id, root = repository }: Location): string {
  return new URL(`clients/${id}.ts`, root).href;
}

export const loadServer = (location: Location): Promise<ServerModule> => import(serverModule(location));

export const loadClient = (location: Location): Promise<ClientModule> => import(clientModule(location));

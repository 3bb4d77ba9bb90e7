import type { AttackSurface } from '../checks/abuse/tools/surface.ts';
import type { Framing } from '../checks/theory/framing.ts';
import type { Capabilities, ClientModule, Encoding, Options, ServerModule } from '../contract.ts';
import type { Runtime } from '../results/values.ts';
import { transport as graphql } from './graphql.ts';
import { transport as grpc } from './grpc.ts';
import { transport as httpStream } from './http-stream.ts';
import { transport as longPolling } from './long-polling.ts';
import { transport as mqtt } from './mqtt.ts';
import type {
  Addresses,
  BuiltInTransport,
  Dissection,
  HandshakeConditions,
  HandshakeStep,
  InBrowser,
  Proxied,
  TransportEntry,
  Variant,
} from './shape.ts';
import { connection } from './shared/handshake.ts';
import { transport as shortPolling } from './short-polling.ts';
import { transport as socketio } from './socketio.ts';
import { transport as sse } from './sse.ts';
import { transport as tcp } from './tcp.ts';
import { transport as webrtc } from './webrtc.ts';
import { transport as webtransport } from './webtransport.ts';
import { transport as ws } from './ws.ts';

export type {
  BuiltInTransport,
  Family,
  HandshakeConditions,
  HandshakeStep,
  InBrowser,
  Proxied,
  TransportEntry,
  Variant,
} from './shape.ts';

/** Transports of this repository, in the order of every list. */
const builtIn: readonly BuiltInTransport[] = [
  tcp,
  ws,
  socketio,
  sse,
  httpStream,
  longPolling,
  shortPolling,
  mqtt,
  graphql,
  grpc,
  webrtc,
  webtransport,
];

const known: TransportEntry[] = [...builtIn];

/** Every known transport. Choices, help, conformance, plans, results and reports follow from this list. */
export const transports: readonly TransportEntry[] = known;

/** Adds a transport from outside the repository, for the lifetime of this process. Its id must be new. */
export function registerTransport(entry: TransportEntry): void {
  known.push(entry);
}

/** Looks up `ws` or `ws:deflate`; undefined when there is no such transport or variant. */
export function findTransport(name: string): TransportChoice | undefined {
  const [id, variantId, ...more] = name.split(':');
  const entry = transports.find((candidate) => candidate.id === id);
  if (entry === undefined || more.length > 0) return undefined;
  if (variantId === undefined) return { entry, variant: null };
  const variant = entry.variants.find((candidate) => candidate.id === variantId);
  return variant === undefined ? undefined : { entry, variant };
}

/** Transport with one of its variants; null is the transport itself. */
export interface TransportChoice {
  readonly entry: TransportEntry;
  readonly variant: Variant | null;
}

/** Lists every transport and variant. */
export function transportChoices(): TransportChoice[] {
  return transports.flatMap((entry) => [null, ...entry.variants].map((variant) => ({ entry, variant })));
}

/** Name of a choice: `transport` or `transport:variant`. */
export function nameOf({ entry, variant }: TransportChoice): string {
  return variant === null ? entry.id : `${entry.id}:${variant.id}`;
}

/** Promises of the transport in this variant. */
export function capabilitiesOf({ entry, variant }: TransportChoice): Capabilities {
  return { ...entry.capabilities, ...variant?.capabilities };
}

/** Settings that reach `listen` and `connect`. */
export function optionsOf({ entry, variant }: TransportChoice): Options {
  return { ...entry.options, ...variant?.options };
}

/** True if the server of this variant needs a Redis even if it is the only one. */
export function needsBackplane({ variant }: TransportChoice): boolean {
  return variant?.needs === 'backplane';
}

/** Addresses that the client of this variant can dial; undefined where a transport from outside the repository does not say. */
export function addressesOf({ entry, variant }: TransportChoice): Addresses | undefined {
  return variant?.addresses ?? entry.addresses;
}

/** Port that the URL standard gives to a scheme; undefined if it gives none. URLs leave that port out. */
const standardPort = (scheme: string): number | undefined =>
  [80, 443].find((port) => new URL(`${scheme}://h:${port}`).port === '');

/** Port of protocols without a usual one. Wireshark knows no other protocol there. */
const UNUSUAL_PORT = 40_123;

/** Port at which readers of captures recognize this variant: the one that its servers usually have. */
export function usualPort(choice: TransportChoice, tls: boolean): number {
  const { ports } = dissectionOf(choice);
  if (ports !== undefined) return tls ? ports.tls : ports.plain;
  const schemes = addressesOf(choice)?.schemes ?? [];
  const scheme = schemes.find((one) => one.tls === tls) ?? schemes[0];
  return scheme?.port ?? (scheme && standardPort(scheme.name)) ?? UNUSUAL_PORT;
}

/** Way in which Wireshark shows this variant. */
export function dissectionOf({ entry, variant }: TransportChoice): Dissection {
  return variant?.dissection ?? entry.dissection ?? { filter: entry.port ?? 'tcp' };
}

/** Byte formula of this variant; undefined where a transport from outside the repository has none. */
export function framingOf({ entry, variant }: TransportChoice): Framing | undefined {
  return variant === null ? entry.framing : variant.framing;
}

/** Steps of this variant's handshake; undefined where a transport from outside the repository does not give them. */
export function handshakeOf(
  { entry, variant }: TransportChoice,
  conditions: HandshakeConditions,
): readonly HandshakeStep[] | undefined {
  const handshake = variant?.roundTrips ?? entry.roundTrips;
  if (handshake === undefined) return undefined;
  if (typeof handshake === 'function') return handshake(conditions);
  return entry.port === 'udp' ? handshake : [...connection(conditions), ...handshake];
}

/** Attack surface of this variant; undefined where a transport from outside the repository has none. */
export function surfaceOf({ entry, variant }: TransportChoice): AttackSurface | undefined {
  return variant?.surface ?? entry.surface;
}

/** Fuzzed server of this variant; null if there is none. */
export function foreignOf({ entry, variant }: TransportChoice): TransportEntry['foreign'] {
  return variant?.foreign === undefined ? entry.foreign : variant.foreign;
}

/** Says why it cannot carry messages of this encoding; undefined if it can. */
export function whyUnsupported(choice: TransportChoice, encoding: Encoding): string | undefined {
  return encoding === 'binary' && !capabilitiesOf(choice).binary ? 'carries no binary messages' : undefined;
}

/** Says why it cannot carry messages of this size; undefined if it can. */
export function whyTooLarge(choice: TransportChoice, size: number): string | undefined {
  const { mostBytes = Number.POSITIVE_INFINITY } = capabilitiesOf(choice);
  return size > mostBytes ? `carries no messages larger than ${mostBytes} bytes` : undefined;
}

/** Says why it cannot use TLS or tokens; undefined if it can. A server that ignored the setting would be measured as what it is not. */
export function whyUnguarded(
  choice: TransportChoice,
  { tls, auth }: { tls: boolean; auth: string | null },
): string | undefined {
  if (tls && choice.entry.tls === false) return 'cannot be served over TLS';
  if (auth !== null && capabilitiesOf(choice).auth !== true) return 'does not check tokens';
  return undefined;
}

/** Says why its heartbeats cannot have this interval; undefined if they can. */
export function whyNoHeartbeat({ entry, variant }: TransportChoice, seconds: number): string | undefined {
  const why = variant?.heartbeats ?? entry.heartbeats;
  return why === undefined ? 'does not say that the interval of its heartbeats can be set' : why(seconds);
}

/** Says why its server cannot run in a runtime; undefined if it can. */
export function whyNotOn({ entry, variant }: TransportChoice, runtime: Runtime): string | undefined {
  return (variant?.runtimes ?? entry.runtimes)?.(runtime);
}

/** Use of this variant by browsers. */
export function inBrowserOf({ entry, variant }: TransportChoice): InBrowser {
  const use = variant?.browser ?? entry.browser;
  if (use === undefined) return { speaks: 'never', because: 'does not say whether its client runs in a browser' };
  return use === false ? { speaks: 'never', because: 'uses a protocol that no browser speaks' } : use;
}

/** Says why its clients cannot run in a browser; undefined if they can. */
export function whyNotInBrowser(choice: TransportChoice, tls: boolean): string | undefined {
  const use = inBrowserOf(choice);
  if (use.speaks === 'never') return use.because;
  return use.speaks === 'over TLS' && !tls ? use.needsTls : undefined;
}

/** Says why it cannot carry messages of this size in a browser, although it can elsewhere; undefined if it can. */
export function whyTooLargeInBrowser(choice: TransportChoice, size: number): string | undefined {
  const use = inBrowserOf(choice);
  const { mostBytes = Number.POSITIVE_INFINITY } = use.speaks === 'never' ? {} : use;
  return size > mostBytes ? `carries no messages larger than ${mostBytes} bytes in a browser` : undefined;
}

/** Protocol of this variant that a proxy has to pass on; undefined where a transport from outside the repository does not say. */
export const proxiedOf = ({ entry, variant }: TransportChoice): Proxied | undefined =>
  variant?.proxied ?? entry.proxied;

/** Says why this machine cannot load the transport and what would help; undefined if it can. */
export async function whyNotLoaded(entry: TransportEntry): Promise<string | undefined> {
  return entry.native === true ? (await loadServer(entry)).unavailable?.() : undefined;
}

/** Lists every name that `--transports` accepts. */
export function transportNames(): string[] {
  return transportChoices().map(nameOf);
}

/** Fields of an entry that locate its modules. */
export type Location = Pick<TransportEntry, 'id' | 'root' | 'module'>;

const repository = new URL('../../', import.meta.url).href;

/** URL of `servers/<id>.ts`, or of the variant's own server. Loaded lazily: only a process that serves needs it. */
export function serverModule({ id, root = repository, module }: Location, variant: Variant | null = null): string {
  return module ?? new URL(`servers/${variant?.server ?? id}.ts`, root).href;
}

/** URL of `clients/<id>.ts`. Loaded lazily: only a process that generates load needs it. */
export function clientModule({ id, root = repository, module }: Location): string {
  return module ?? new URL(`clients/${id}.ts`, root).href;
}

export const loadServer = (location: Location, variant: Variant | null = null): Promise<ServerModule> =>
  import(serverModule(location, variant));

export const loadClient = (location: Location): Promise<ClientModule> => import(clientModule(location));

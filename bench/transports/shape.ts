import type { AttackSurface } from '../checks/abuse/tools/surface.ts';
import type { ListenForeign } from '../checks/fuzz/tools/foreign.ts';
import type { Steps } from '../checks/micro/chain.ts';
import type { Framing } from '../checks/theory/framing.ts';
import type { Capabilities, Options } from '../contract.ts';
import type { Family, Runtime } from '../results/values.ts';

/** Family of a transport, which determines its colour in every chart. */
export type { Family };

/** Parts of an address, besides scheme, host and port, that a client can make use of. */
export const ADDRESS_PARTS = ['user and password', 'path', 'query'] as const;
export type AddressPart = (typeof ADDRESS_PARTS)[number];

/** Addresses of servers that a client can dial. Any other is refused before anything starts. */
export interface Addresses {
  readonly schemes: readonly Scheme[];
  /** Parts that reach the server. */
  readonly uses: readonly AddressPart[];
  /** Fragment that it uses, with the words for it. Absent: none. */
  readonly fragment?: { readonly pattern: RegExp; readonly words: string };
}

/** Meaning of a scheme. */
export interface Scheme {
  /** Its name without the colon. */
  readonly name: string;
  /** True if every connection to such an address is encrypted. */
  readonly tls: boolean;
  /** Scheme that the client gets instead, if this is another name for it. */
  readonly as?: string | undefined;
  /** Port of an address without one. Absent: the port of the URL standard, or else the address must have one. */
  readonly port?: number | undefined;
}

/** Way in which Wireshark shows a transport. */
export interface Dissection {
  /** Display filter for the packets of its protocol. */
  readonly filter: string;
  /** Ports by which Wireshark recognizes it. Absent: those of its addresses. */
  readonly ports?: { readonly plain: number; readonly tls: number };
  /** Preferences that it needs to be shown so, as `-o` takes them: `http.desegment_body:FALSE`. */
  readonly preferences?: readonly string[];
  /** Reason why its messages stay encrypted, as a sentence; absent if TLS secrets decrypt them. */
  readonly sealed?: string;
}

/** Setting of a client for a server that is not ours, given with `--option`. */
export interface TargetOption {
  readonly help: string;
  /** Values that it takes, and the words for them. */
  readonly pattern: RegExp;
  readonly words: string;
}

/** Step of a handshake that a client waits for. */
export interface HandshakeStep {
  /** Its name in the protocol: `TCP`, `TLS`, `upgrade`, `CONNECT`. */
  readonly step: string;
  /** Round trips of the network before the client can go on. */
  readonly roundTrips: number;
  /** Clause of the specification that says so, or the library's behaviour. */
  readonly source: string;
}

/** Conditions that a handshake depends on, besides the variant. */
export interface HandshakeConditions {
  readonly tls: boolean;
  /** True if the client shows a token. */
  readonly auth: boolean;
  /** Round trip of the network, in seconds: fixed times of a protocol are a part of it. 0: fixed times are left out. */
  readonly rttSeconds: number;
}

/**
 * Round trips from the first packet until a session is usable: the steps after TCP and TLS, or over UDP all steps; or a formula of all
 * steps, where they depend on more.
 */
export type Handshake = readonly HandshakeStep[] | ((conditions: HandshakeConditions) => readonly HandshakeStep[]);

/** Says why heartbeats cannot be sent at an interval, in seconds; undefined if they can. */
export type WhyNoHeartbeat = (seconds: number) => string | undefined;

/** Says why a server cannot run in a runtime: what follows the transport's name; undefined if it can. */
export type WhyNotOn = (runtime: Runtime) => string | undefined;

/** Loads a fuzzed server when it is needed. */
type FuzzedServer = () => Promise<ListenForeign>;

/** Use of a transport by browsers. */
export type InBrowser =
  | {
      /** `over TLS` if only connections that are encrypted. */
      readonly speaks: 'always' | 'over TLS';
      /** Maximum number of sessions of one browser context, which has a cache and connections of its own. */
      readonly sessionsPerContext: number;
      /** Reason of the maximum. */
      readonly because: string;
      /** Largest message that a browser carries, in bytes, if that is less than the transport's. */
      readonly mostBytes?: number;
      /** Reason why it needs TLS: what follows its name. Absent unless it does. */
      readonly needsTls?: string;
    }
  | {
      readonly speaks: 'never';
      /** Reason: what follows its name. */
      readonly because: string;
    };

/** Protocol that a proxy between clients and server has to pass on, or the reason why none can. */
export type Proxied =
  | 'HTTP'
  | 'WebSocket'
  | 'HTTP/2'
  | 'gRPC'
  | 'TCP'
  | {
      /** Reason: what follows its name. */
      readonly never: string;
    };

/** Variant of a transport: a named setting, written `transport:variant`. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  /** Options that override the transport's. */
  readonly options: Options;
  /** Set if its server needs a Redis even if it is the only one. Then `settings.backplane` names one. */
  readonly needs?: 'backplane';
  /** Use by browsers that replaces the transport's. */
  readonly browser?: InBrowser;
  /** Capabilities that override the transport's. */
  readonly capabilities?: Partial<Capabilities>;
  /** Byte formula of an exchange. A variant does not inherit its transport's formula. */
  readonly framing?: Framing;
  /** Round trips of its handshake, which replace the transport's. */
  readonly roundTrips?: Handshake;
  /** Intervals of heartbeats that replace the transport's. */
  readonly heartbeats?: WhyNoHeartbeat;
  /** Addresses that replace the transport's. */
  readonly addresses?: Addresses;
  /** Way in which Wireshark shows it, which replaces the transport's. */
  readonly dissection?: Dissection;
  /** Attack surface that replaces the transport's. */
  readonly surface?: AttackSurface;
  /** Fuzzed server that replaces the transport's. */
  readonly foreign?: FuzzedServer | null;
  /** Protocol for a proxy that replaces the transport's. */
  readonly proxied?: Proxied;
  /** Name of its own server's module, `servers/<name>.ts`. Absent: that of its transport. */
  readonly server?: string;
  /** Runtimes of its server that replace the transport's. */
  readonly runtimes?: WhyNotOn;
}

/** Everything that `bench` knows of a transport. One from outside the repository may omit what only checks need. */
export interface TransportEntry {
  /** Id in file names, flags, results and reports. */
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** Set if it shows the harness's own cost: a row in every table, never a choice. */
  readonly floor?: true;
  /**
   * Use by browsers; false if no browser speaks the protocol. Only if none speaks it in any variant may its client import Node's modules.
   * Absent: it is unknown whether its client runs in one.
   */
  readonly browser?: InBrowser | false;
  readonly capabilities: Capabilities;
  /** False if it cannot be served over TLS. */
  readonly tls?: false;
  /** Addresses of foreign servers that its client can dial. Absent: any, of which it is unknown whether they mean TLS. */
  readonly addresses?: Addresses;
  /** Way in which Wireshark shows it. Absent: as plain TCP or UDP. */
  readonly dissection?: Dissection;
  /** Settings of its client for a foreign server, by name. */
  readonly targetOptions?: Readonly<Record<string, TargetOption>>;
  /** Options passed to `listen` and `connect`. */
  readonly options?: Options;
  readonly variants: readonly Variant[];
  /** Set if messages travel in datagrams. The server's sockets do not count them, so bytes are known only on a private link. */
  readonly datagrams?: true;
  /** Set if all sessions of a load process share one socket: they need no ports of their own, and cannot have source addresses of their own. */
  readonly sharesSocket?: true;
  /** Approximate memory of an idle session in both processes and in the kernel, in KiB. Absent: it is unknown. */
  readonly sessionKib?: number;
  /** `udp` if its URL names a UDP port. */
  readonly port?: 'udp';
  /** Set if it needs a native module that some machines cannot load; then its server's module says why. */
  readonly native?: true;
  /** Runtimes that its server cannot run in. Absent: it runs in all. */
  readonly runtimes?: WhyNotOn;
  /** Byte formula of an exchange, for `wire`. */
  readonly framing?: Framing;
  /** Round trips of the handshake, for `connect` over a network. */
  readonly roundTrips?: Handshake;
  /** Encoding and decoding of a message, for `micro`; null if native code does it. */
  readonly steps?: Steps | null;
  /** Loop without our generator that `ceiling` compares it with, and the maximum cost of ours as a multiple of that loop's. */
  readonly bareLoop?: 'bare-ws' | 'bare-tcp';
  /** Protocol that attacks use, and patterns of the refusals. */
  readonly surface?: AttackSurface;
  /** Part of the handshake that a server must do, as a clause that begins with "the server must": the cause of one that never ends. */
  readonly handshake?: string;
  /** Intervals that the option `heartbeatSeconds` of its server and client can have. Absent: it does not say. */
  readonly heartbeats?: WhyNoHeartbeat;
  /** Common cause, with its remedy, of messages that get no answer. */
  readonly unanswered?: string;
  /** Server that a fuzzer plays, to which clients are exposed; null if nothing but a native library can play one. */
  readonly foreign?: FuzzedServer | null;
  /** Protocol that a proxy has to pass on. Absent: it does not say. */
  readonly proxied?: Proxied;
  /** URL of the folder that contains `servers/<id>.ts` and `clients/<id>.ts`. Absent: the repository. */
  readonly root?: string;
  /** URL of a module that exports both `listen` and `connect`, for a transport from outside the repository. */
  readonly module?: string;
}

/** Transport of this repository, which must define every part. */
export interface BuiltInTransport extends TransportEntry {
  readonly capabilities: Capabilities & { readonly auth: boolean };
  readonly addresses: Addresses;
  readonly dissection: Dissection;
  readonly browser: InBrowser;
  readonly variants: readonly BuiltInVariant[];
  readonly framing: Framing;
  readonly roundTrips: Handshake;
  readonly steps: Steps | null;
  readonly surface: AttackSurface;
  readonly handshake: string;
  readonly heartbeats: WhyNoHeartbeat;
  readonly foreign: FuzzedServer | null;
  readonly proxied: Proxied;
}

/** Variant of a transport of this repository. */
export interface BuiltInVariant extends Variant {
  readonly framing: Framing;
}

import type { AttackSurface } from '../checks/abuse/tools/surface.ts';
import type { Steps } from '../checks/micro/chain.ts';
import type { Framing } from '../checks/theory/framing.ts';
import type { Capabilities, Options } from '../contract.ts';
import type { Family } from '../results/values.ts';

/** Building block of a transport: the colour it has in every chart. */
export type { Family };

/** A named setting of a transport, written `transport:variant`. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  /** Come over the transport's own. */
  readonly options: Options;
  /** False where browsers speak it over TLS only, though they speak the transport without. */
  readonly browser?: false;
  /** Come over the transport's own. */
  readonly capabilities?: Partial<Capabilities>;
  /** Bytes of an exchange, by theory. A variant never has its transport's formula unless it says so. */
  readonly framing?: Framing;
  /** Stands in place of the transport's. */
  readonly surface?: AttackSurface;
}

/** All that can be known of a transport. One from outside the repository may leave out what only checks need. */
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
  /** False where it cannot be served over TLS. */
  readonly tls?: false;
  /** Settings that reach `listen` and `connect`. */
  readonly options?: Options;
  readonly variants: readonly Variant[];
  /** True if messages travel in datagrams, which the server's sockets do not count: bytes are known on a private link only. */
  readonly datagrams?: true;
  /** `udp` if that is what its URL's port is one of. */
  readonly port?: 'udp';
  /** True if it needs a native part that not every machine can load; its server's module says why where it cannot. */
  readonly native?: true;
  /** Bytes of an exchange, by theory, for `wire`. */
  readonly framing?: Framing;
  /** Encoding and decoding of a message, for `micro`; null where native code does it. */
  readonly steps?: Steps | null;
  /** Loop without our generator that `ceiling` runs beside it, and the max cost of ours as a multiple of that loop's. */
  readonly bareLoop?: { readonly name: 'bare-ws' | 'bare-tcp'; readonly target: number };
  /** Protocol that attacks are made of, and words in which they are refused. */
  readonly surface?: AttackSurface;
  /** URL of the folder with `servers/<id>.ts` and `clients/<id>.ts`: the repository, unless the entry says otherwise. */
  readonly root?: string;
  /** URL of one module that exports both `listen` and `connect`: a transport from outside the repository. */
  readonly module?: string;
}

/** A transport of this repository: every part has to be there. */
export interface BuiltInTransport extends TransportEntry {
  readonly capabilities: Capabilities & { readonly auth: boolean };
  readonly variants: readonly BuiltInVariant[];
  readonly framing: Framing;
  readonly steps: Steps | null;
  readonly surface: AttackSurface;
}

/** A variant of such a transport. */
export interface BuiltInVariant extends Variant {
  readonly framing: Framing;
}

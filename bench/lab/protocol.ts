import type { CutKind } from './proxy/path.ts';
import type { Way } from './proxy/watch.ts';

/** Messages between the lab's page and its server. Types only, because the page is a bundle without Node. */

export type { CutKind } from './proxy/path.ts';
export type { Way } from './proxy/watch.ts';

/** Transport or variant that the page offers. */
export interface LabTransport {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  /** True if its messages travel in datagrams, which a network may lose for good. */
  readonly datagrams: boolean;
  /** Reason why it cannot be used. Absent: it can. */
  readonly unavailable?: string;
}

/** Network that the page offers. */
export interface LabNetwork {
  readonly id: string;
  /** `rtt=60ms+loss=1%`; empty for the path as it is. */
  readonly parts: string;
}

/** Maker of networks and cuts: a proxy on this machine, or the relay between network namespaces. */
export type InForce = 'proxy' | 'namespaces';

/** Everything that the page learns when it is loaded. */
export interface LabSettings {
  readonly transports: readonly LabTransport[];
  readonly networks: readonly LabNetwork[];
  readonly inForce: InForce;
  /** Token that each request must bring; null on the loopback. */
  readonly token: string | null;
  readonly maxSize: number;
  readonly maxRate: number;
}

/** Settings of a run: one session of each transport, with the same load. */
export interface RunOrder {
  readonly transports: readonly string[];
  readonly size: number;
  /** Messages a second of each session. */
  readonly rate: number;
  readonly network: string;
}

/** Lane of a run: one transport's session. */
export interface Lane {
  readonly name: string;
  /** Address of its proxy; the page puts its own host name into it. */
  readonly url: string;
  /** Token that its session brings in the protocol's own way; null if none is needed. */
  readonly token: string | null;
}

export interface StartedRun {
  readonly run: string;
  readonly lanes: readonly Lane[];
}

/** Begin or end of a lane's measured window. The server reads its counters then. */
export interface WindowOrder {
  readonly run: string;
  readonly transport: string;
  readonly at: 'begin' | 'end';
}

export interface CutOrder {
  readonly kind: CutKind;
  readonly seconds: number;
}

/** Values with their numbers, in nanoseconds. */
export type Tally = readonly (readonly [value: number, count: number])[];

/** Measurements of the page for one lane, between the begin and the end of its window. */
export interface LaneResult {
  readonly transport: string;
  readonly seconds: number;
  readonly due: number;
  readonly sent: number;
  readonly unsent: number;
  readonly onTime: number;
  readonly delivered: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupt: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly response: Tally;
  readonly service: Tally;
  readonly lag: Tally;
  readonly connect: Tally;
}

export interface KeepOrder {
  readonly run: string;
  readonly browser: string;
  readonly clockResolutionSeconds: number;
  readonly lanes: readonly LaneResult[];
}

export interface KeptRun {
  /** Path of the results on the machine of the lab. */
  readonly results: string;
  /** Address of the report, from the page's. */
  readonly report: string;
}

/** Bytes of a lane since its run began. */
export interface Traffic {
  readonly up: number;
  readonly down: number;
}

/** Frame as the page shows it. */
export interface ShownFrame {
  readonly number: number;
  readonly transport: string;
  readonly way: Way;
  readonly kind: string;
  readonly bytes: number;
  /** Seconds since the run began. */
  readonly seconds: number;
  /** Beginning of its content, in base64. */
  readonly content: string;
}

/** Event that the server sends to the page. */
export type LabEvent =
  | {
      readonly type: 'traffic';
      readonly lanes: Readonly<Record<string, Traffic>>;
      readonly frames: readonly ShownFrame[];
    }
  | { readonly type: 'cut'; readonly kind: CutKind; readonly seconds: number }
  | { readonly type: 'back' };

import type { Encoding, Options, Payload } from '../contract.ts';
import type { Recording } from './recording.ts';

/** What the run tells a load worker, and what it answers: one answer to each order, in order. Types only. */
export type WorkerOrder =
  | ConnectOrder
  | PhaseOrder
  | ClosedOrder
  | OpenOrder
  | HoldOrder
  | { readonly order: 'memory' }
  | { readonly order: 'bytes' }
  | { readonly order: 'close' };

export interface ConnectOrder {
  readonly order: 'connect';
  /** URL of the module that exports `connect`. */
  readonly module: string;
  readonly url: string;
  readonly options: Options;
  readonly encoding: Encoding;
  readonly payload?: Payload;
  /** Certificate of the authority that vouches for the server, as PEM. */
  readonly authority?: string;
  /** What every session brings. */
  readonly token?: string;
  /** The server is not ours. */
  readonly foreign?: true;
  readonly size: number;
  readonly seed: number;
  readonly opcode: number;
  readonly reaches: 'sender' | 'everyone';
  /** Sessions being opened at the same time; 1 opens one after another, so that none waits for another. */
  readonly inFlight: number;
  /** Only senders below this are opened for now; all of them where it is left out. */
  readonly until?: number;
  /** Addresses the connections take turns to come from: each has a range of ports. Left out: as the system likes. */
  readonly sources?: readonly string[];
  /** Sessions of all workers together; this one has every `workers`-th, from the `worker`-th on. */
  readonly clients: number;
  readonly worker: number;
  readonly workers: number;
  /** Origin of the trial's clock: a reading of `process.hrtime.bigint`, in digits. */
  readonly originNs: string;
}

/** Opens the senders below `until` that are not open yet; answered as `connect` is. */
export interface OpenOrder {
  readonly order: 'open';
  readonly until: number;
  readonly inFlight: number;
}

/** Sends nothing for a while and watches that the sessions stay; answered as a phase is. */
export interface HoldOrder {
  readonly order: 'hold';
  readonly seconds: number;
}

export interface PhaseOrder {
  readonly order: 'phase';
  readonly first: number;
  readonly rate: number;
  readonly seconds: number;
  readonly startNs: number;
  /** The recording is to contain every sample as it was taken: for checking the histograms. */
  readonly keepSamples?: true;
  /** Messages of each worker that are known to get lost, and are not waited for: for checking the counts. */
  readonly knownLost?: number;
  /** How long after the last due time to wait for what has not arrived. */
  readonly drainSeconds: number;
  /** Another phase follows at once: what was not owed, such as duplicates, would show in that. */
  readonly more?: true;
}

/** A closed loop: each session sends again when its echo arrives. Only where each message goes back to its sender. */
export interface ClosedOrder {
  readonly order: 'closed';
  /** As in a phase. Sequence numbers go on from here without an end known beforehand. */
  readonly first: number;
  /** No session sends after this. */
  readonly seconds: number;
  /** No session sends more messages than this. */
  readonly maxMessages?: number;
  /** How long after the end to wait for what has not arrived. */
  readonly drainSeconds: number;
}

export type WorkerAnswer =
  | {
      readonly answer: 'connected';
      /** Time to a usable session, encoded histogram. */
      readonly connect: string;
      /** From the first dialling to the last usable session. */
      readonly seconds: number;
    }
  | { readonly answer: 'memory'; readonly rssBytes: number }
  /** Of this worker's sockets since its start; `up` is what they sent. */
  | { readonly answer: 'bytes'; readonly bytesUp: number; readonly bytesDown: number }
  | { readonly answer: 'phase'; readonly recording: Recording }
  | { readonly answer: 'closed' };

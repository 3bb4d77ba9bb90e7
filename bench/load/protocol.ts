import type { Options } from '../contract.ts';
import type { Recording } from './recording.ts';

/** What the run tells a load worker, and what it answers: one answer to each order, in order. Types only. */
export type WorkerOrder = ConnectOrder | PhaseOrder | { readonly order: 'close' };

export interface ConnectOrder {
  readonly order: 'connect';
  /** URL of the module that exports `connect`. */
  readonly module: string;
  readonly url: string;
  readonly options: Options;
  readonly encoding: 'text' | 'binary';
  readonly size: number;
  readonly seed: number;
  readonly opcode: number;
  readonly reaches: 'sender' | 'everyone';
  /** Sessions of all workers together; this one has every `workers`-th, from the `worker`-th on. */
  readonly clients: number;
  readonly worker: number;
  readonly workers: number;
  /** Origin of the trial's clock: a reading of `process.hrtime.bigint`, in digits. */
  readonly originNs: string;
}

export interface PhaseOrder {
  readonly order: 'phase';
  readonly first: number;
  readonly rate: number;
  readonly seconds: number;
  readonly startNs: number;
  /** How long after the last due time to wait for what has not arrived. */
  readonly drainSeconds: number;
}

export type WorkerAnswer =
  | { readonly answer: 'connected' /** Time to a usable session, encoded histogram. */; readonly connect: string }
  | { readonly answer: 'phase'; readonly recording: Recording }
  | { readonly answer: 'closed' }
  | { readonly answer: 'failed'; readonly reason: string };

import type { Options } from '../../contract.ts';

/** What the parent tells the processes of this room, and what they answer: one answer to each order. Types only. */

export interface EndpointOrder {
  readonly order: 'open';
  /** URL of the transport's client module, and of its server. */
  readonly module: string;
  readonly url: string;
  readonly options: Options;
}

export interface EndpointAnswer {
  readonly answer: 'open';
  readonly url: string;
}

/** Times a tool says, in seconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface AutocannonOrder {
  readonly order: 'load';
  readonly url: string;
  readonly connections: number;
  /** The body of every request. */
  readonly body: string;
  readonly loop:
    | {
        readonly kind: 'rate';
        /** Requests a second, all connections together, and requests in all. */
        readonly rate: number;
        readonly requests: number;
        /** Its flag `ignoreCoordinatedOmission`: false leaves its correction on, as it is unless asked otherwise. */
        readonly uncorrected: boolean;
      }
    | { readonly kind: 'closed'; readonly seconds: number };
}

export interface AutocannonAnswer {
  readonly answer: 'load';
  /** Requests that left, answers with a 2xx status, answers with another, and requests that failed. */
  readonly sent: number;
  readonly completed: number;
  readonly refused: number;
  readonly errors: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Its own histogram, whose least step is a millisecond, and how many samples that holds. */
  readonly own: Percentiles;
  readonly ownSamples: number;
  /** Of the single times that it announces, without that rounding and without its correction. Only at a rate. */
  readonly single: Percentiles | null;
}

export interface BareOrder {
  readonly order: 'loop';
  readonly url: string;
  readonly connections: number;
  readonly message: string;
  readonly warmupSeconds: number;
  readonly seconds: number;
}

export interface BareAnswer {
  readonly answer: 'loop';
  readonly messages: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
}

import type { Options } from '../../contract.ts';

/** Order to the process that holds a plain endpoint open. Each order below gets one answer. */
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

/** Latencies in seconds. */
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
  /** Body of every request. */
  readonly body: string;
  readonly loop:
    | {
        readonly kind: 'rate';
        /** Requests a second, all connections together, and the total number of requests. */
        readonly rate: number;
        readonly requests: number;
        /** Value of autocannon's option `ignoreCoordinatedOmission`: false, its default, leaves its correction on. */
        readonly uncorrected: boolean;
      }
    | { readonly kind: 'closed'; readonly seconds: number };
}

export interface AutocannonAnswer {
  readonly answer: 'load';
  /** Number of requests sent, of answers with a 2xx status and with another one, and of failed requests. */
  readonly sent: number;
  readonly completed: number;
  readonly refused: number;
  readonly errors: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Percentiles and number of samples of autocannon's own histogram, whose resolution is one millisecond. */
  readonly own: Percentiles;
  readonly ownSamples: number;
  /** Percentiles of the times in autocannon's `response` events: neither rounded nor corrected. Null for a closed loop. */
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

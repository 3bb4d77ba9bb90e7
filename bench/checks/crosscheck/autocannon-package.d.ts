/** The part of autocannon that the crosscheck uses; the package has no types of its own. */
declare module 'autocannon' {
  interface Options {
    readonly url: string;
    readonly method: 'POST';
    readonly body: string;
    readonly connections: number;
    readonly setupClient: (client: NodeJS.EventEmitter) => void;
    /** Total number of requests; without it the run takes `duration` seconds. */
    readonly amount?: number;
    readonly duration?: number;
    /** Requests a second, all connections together. */
    readonly overallRate?: number;
    readonly ignoreCoordinatedOmission?: boolean;
  }

  /** Latencies in milliseconds, and their number. */
  interface Latency {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
    readonly totalCount: number;
  }

  interface Result {
    readonly latency: Latency;
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
  }

  interface Running extends PromiseLike<Result> {
    on(
      event: 'response',
      listener: (client: object, status: number, bytes: number, milliseconds: number) => void,
    ): Running;
  }

  function autocannon(options: Options): Running;
  export = autocannon;
}

import type { Clock } from '../clock.ts';
import type { Loop } from '../pacer.ts';
import type { Pace } from '../protocol.ts';
import type { Recording } from '../recording.ts';
import type { Bytes } from './bytes.ts';

/** Runtime of the load, Node or a page of a browser: all that the load takes from it besides the language. */
export interface Runtime {
  readonly bytes: Bytes;
  /** Returns the clock of a trial. @param originNs its origin: a reading of `process.hrtime.bigint`, in digits */
  clock(originNs: string): Clock;
  /** Returns the event loop as the pacer uses it. */
  pacing(clock: Clock, pace: Pace): Pacing;
  /** Begins to meter the resources of the process. Returns a function that ends it. */
  meter(): () => Metered;
  /** Begins to watch the event loop, with a reading every so often. */
  watchLoop(resolutionMs: number): LoopWatch;
  /** Collects garbage of messages that are over, if the runtime lets programs do so. */
  collect(): void;
  /** Interval between two readings of the clock that differ, in seconds. Absent: too short to matter. */
  readonly tickSeconds?: number;
}

/** Event loop as the pacer uses it. */
export interface Pacing {
  readonly loop: Loop;
  /** True if the pacer sleeps until each due time. */
  readonly sleeps: boolean;
  close(): Promise<void>;
}

/** Resources that a process has used. Zeros where only another process can read them, which then fills them in. */
export type Metered = Pick<Recording, 'cpuSeconds' | 'rssBytes' | 'rssStartBytes' | 'busy'>;

export interface LoopWatch {
  /** Ends it. */
  end(): {
    /** 99th percentile of the delay of a reading, without the interval itself. */
    readonly delayP99Seconds: number;
    /** Time in which the event loop waited for something to do, in nanoseconds; null if the runtime does not tell. */
    readonly idleNs: number | null;
  };
}

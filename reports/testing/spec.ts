import type {
  Case,
  HandshakeStep,
  Measurement,
  MicroRow,
  NetworkInfo,
  Radio,
  Results,
  Slow,
} from '../../bench/results/schema.ts';

/** Figures of a transport in an invented run, around which its trials scatter. */
export type TransportSpec = {
  readonly variant?: string;
  readonly title?: string;
  readonly floor?: boolean;
  readonly binary?: boolean;
  /** Declares that messages travel together. */
  readonly batches?: boolean;
  /** Messages that share a packet on the link; 1 unless given. */
  readonly perPacket?: number;
  readonly family?: string;
  readonly p50Ms?: number;
  /** Standard deviation of the logarithm of latency within a trial, which sets the length of the tail. */
  readonly tail?: number;
  /** Framing bytes per message in each direction. */
  readonly framing?: number;
  readonly cpuMicros?: number;
  readonly memoryMiB?: number;
  readonly connectMs?: number;
  /** Messages per second that the server sustains; 0 if no rate meets the objective. */
  readonly capacity?: number;
  /** Share of the capacity at which the generator reached its limit first, by block. */
  readonly lowerBounds?: Readonly<Record<number, number>>;
  /** Messages per second in a closed loop. */
  readonly closedRate?: number;
  readonly sessionKiB?: number;
  /** R² of the regression whose slope is the memory per session. */
  readonly fit?: number;
  /** Bytes per hour of one idle session, both directions together. */
  readonly idleBytes?: number;
  readonly sessionRate?: number;
  /** Bytes per message at the sockets beyond the formula; null if there is no formula. */
  readonly beyondTheory?: number | null;
  /** Standard deviation of the logarithm of a metric between trials. */
  readonly noise?: number;
  /** Factor by which the median latency grows from a trial's start to its end. */
  readonly drift?: number;
  /** Time and length of a pause of the server, by block. */
  readonly stalls?: Readonly<Record<number, { readonly atSeconds: number; readonly seconds: number }>>;
  /** Deliveries lost in each trial. */
  readonly lost?: number;
  /** Deliveries still queued at the end of each trial, five seconds late or more. */
  readonly overdue?: number;
  /** Trials that are not valid, by block. */
  readonly faults?: Readonly<Record<number, Fault>>;
  readonly effective?: Case['effective'];
  /** Steps of a handshake that a session waits for, in round trips, and those measured beyond them. */
  readonly handshake?: readonly HandshakeStep[];
  readonly beyondHandshake?: number;
  /** True if it loses the messages of lost packets instead of sending them again. */
  readonly lossy?: boolean;
  /** Share of messages that wait for a retransmission, over a network with loss, and the number of round trips that it takes. */
  readonly retransmitted?: number;
  readonly retransmissionTrips?: number;
  /** Its way through a fault, by the fault (`restart`) or by fault and policy (`restart/library`). */
  readonly recoveries?: Readonly<Record<string, RecoverySpec>>;
  readonly slow?: SlowSpec;
  /** Use of a phone's radio by one idle session; absent: not measured. */
  readonly radio?: Omit<Radio, 'tailSeconds' | 'seconds'>;
};

/** Typical times of sessions in seconds, counts of sessions, and counts of messages per session. */
export type RecoverySpec = {
  /** From the fault; null if nobody learns of it. */
  readonly noticed?: number | null;
  /** From the path being back. */
  readonly reconnection?: number | null;
  readonly catchUp?: number;
  /** Longest time without anything new; absent: the outage and the reconnection. */
  readonly stale?: number;
  readonly survived?: number;
  readonly gone?: number;
  readonly lost?: number;
  readonly twice?: number;
  readonly attempts?: number;
  readonly cpuSeconds?: number;
  readonly limit?: string;
};

/** p99 of those who read without slow readers, its growth with them, and what becomes of five slow ones. */
export type SlowSpec = {
  readonly p99Ms?: number;
  readonly ratio?: number;
  readonly growthMiB?: number;
  readonly leftMiB?: number;
  readonly fates?: Slow['fates'];
};

export type Fault = { readonly state: 'suspect' | 'invalid' | 'failed'; readonly reasons: readonly string[] };

export type RunSpec = {
  readonly transports: Readonly<Record<string, TransportSpec>>;
  readonly scenarios?: readonly ScenarioSpec[];
  readonly trials?: number;
  readonly durationSeconds?: number;
  readonly seed?: number;
  readonly state?: Results['state'];
  /** Omits latency over time, which earlier versions did not record. */
  readonly timeline?: false;
  /** Trials of each case that were run, if the run stopped early. */
  readonly done?: number;
  readonly wire?: 'socket' | 'link';
  readonly environment?: Partial<Results['environment']>;
  /** Measures every transport twice, under two labels. */
  readonly aa?: boolean;
  readonly micro?: readonly MicroRow[];
  readonly networks?: readonly NetworkInfo[];
  /** Objective of the run, as its flag takes it. */
  readonly objective?: string;
  /** Amounts that nobody could notice; by default zero for each metric, so that every difference shown counts. */
  readonly band?: 'usual' | Readonly<Record<string, number>>;
};

export type ScenarioSpec = {
  readonly scenario: string;
  readonly kind?: NonNullable<Case['kind']>;
  readonly clients?: number;
  readonly rate?: number;
  readonly size?: number;
  readonly encoding?: Case['encoding'];
  readonly dimensions?: NonNullable<Case['dimensions']>;
  readonly network?: string;
  readonly tls?: boolean;
};

export type Shell = Omit<Case, 'trials'>;

export type TrialSpec = {
  readonly shell: Shell;
  readonly transport: TransportSpec;
  readonly block: number;
  readonly order: number;
  readonly durationSeconds: number;
  readonly random: () => number;
  readonly spec: RunSpec;
};

/** Spec of a trial, with a function that scatters its figures. */
export type Making = TrialSpec & { readonly scattered: (value: number) => number };

export type Made = Omit<Measurement, 'block' | 'order' | 'startedAt'>;

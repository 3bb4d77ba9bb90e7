import type { Capabilities, Encoding, Options, Payload } from '../contract.ts';
import type { SocketBytes } from '../meter.ts';
import type { Policy, Reaches } from '../results/values.ts';
import type { Answers, Probe } from './answers/form.ts';
import type { StepTimes } from './first-connection.ts';
import type { Recording } from './recording.ts';

/** Orders from the run to a load worker. It sends one `WorkerAnswer` for each, in the same order. Types only. */
export type WorkerOrder =
  | ConnectOrder
  | ProbeOrder
  | PhaseOrder
  | ClosedOrder
  | OpenOrder
  | HoldOrder
  | RecoveryOrder
  | ObserveOrder
  /** Tells what the observed sessions have received so far. The answer is `histories`. */
  | { readonly order: 'histories' }
  /** Waits, during a recovery, until nothing more is to be expected of any session. The answer is `settled`, at the latest at its end. */
  | { readonly order: 'settle'; readonly backNs: number }
  /** Ends a recovery early, so that it is answered. The answer is `finished`. */
  | { readonly order: 'finish' }
  /** Gets ready for a phase: its first messages may arrive before its order. The answer is `prepared`. */
  | { readonly order: 'prepare' }
  | { readonly order: 'memory' }
  | { readonly order: 'bytes' }
  | { readonly order: 'close' };

/** Way of a session's connections to the server. Each source address has its own range of ports. */
export interface Way {
  /** Source address. */
  readonly source: string;
  /** Host to dial instead of the URL's: the route to it has this source. Absent: the client binds its connections to the source. */
  readonly host?: string;
}

/** Way of waiting for a due time: `spin` is exact to the microsecond and takes a whole core, `sleep` leaves the core to others. */
export type Pace = 'spin' | 'sleep';

export interface ConnectOrder {
  readonly order: 'connect';
  /** URL of the module that exports `connect`. */
  readonly module: string;
  /** Addresses of the servers: sender n dials the one at n modulo their number. */
  readonly urls: readonly string[];
  /** Number of servers that are one service: sender n is at the one at n modulo it. Absent: one, or it is not known which. */
  readonly nodes?: number;
  readonly options: Options;
  readonly encoding: Encoding;
  readonly payload?: Payload;
  /** Certificate of the authority that signed the server's certificate, as PEM. */
  readonly authority?: string;
  /** Token of every session. */
  readonly token?: string;
  /** Set if the server is not ours. */
  readonly foreign?: true;
  /** Form of the answers of a foreign server. Absent: they are the messages themselves. */
  readonly answers?: Answers;
  /** Part of the handshake that the server must do, for errors. */
  readonly handshake?: string;
  /** Id of the run, which messages and topics carry. Set if the server is not ours. */
  readonly run?: string;
  readonly size: number;
  readonly seed: number;
  readonly opcode: number;
  readonly reaches: Reaches;
  /** Set if sessions are ordered and reliable: then messages that have not arrived may still be on their way. */
  readonly queues?: true;
  /** Number of sessions opened concurrently; 1 opens one after another, so that none waits for another. */
  readonly inFlight: number;
  /** Opens only the senders below this number. Absent: all of them. */
  readonly until?: number;
  /** Time that the server has to make a connection a session. Absent: that on a link without delay. */
  readonly handshakeSeconds?: number;
  /** True if the connections are to be encrypted. Absent: the client decides. */
  readonly tls?: boolean;
  /** Ways to the server: sender n takes the one at n modulo their number. Absent: the system chooses the source address. */
  readonly ways?: readonly Way[];
  /** Sessions of all workers together; this worker has every `workers`-th, beginning with number `worker`. */
  readonly clients: number;
  readonly worker: number;
  readonly workers: number;
  /** Origin of the trial's clock: a reading of `process.hrtime.bigint`, in digits. */
  readonly originNs: string;
  /** Absent: `spin`. */
  readonly pace?: Pace;
  /** Set if the client's library is to reconnect by itself. */
  readonly reconnect?: 'library';
}

/** Dials a foreign server to learn the form of its answers. The answer is `probed`. */
export interface ProbeOrder
  extends Omit<ConnectOrder, 'order' | 'size' | 'inFlight' | 'clients' | 'worker' | 'workers' | 'originNs' | 'pace'> {
  readonly order: 'probe';
  /** Sizes of messages; empty if none may be sent. */
  readonly sizes: readonly number[];
  /** True to open a second session, which shows whom messages reach. */
  readonly companion: boolean;
  /** False if a message may get lost. */
  readonly reliable: boolean;
  /** Time that the transport itself waits between arrivals. */
  readonly pauseSeconds: number;
  /** Common reason of a message without an answer over this transport, for errors. */
  readonly unanswered?: string;
}

/** Opens the senders below `until` that are not open yet. The answer is `connected`. */
export interface OpenOrder {
  readonly order: 'open';
  readonly until: number;
  readonly inFlight: number;
}

/** Sends nothing for a while and watches that the sessions stay open. The answer is `phase`. */
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
  /** Set to keep every sample in the recording, for checking the histograms. */
  readonly keepSamples?: true;
  /** Number of messages of each worker that are known to get lost and are not waited for, for checking the counts. */
  readonly knownLost?: number;
  /** Time after the last due time to wait for expected messages. */
  readonly drainSeconds: number;
  /** Set if another phase follows at once, which will see unexpected messages such as duplicates. */
  readonly more?: true;
  /** Set to collect garbage after it, so that the next phase need not. */
  readonly collect?: true;
}

/** Runs a closed loop: each session sends again when its echo arrives. Needs a scenario that echoes to the sender. */
export interface ClosedOrder {
  readonly order: 'closed';
  /** Number of the first message, a multiple of `clients`. Sequence numbers go on from here without a known end. */
  readonly first: number;
  /** Time after which no session sends. */
  readonly seconds: number;
  /** Maximum number of messages of each session. */
  readonly maxMessages?: number;
  /** Time after the end to wait for expected messages. */
  readonly drainSeconds: number;
}

/**
 * Receives what the publisher sends, through a fault, and reconnects sessions that are lost if the policy is `managed`. Ordered before
 * the publisher's first due time. The answer is `recovered`, after `endNs`.
 */
export interface RecoveryOrder {
  readonly order: 'recovery';
  readonly policy: Policy;
  /** Schedule of the publisher on the trial's clock: message n is due at `startNs + n × intervalNs`. */
  readonly startNs: number;
  readonly intervalNs: number;
  readonly count: number;
  /** Sender's number in the publisher's messages. */
  readonly sender: number;
  /** Epoch of the publisher's log, the first part of a message's id. */
  readonly epoch: string;
  /** End of the observation. */
  readonly endNs: number;
  /** Silence after which a session counts as lost. Only with `managed`. */
  readonly silenceSeconds: number;
  /** Longest time of one attempt. */
  readonly attemptSeconds: number;
  /** Means by which an attempt resumes the session: the transport's capability. Only with `managed`. */
  readonly resume: NonNullable<Capabilities['resume']>;
}

/** Records the arrivals of sessions that only receive from now on. The answer is `observing`. */
export interface ObserveOrder {
  readonly order: 'observe';
  /** Number of messages that are sent in all, numbered through all phases of the trial. */
  readonly count: number;
}

/** History of one session. Moments are in nanoseconds on the trial's clock. */
export interface SessionHistory {
  readonly sender: number;
  readonly events: readonly SessionEvent[];
  /** Moment of each message's first arrival, by its number; null if it did not arrive. */
  readonly arrivedNs: readonly (number | null)[];
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupt: number;
  /**
   * Number of arrivals on connections that the session had left. A message of theirs counts only if no later connection brings it, and
   * is never a duplicate. Absent: 0.
   */
  readonly late?: number;
}

export type SessionEvent =
  /** `lost`: the client's word, or with `silent` the harness's after `silenceSeconds`. `interrupted`: the library reconnects. */
  | { readonly what: 'lost' | 'silent' | 'interrupted'; readonly atNs: number; readonly reason: string }
  /** An attempt begins, of the harness's or of the library's as far as it tells, or fails. */
  | {
      readonly what: 'attempt';
      readonly atNs: number;
      /** Time by which it began late because the worker was busy; for a library's attempt the longest that it can have been. */
      readonly lateNs: number;
    }
  | { readonly what: 'failed'; readonly atNs: number; readonly reason: string }
  /** Messages flow again, by a new session or by the library; `replayed` as the library said. */
  | { readonly what: 'usable'; readonly atNs: number; readonly replayed?: boolean };

export type WorkerAnswer =
  | {
      readonly answer: 'connected';
      /** Times to a usable session, as an encoded histogram. */
      readonly connect: string;
      /** Time from the first `connect` to the last usable session. */
      readonly seconds: number;
      /** Times to the steps of first connections, of sessions opened one after another. */
      readonly steps: StepTimes;
      /** Protocols of the encrypted connections: `TLSv1.3`. */
      readonly protocols: readonly string[];
    }
  | { readonly answer: 'probed'; readonly probe: Probe }
  | { readonly answer: 'memory'; readonly rssBytes: number }
  /** Bytes of this worker's sockets since its start; `up` is client to server. */
  | ({ readonly answer: 'bytes' } & SocketBytes)
  | { readonly answer: 'phase'; readonly recording: Recording }
  | { readonly answer: 'recovered'; readonly sessions: readonly SessionHistory[]; readonly recording: Recording }
  | { readonly answer: 'settled' }
  | { readonly answer: 'finished' }
  | { readonly answer: 'observing' }
  | { readonly answer: 'histories'; readonly sessions: readonly SessionHistory[] }
  | { readonly answer: 'prepared' }
  | { readonly answer: 'closed' };

import type { Encoding, Options, Payload, ServerUsage, TokenRules } from '../contract.ts';
import type { Answers } from '../load/answers/form.ts';
import type { ClosedOrder, HoldOrder, PhaseOrder } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import type { DimensionValue } from '../results/dimensions.ts';
import type { RuleId } from '../results/rules.ts';
import type { Case, MeasuredTrial, Measurement } from '../results/schema.ts';
import type { Reaches } from '../results/values.ts';
import type { LinkCounters } from '../run/link.ts';
import type { TransportEntry, Variant } from '../transports/index.ts';

/**
 * Types of a scenario kind and of its inputs and outputs. Types only. `bench/scenarios/<kind>.ts` exports one
 * `ScenarioModule`; plan, run, validity and progress know no kind by its name and ask the module instead.
 */
export type ScenarioKind = NonNullable<Case['kind']>;

/** All that `bench` knows of one kind. */
export interface ScenarioModule<Id extends ScenarioKind = ScenarioKind> {
  /** File name, and the kind of its cases in results. */
  readonly id: Id;
  readonly scenarios: readonly Scenario[];
  readonly uses: Uses;
  /** Estimated time of one trial, in seconds. */
  estimateSeconds(planned: PlannedCase, warmupSeconds: number): number;
  resources(planned: PlannedCase): Resources;
  /** Carries out one trial. Rejections become a failed trial with their message. */
  measure(context: TrialContext): Promise<Measured>;
  readonly accounting: Accounting;
  /** Validity rules that its trials are judged by. */
  readonly rules: readonly RuleId[];
  /** Main figures of a trial, for the line printed when it ends. */
  detail(trial: MeasuredTrial): string;
  /** Trials are compared with each other (`verdicts`) or with formulas; in the latter case no threshold can name its figures. */
  readonly judgedBy: 'verdicts' | 'formulas';
  /** True if sessions that end or refuse a message fail the run. */
  readonly brokenSessionsFail: boolean;
  /** True if the cost of encoding and decoding its messages is measured before the run. */
  readonly microCosts: boolean;
  /** Part of its results in `choose`: traffic that a use may name as its own, a cost beside that, or none. */
  readonly advice: 'traffic' | 'cost' | 'none';
}

/** Scenario that a run can name: what is done with messages, and its defaults. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly opcode: number;
  /** Receivers of each message. */
  readonly reaches: Reaches;
  /** True if a run that names no scenarios includes it. */
  readonly usual: boolean;
  /** Default settings. */
  readonly defaults: {
    readonly clients: number;
    /** Messages a second of all clients together; 0 if the kind does not use a rate. */
    readonly rate: number;
    /** Message sizes in bytes; empty if no message is sent. */
    readonly sizes: readonly number[];
    /** Measured time of a trial, or of each probe of a search; 0 if the amount of work ends it. */
    readonly seconds: number;
  };
}

/** A scenario with the kind that carries it out. */
export interface ScenarioEntry extends Scenario {
  readonly kind: ScenarioModule;
}

/** Settings that a kind uses. The others are not part of its cases, and a run that gives them is refused. */
export interface Uses {
  /** Use of the rate: offered, or the start of a search. In a search it is not part of a case's id, and is 0 in results. */
  readonly rate: 'offered' | 'search start' | 'none';
  /** True if messages are sent: size, encoding and payload are used. */
  readonly messages: boolean;
  readonly duration: boolean;
  readonly warmup: boolean;
  readonly objective: boolean;
}

/** Resources that one trial needs of the machine. */
export interface Resources {
  /** Number of concurrent connections. */
  readonly connections: number;
}

/** Use of a recording's histograms. */
export interface Accounting {
  /** Histogram with one sample for each timed delivery. */
  readonly samples: 'response' | 'service';
  /** True if results keep the timeline, the responses by due time. */
  readonly timeline: boolean;
}

/** Case of a plan: one combination of transport, variant, scenario and settings, ready to be measured. */
export interface PlannedCase {
  readonly id: string;
  /** `transport` or `transport:variant`, and in an A/A run `#a` or `#b`. */
  readonly name: string;
  readonly entry: TransportEntry;
  readonly variant: Variant | null;
  /** Label of the transport in an A/A run. */
  readonly label: 'a' | 'b' | null;
  readonly scenario: ScenarioEntry;
  readonly clients: number;
  /** Messages a second of all clients together; 0 if the kind does not use a rate. */
  readonly rate: number;
  /** Message size in bytes; 0 if no message is sent. */
  readonly size: number;
  /** Measured time of a trial, or of each probe of a search; 0 if the amount of work ends it. */
  readonly seconds: number;
  readonly encoding: Encoding;
  readonly payload: Payload;
  readonly tls: boolean;
  readonly auth: TokenRules['algorithm'] | null;
  /** URL of a foreign server that runs already; null for one of ours. */
  readonly target: string | null;
  /** Form of the foreign server's answers. Absent: they are the messages themselves. */
  readonly answers?: Answers;
  /** Reason why the case cannot be measured at its foreign server; its trials fail with it. */
  readonly unmeasurable?: string;
  /** Settings of the client for the foreign server. */
  readonly targetOptions?: Options;
  /** Values of dimensions without a property of their own here, by name. Missing ones have their default. */
  readonly dimensions?: OpenDimensions;
  /** URL of a module with an application that replaces the servers' own. */
  readonly application?: string;
}

/** Values of dimensions, by the dimension's name. */
export type OpenDimensions = Readonly<Record<string, DimensionValue>>;

/** Maximum time of a percentile of the response. */
export interface Objective {
  readonly percentile: 50 | 90 | 99 | 99.9;
  readonly seconds: number;
}

/** Everything that `measure` is given. */
export interface TrialContext {
  readonly planned: PlannedCase;
  readonly warmupSeconds: number;
  readonly objective: Objective;
  readonly seed: number;
  /** Number of cores that the load workers are pinned to, or the number of workers if they are not pinned. */
  readonly generatorCores: number;
  readonly onStage: OnStage;
}

/** Starts a fresh server and fresh load workers, and ends them after use. */
export type OnStage = <Result>(use: (stage: Stage) => Promise<Result>) => Promise<Result>;

/** Server and load workers, as scenarios use them. Every operation rejects when a process ends or the signal aborts. */
export interface Stage {
  /** Address that clients connect to. */
  readonly url: string;
  readonly effective: Options;
  readonly workers: number;
  snapshot(): Promise<Snapshot>;
  /** Opens the senders below `until` that are not open yet, then waits until their bytes have arrived. */
  openSessions(until: number, inFlight: number): Promise<Opened>;
  phase(order: Omit<PhaseOrder, 'order' | 'startNs'>): Promise<Recording>;
  closed(order: Omit<ClosedOrder, 'order'>): Promise<Recording>;
  hold(seconds: HoldOrder['seconds']): Promise<Recording>;
  /** Resident bytes of both sides after a garbage collection; null for a foreign server. */
  memory(): Promise<{ server: number | null; generator: number }>;
  /** Closes every session. Others can be opened afterwards. */
  closeSessions(): Promise<void>;
}

/** Usage of the server since its start, and the counts of the private link if there is one. */
export interface Snapshot extends ServerUsage {
  readonly link: LinkCounters | null;
}

export interface Opened {
  /** Times to a usable session, encoded histogram. */
  readonly connect: string;
  /** Time from the first `connect` to the last usable session. */
  readonly seconds: number;
  /** Protocols of the encrypted connections: `TLSv1.3`. */
  readonly protocols?: readonly string[];
}

/** Counts and times of one trial at both sides, before it is judged. */
export interface Reading {
  /** The server's usage before the first session, with all sessions usable, and around the measured window. */
  readonly idle: Snapshot;
  readonly ready: Snapshot;
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Times to a usable session, encoded histogram. */
  readonly connect: string;
  readonly recording: Recording;
  readonly workers: number;
  /** Messages due on the schedule; without a schedule, messages sent. */
  readonly due: number;
  /** Length of the measured window. */
  readonly seconds: number;
}

/** Fields of a measurement that only some kinds fill. */
export type Extras = Pick<Measurement, 'theory' | 'capacity' | 'memory' | 'opening'>;

/** Outcome of `measure`. */
export interface Measured {
  readonly reading: Reading;
  readonly extras?: Extras;
}

import type { Encoding, Options, Payload, ServerUsage, TokenRules } from '../contract.ts';
import type { ClosedOrder, HoldOrder, PhaseOrder } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import type { DimensionValue } from '../results/dimensions.ts';
import type { RuleId } from '../results/rules.ts';
import type { Case, MeasuredTrial, Measurement } from '../results/schema.ts';
import type { LinkCounters } from '../run/link.ts';
import type { TransportEntry, Variant } from '../transports/index.ts';

/**
 * Shape of a scenario kind, and of everything it is given and hands back. Types only. `bench/scenarios/<kind>.ts` exports one
 * `ScenarioModule`; plan, run, validity and progress know no kind by its name and ask the module instead.
 */
export type ScenarioKind = NonNullable<Case['kind']>;

/** All that `bench` knows of one kind. */
export interface ScenarioModule<Id extends ScenarioKind = ScenarioKind> {
  /** File name, and the kind of its cases in results. */
  readonly id: Id;
  readonly scenarios: readonly Scenario[];
  readonly uses: Uses;
  /** Estimated time of one trial, in seconds; machines are faster or slower. */
  estimateSeconds(planned: PlannedCase, warmupSeconds: number): number;
  resources(planned: PlannedCase): Resources;
  /** Carries out one trial. Rejections become a failed trial with their message. */
  measure(context: TrialContext): Promise<Measured>;
  readonly accounting: Accounting;
  /** Validity rules that its trials are judged by. */
  readonly rules: readonly RuleId[];
  /** Main figures of a trial, for the line that says it has ended. */
  detail(trial: MeasuredTrial): string;
  /** Trials are compared by verdicts, or each is held against formulas: then no threshold can name one of its figures. */
  readonly judgedBy: 'verdicts' | 'formulas';
  /** True if sessions that end or refuse a message fail the run. */
  readonly brokenSessionsFail: boolean;
  /** True if the cost of encoding and decoding its messages is measured before the run. */
  readonly microCosts: boolean;
  /** Part of its results in `choose`: traffic that a use may name as its own, a cost beside that, or none. */
  readonly advice: 'traffic' | 'cost' | 'none';
}

/** One thing that is done with messages, by a name that a run can ask for. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly opcode: number;
  /** Receivers of each message. */
  readonly reaches: 'sender' | 'everyone';
  /** True if a run that names no scenarios has it. */
  readonly usual: boolean;
  /** Settings in force where nothing else is asked for. */
  readonly defaults: {
    readonly clients: number;
    /** Messages a second, all clients together; 0 where the kind has no use for a rate. */
    readonly rate: number;
    /** Bytes; empty where no message is sent. */
    readonly sizes: readonly number[];
    /** Measured time of a trial, or of each probe of a search; 0 where the work and not the clock ends it. */
    readonly seconds: number;
  };
}

/** A scenario with the kind that carries it out. */
export interface ScenarioEntry extends Scenario {
  readonly kind: ScenarioModule;
}

/** Settings that change what a trial does. The others are no part of its cases, and asking for them is refused. */
export interface Uses {
  /** Rate that is offered, or at which a search begins: then it is no part of a case's id, and 0 in results. */
  readonly rate: 'offered' | 'search start' | 'none';
  /** Size, encoding and payload: messages are sent. */
  readonly messages: boolean;
  readonly duration: boolean;
  readonly warmup: boolean;
  readonly objective: boolean;
}

/** Needs of one trial that a machine may not have. */
export interface Resources {
  /** Connections that are open at the same time. */
  readonly connections: number;
}

/** Reading of a recording's counts. */
export interface Accounting {
  /** Histogram with one sample for each timed delivery. */
  readonly samples: 'response' | 'service';
  /** True if results keep the responses by when their messages were due. */
  readonly timeline: boolean;
}

/** One combination of transport, variant, scenario, clients, rate and size, ready to be measured. */
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
  /** Messages a second; 0 where the kind has no use for a rate. */
  readonly rate: number;
  /** Bytes; 0 where no message is sent. */
  readonly size: number;
  /** Measured time of a trial, or of each probe of a search; 0 where the work ends it. */
  readonly seconds: number;
  readonly encoding: Encoding;
  readonly payload: Payload;
  readonly tls: boolean;
  readonly auth: TokenRules['algorithm'] | null;
  /** URL of a server that runs already, in place of one of ours; null otherwise. */
  readonly target: string | null;
  /** Values of the dimensions that have no property of their own here, by name; one that is missing has its default. */
  readonly dimensions?: OpenDimensions;
  /** URL of a module with another application than the servers' own. */
  readonly application?: string;
}

/** Values by the name of their dimension. */
export type OpenDimensions = Readonly<Record<string, DimensionValue>>;

/** A percentile of the response that may be at most so long. */
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
  /** Cores that the load workers have to themselves, or the number of workers where they are not bound. */
  readonly generatorCores: number;
  readonly onStage: OnStage;
}

/** Starts a fresh server and load, and ends them after use. */
export type OnStage = <Result>(use: (stage: Stage) => Promise<Result>) => Promise<Result>;

/** A server and its load, as the scenarios use them. Everything rejects when a process ends or the signal aborts. */
export interface Stage {
  /** Address that the clients dial. */
  readonly url: string;
  readonly effective: Options;
  readonly workers: number;
  snapshot(): Promise<Snapshot>;
  /** Opens the senders below `until` that are not open yet, then waits for the last bytes of it. */
  openSessions(until: number, inFlight: number): Promise<Opened>;
  phase(order: Omit<PhaseOrder, 'order' | 'startNs'>): Promise<Recording>;
  closed(order: Omit<ClosedOrder, 'order'>): Promise<Recording>;
  hold(seconds: HoldOrder['seconds']): Promise<Recording>;
  /** Resident bytes of both sides once garbage is collected; the server's are null where it is not ours. */
  memory(): Promise<{ server: number | null; generator: number }>;
  /** Closes every session; others can be opened then. */
  closeSessions(): Promise<void>;
}

/** Counts since the server's start: its own, and the link's where there is a private one. */
export interface Snapshot extends ServerUsage {
  readonly link: LinkCounters | null;
}

export interface Opened {
  /** Times to a usable session, encoded histogram. */
  readonly connect: string;
  /** From the first dialling to the last usable session. */
  readonly seconds: number;
}

/** Counts and times of one trial, of both sides, not judged yet. */
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
  /** Messages that the schedule asked for; without one, those that were sent. */
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

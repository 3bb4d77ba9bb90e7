import type { Encoding, Options, Payload, ServerUsage, TokenRules } from '../contract.ts';
import type { Answers } from '../load/answers/form.ts';
import type { StepTimes } from '../load/first-connection.ts';
import type { ClosedOrder, HoldOrder, PhaseOrder, SessionHistory } from '../load/protocol.ts';
import type { Recording } from '../load/recording.ts';
import type { RadioCounts, RelayCounts } from '../networks/protocol.ts';
import type { DimensionValue } from '../results/dimensions.ts';
import type { Contention } from '../results/machine/cores.ts';
import type { RuleId } from '../results/rules.ts';
import type { Case, MeasuredTrial, Measurement } from '../results/schema.ts';
import type { Fault, Policy, Reaches, Reader } from '../results/values.ts';
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
  /** Set if lost messages are what it measures, so that they do not fail the run. */
  readonly measuresLosses?: true;
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
  /** Networks over which the default run measures it too, with fewer trials; `none` is the link as it is. */
  readonly alsoOver?: readonly string[];
  /** Default settings. */
  readonly defaults: Load & {
    /** Those that differ over a network, whose lines carry less than the link. */
    readonly overNetwork?: Partial<Load>;
  };
}

/** Load of a scenario. */
export interface Load {
  readonly clients: number;
  /** Messages a second of all clients together; 0 if the kind does not use a rate. */
  readonly rate: number;
  /** Message sizes in bytes; empty if no message is sent. */
  readonly sizes: readonly number[];
  /** Measured time of a trial, or of each probe of a search; 0 if the amount of work ends it. */
  readonly seconds: number;
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
  /** True if it can be measured over a network. */
  readonly network: boolean;
  /** Set if a fault happens in its trials: fault, outage, reconnection and silence are used, and the server keeps a replay log. */
  readonly faults?: true;
  /** Set if some of the subscribers become slow in its trials. */
  readonly readers?: true;
  /** False if its clients run in Node alone. Absent: true. */
  readonly browsers?: false;
  /** False if it needs one server. Absent: several may be one service. */
  readonly nodes?: false;
  /** True if the interval of heartbeats shapes its figures. Absent: false. */
  readonly heartbeat?: true;
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
  /** URL of a server that is not ours, with HOST and PORT in the place of its address if `exec` starts it; null for one of ours. */
  readonly target: string | null;
  /** Shell command that starts the server at `target` for every trial. Absent: it runs already. */
  readonly exec?: string;
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
  /** Settings of the fault. Absent: no fault happens. */
  readonly disruption?: Disruption;
  /** Number of trials, if it is not that of the plan's other cases. */
  readonly trials?: number;
}

/** Settings of a fault that are no properties of a case. */
export interface Disruption {
  readonly outage: Outage;
  /** Silence after which a session counts as lost; null: by the rate. */
  readonly silenceSeconds: number | null;
}

/** Range that the length of an outage is drawn from. */
export interface Outage {
  readonly minSeconds: number;
  readonly maxSeconds: number;
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
  /** Number of the block. */
  readonly block: number;
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
  /** Begins to watch the use of a phone's radio by each client, which later snapshots have. Does nothing without a relay. */
  watchRadio(tailSeconds: number): Promise<void>;
  /** Does the work that is measured, reads the usage before and after it, and watches the cores meanwhile. */
  window<Result>(work: () => Promise<Result>): Promise<Window<Result>>;
  /** Opens the senders below `until` that are not open yet, then waits until their bytes have arrived. */
  openSessions(until: number, inFlight: number): Promise<Opened>;
  phase(order: Omit<PhaseOrder, 'order' | 'startNs'>): Promise<Recording>;
  closed(order: Omit<ClosedOrder, 'order'>): Promise<Recording>;
  hold(seconds: HoldOrder['seconds']): Promise<Recording>;
  /** Resident bytes of both sides after a garbage collection; null for a foreign server. */
  memory(): Promise<{ server: number | null; generator: number }>;
  /** Closes every session. Others can be opened afterwards. */
  closeSessions(): Promise<void>;
  /** Publishes on a schedule, lets the fault happen, and follows every session until all are as before or the time is over. */
  disrupt(course: Course): Promise<Disrupted>;
  /** Usage of the server since its start. */
  usage(): Promise<ServerUsage>;
  /** Opens the sessions that become slow, in a load process of their own. @param messages number that the trial sends in all */
  openReaders(messages: number): Promise<SlowReaders>;
}

/** Sessions that only receive, and that can be made slow. Moments are in nanoseconds on the trial's clock. */
export interface SlowReaders {
  readonly nowNs: number;
  /** Moments at which `look` found that a connection, open when the readers became slow, had ended at the server. */
  readonly endedNs: readonly number[];
  /** Stops them, or makes their lines slow. Resolves with the moment. */
  hinder(how: Reader): Promise<number>;
  /** Lets them go on. Resolves with the moment. */
  release(): Promise<number>;
  look(): void;
  /** Arrivals at each of them so far. They answer only while they are not stopped. */
  histories(): Promise<readonly SessionHistory[]>;
}

/** Course of a trial with a fault. */
export interface Course {
  readonly fault: Fault;
  readonly policy: Policy;
  /** Time between two published messages. */
  readonly intervalSeconds: number;
  /** Time from the first due time to the fault. */
  readonly steadySeconds: number;
  /** Time from the fault until the path is to be back; without meaning at a fault that has no outage. */
  readonly outageSeconds: number;
  /** Silence after which a session counts as lost, if the harness reconnects. */
  readonly silenceSeconds: number;
  /** Longest time from the moment at which the path is back to the end. */
  readonly observationSeconds: number;
}

/** Observations of a trial with a fault. Moments are in nanoseconds on the trial's clock. */
export interface Disrupted {
  readonly startNs: number;
  readonly faultNs: number;
  /** Moment from which packets pass or the server listens again; that of the fault if it has no outage. */
  readonly backNs: number;
  readonly endNs: number;
  readonly sessions: readonly SessionHistory[];
  readonly recording: Recording;
  /** Work of the publisher until the end. */
  readonly published: { readonly sent: number; readonly onTime: number };
  /** The server's CPU time since its start, read again and again from the moment at which the path is back. */
  readonly server: readonly { readonly atNs: number; readonly cpuSeconds: number }[];
  /** Connections that the system refused since the path is back; null if it does not tell. */
  readonly listenDrops: number | null;
}

/** Process of a service that several make. */
export interface Part {
  /** `server 1`, or `redis`. */
  readonly role: string;
  /** Its first process; undefined if it is not on this machine or has ended. */
  readonly pid: number | undefined;
  /** User and system time since it started. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Name and version of its program. Absent: Node. */
  readonly runtime?: string;
  /** Set if it is somebody else's, and no process of the run. */
  readonly isOutside?: true;
}

/** Usage of the server since its start, and the counts of the private link if there is one. */
export interface Snapshot extends ServerUsage {
  readonly link: LinkCounters | null;
  /** Processes of a service of several servers. Absent: there is one. */
  readonly parts?: readonly Part[];
  /** Counts of the relay that makes the network. Absent on a link without one. */
  readonly relay?: RelayCounts;
  /** Use of phones' radios since they are watched. Absent if they are not. */
  readonly radio?: RadioCounts;
}

/** Work that was measured, with the usage around it. */
export interface Window<Result> {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly result: Result;
  /** Use of the cores meanwhile. Absent: it was not watched. */
  readonly contention?: Contention;
}

export interface Opened {
  /** Times to a usable session, encoded histogram. */
  readonly connect: string;
  /** Time from the first `connect` to the last usable session. */
  readonly seconds: number;
  /** Protocols of the encrypted connections: `TLSv1.3`. */
  readonly protocols?: readonly string[];
  /** Times to the steps of each session's first connection. Absent or empty: sessions were opened several at a time, or over UDP. */
  readonly steps?: StepTimes;
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
  /** Use of the cores in the measured window, and in others that the figures rest on. Absent: it was not watched. */
  readonly contention?: Contention | undefined;
  readonly workers: number;
  /** Messages due on the schedule; without a schedule, messages sent. */
  readonly due: number;
  /** Length of the measured window. */
  readonly seconds: number;
  /** Number of sessions whose messages and deliveries are counted. Absent: all of the case. */
  readonly clients?: number;
}

/** Fields of a measurement that only some kinds fill. */
export type Extras = Pick<Measurement, 'theory' | 'capacity' | 'memory' | 'opening' | 'recovery' | 'slow' | 'radio'>;

/** Outcome of `measure`. */
export interface Measured {
  readonly reading: Reading;
  readonly extras?: Extras;
}

import type {
  Broken,
  Capacity,
  Case,
  Environment,
  NotMeasured,
  Opening,
  Recovery,
  Results,
  Slow,
  Wire,
} from '../../bench/results/schema.ts';
import type { Stickiness } from '../../bench/results/via.ts';
import type { Interval } from '../stats/bootstrap.ts';
import type { Shown } from '../stats/distribution.ts';
import type { Kind, Metric, MetricId } from './metrics.ts';
import type { Absent, Bound, Expert, Verdict } from './verdict.ts';

/** Everything that a page or a terminal shows of a run, independent of its layout. */
export type Analysis = {
  readonly options: AnalysisOptions;
  readonly status: Status;
  readonly counts: TrialCounts;
  /** Cases by question: those of one group differ only in their transport. The first group is the run's primary one. */
  readonly groups: readonly Group[];
  /** Bytes by formula beside those counted, without verdicts. */
  readonly wire: readonly WireRow[];
  readonly micro: readonly MicroView[];
  /** Result of an A/A run, which measures every transport twice; null for other runs. */
  readonly sameTwice: SameTwice | null;
  /** Failed checks that make the machine unfit for measuring. */
  readonly unfit: readonly Check[];
  /** Sentences about surroundings that concern every figure: no private link, variables that change a runtime. */
  readonly cautions: readonly string[];
  readonly warnings: readonly Warning[];
  /** Answers for a mobile network and after a fault, one line each; empty for runs that cannot have them. */
  readonly field: readonly FieldAnswer[];
};

/** Answer for a condition that the link as it is does not have, or the command that would cover it. */
export type FieldAnswer = {
  readonly id: 'mobile' | 'fault';
  readonly title: string;
  /** Load, network and fault that it holds for; null if the run does not cover it. */
  readonly condition: string | null;
  readonly sentence: Sentence;
  /** Command that would cover it; null if the run does. */
  readonly command: string | null;
  /** Id of the group that it is about; null if there is none. */
  readonly group: string | null;
};

export type Check = NonNullable<Environment['checks']>[number];

export type SameTwice = {
  readonly comparisons: number;
  /** False positives: differences found between identical cases. */
  readonly mistaken: readonly string[];
  readonly sentence: Sentence;
};

export type AnalysisOptions = {
  /** Share within which times, rates and memory are equivalent: 0.05 is ±5 %. */
  readonly timeBand: number;
  readonly byteBand: number;
  /** Differences that nobody could notice, as given, in base units; other metrics have the usual ones. */
  readonly bands: Readonly<Partial<Record<MetricId, number>>>;
  /** Objective of messages, from which the usual band of times follows; null if the run states none. */
  readonly objective: Objective | null;
  readonly resamples: number;
  readonly seed: number;
};

export type Status =
  | { readonly kind: 'valid'; readonly label: string }
  | { readonly kind: 'warnings'; readonly label: string }
  | { readonly kind: 'quick'; readonly label: string; readonly trials: number; readonly consequence: string }
  | { readonly kind: 'interrupted'; readonly label: string; readonly consequence: string }
  | { readonly kind: 'invalid'; readonly label: string; readonly consequence: string };

export type TrialCounts = {
  readonly planned: number;
  readonly valid: number;
  readonly suspect: number;
  readonly invalid: number;
  readonly failed: number;
  /** Planned trials that never ran. */
  readonly missing: number;
  /** Trials that were run again; absent if there are none. Only the second attempt is among the states above. */
  readonly reruns?: number;
};

export type Warning = {
  readonly text: string;
  /** Remedy. */
  readonly action: string;
};

/** A sentence with some words in bold; renderers without bold join the texts. */
export type Sentence = readonly Phrase[];
export type Phrase = { readonly text: string; readonly strong: boolean };

export type Question = Pick<
  Results['cases'][number],
  | 'scenario'
  | 'clients'
  | 'rate'
  | 'size'
  | 'encoding'
  | 'payload'
  | 'tls'
  | 'auth'
  | 'target'
  | 'exec'
  | 'reaches'
  | 'network'
  | 'dimensions'
> & {
  readonly kind: Kind;
  readonly objective: Objective | null;
  /** Round trip of its network; absent without a delay. */
  readonly rttSeconds?: number;
  /** Share of packets that its network loses each way; absent without losses. */
  readonly lossShare?: number;
  /** Title of its network, where it is not its id. */
  readonly networkTitle?: string;
  /** True if a trial has the times for which a phone's radio would be awake. */
  readonly radio?: true;
  /** True if a case has several nodes, which share a Redis. */
  readonly nodes?: true;
  /** Range of the times between the fault and its end; absent without one. */
  readonly outage?: { readonly low: number; readonly high: number };
};

export type Objective = Capacity['objective'];

/** Objective of a case; `stated` is true if the run names it. */
export type CaseObjective = Objective & { readonly stated: boolean };

export type Group = {
  readonly id: string;
  readonly question: Question;
  /** `broadcast to 100 clients at 50 msg/s of 128 B`. */
  readonly title: string;
  /** Sorted: choices by the primary metric, then the floor. */
  readonly rows: readonly Row[];
  /** Columns of the group in order: those of its kind of scenario. */
  readonly metrics: readonly MetricId[];
  readonly columns: Readonly<Record<MetricId, Column>>;
  readonly primary: MetricId;
  readonly tiers: Tiers;
  readonly unsupported: readonly Absent[];
  readonly layer: Wire['layer'] | 'mixed' | null;
  /** Objective by which messages are in time; null where no share in time is shown. */
  readonly inTime: CaseObjective | null;
  readonly answer: Sentence;
  /** Other columns in which one of several leaders is shown to be best; may be empty. */
  readonly tieBreak: Sentence;
  /** Stability of the answer: would another run give it again? */
  readonly certainty: Sentence;
  /** Other columns that speak against the answer. */
  readonly preference: Sentence;
  /** Explanations of figures whose names do not tell what they are. */
  readonly notes: readonly string[];
  readonly notCovered: NotCovered;
  /** Cases whose clients ran in a browser, each beside that in Node; empty unless the run has both. */
  readonly browserCosts: readonly BrowserCost[];
  /** Cases behind a proxy, each beside that without one; empty unless the run has both. */
  readonly proxyCosts: readonly ProxyCost[];
  /** Cases with several servers behind a proxy: whether their sessions work. */
  readonly stickyOutcomes: readonly StickyOutcome[];
};

/** Cost of a proxy beside the same case without one. */
export type ProxyCost = {
  readonly caseId: string;
  /** Transport and variant, without the proxy. */
  readonly name: string;
  readonly via: string;
  readonly figures: readonly ProxyFigure[];
  /** Proxy's own CPU time for each message that arrived, in seconds; null if it is not known. */
  readonly cpuSeconds: number | null;
};

/** One figure of both, as medians over the valid trials in the base unit, and the verdict on that behind the proxy. */
export type ProxyFigure = {
  readonly id: string;
  readonly title: string;
  readonly unit: Metric['unit'];
  readonly scale: number;
  readonly behind: number;
  readonly alone: number;
  readonly verdict: Verdict;
};

/** Outcome of a stickiness, over all trials of a case. */
export type StickyOutcome = {
  readonly caseId: string;
  readonly name: string;
  readonly proxy: string;
  readonly sticky: Stickiness;
  readonly servers: number;
  readonly works: boolean;
  /** Share of the deliveries that never came, in the worst trial. */
  readonly missing: number;
  /** First thing that clients were told; null if all arrived, or nothing was said. */
  readonly reason: string | null;
};

/** Cost of clients in a browser beside the same clients in Node. */
export type BrowserCost = {
  readonly caseId: string;
  /** Transport and variant, without the runtime. */
  readonly name: string;
  /** Browser that the clients ran in. */
  readonly runtime: string;
  readonly floor: boolean;
  readonly figures: readonly BrowserFigure[];
};

/** One figure of both, as medians over the valid trials in the base unit, and the verdict on the browser's. */
export type BrowserFigure = {
  readonly id: string;
  readonly title: string;
  readonly unit: Metric['unit'];
  readonly scale: number;
  readonly browser: number;
  readonly node: number;
  readonly verdict: Verdict;
};

/** Limits of what was measured: `common` is mostly equal for all groups of a run, `own` is not. */
export type NotCovered = { readonly common: string; readonly own: string };

export type Column = {
  readonly metric: Metric;
  readonly band: number;
  /** Difference that nobody could notice, in the metric's base unit; 0 if there is no such amount. */
  readonly absolute: number;
  /** Case that the column's factors and verdicts compare with; null if no choice has a value. */
  readonly best: string | null;
};

export type Row = {
  readonly caseId: string;
  /** `ws:deflate`, and in an A/A run `ws:deflate#a`. */
  readonly name: string;
  /** Transport and variant as the command line takes them. */
  readonly flag: string;
  readonly transport: string;
  readonly title: string;
  readonly floor: boolean;
  readonly cells: Readonly<Record<MetricId, Cell>>;
  readonly curve: readonly CurvePoint[];
  /** Distribution over all valid trials together; only its shape counts, since one trial may be most of a tail. */
  readonly pooled: readonly SharePoint[];
  readonly payload: Shown;
  /** Bytes per delivered message at the sockets, where `bytes` were counted on the link. */
  readonly socketBytes: Shown;
  /** Searches of the valid trials; empty for other kinds. */
  readonly searches: readonly Capacity[];
  readonly trials: readonly TrialView[];
  readonly validTrials: number;
  /** Null if the transport kept up in every valid trial. */
  readonly overload: Overloaded | null;
  /** Null if nothing shows that messages travelled together. */
  readonly batched: Batched | null;
};

/** Messages that travelled together, so that each cost less than it would at a lower rate. */
export type Batched = {
  /** Messages on each packet, median over the valid trials; null where packets were not counted, and the transport declares it. */
  readonly perPacket: number | null;
};

/** Valid trials of a case in which messages came faster than they were delivered: its latencies are lower bounds. */
export type Overloaded = {
  readonly trials: number;
  /** Messages per second that were delivered, median over these trials. */
  readonly sustainedRate: number;
  /** Deliveries that were still queued when the drain ended, and all expected ones, of these trials together. */
  readonly overdue: number;
  readonly expected: number;
};

export type Cell =
  | {
      readonly state: 'shown';
      readonly median: number;
      /** 95 % interval of the median; null with fewer than six valid trials. */
      readonly interval: Interval | null;
      readonly values: readonly { readonly block: number; readonly value: number }[];
      /** Number of trials whose value is a lower bound; if above 0, the median is one. */
      readonly bounded: number;
      /** Lowest R² of the lines that the values are slopes of; null if they are not slopes. */
      readonly fit: number | null;
      /** Ratio to the column's best choice. */
      readonly factor: number | null;
      readonly factorBound: Bound | null;
      /** Statistical verdict against the column's best choice; null for that choice itself and for the floor. */
      readonly verdict: Verdict | null;
      /** Verdict with the absolute band, by which tables and sentences speak; null where the statistical one is. */
      readonly practical: Verdict | null;
      readonly expert: Expert | null;
    }
  | { readonly state: 'not shown'; readonly reason: string };

export type CurvePoint = {
  readonly percentile: number;
  /** Median over the valid trials. */
  readonly seconds: number;
  /** Value of the fastest trial and of the slowest. */
  readonly low: number;
  readonly high: number;
  /** True if every trial by itself has enough samples beyond the percentile. */
  readonly firm: boolean;
};

/** Share of all messages of the valid trials that took at most this time. */
export type SharePoint = { readonly share: number; readonly seconds: number };

export type TrialView = (
  | {
      readonly state: 'valid' | 'suspect' | 'invalid';
      readonly block: number;
      readonly order: number;
      readonly reasons: readonly string[];
      /** The rule behind each of the reasons, in their order. */
      readonly broken: readonly Broken[];
      /** Figures that are shown as a dash, by their place in the trial. */
      readonly notMeasured: readonly NotMeasured[];
      /** Length of the measured window. */
      readonly seconds: number;
      readonly messages: Messages;
      readonly values: Readonly<Record<MetricId, Shown>>;
      /** Metrics whose value is a lower bound. */
      readonly lowerBounds: readonly MetricId[];
      /** Messages per second that an overloaded transport delivered; null if it kept up. */
      readonly sustainedRate: number | null;
      /** Latency from the actual time of sending. */
      readonly serviceP50: Shown;
      /** Latency of the last subscriber to receive a message; null if a message has one receiver. */
      readonly lastP50: Shown | null;
      readonly lagP50: Shown;
      readonly lagP99: Shown;
      /** Share of the window the busiest worker worked, 0 to 1. */
      readonly busy: number;
      /** Largest shares of the window, over the used cores: taken by other programs, and waited for them; null if not measured. */
      readonly othersShare: number | null;
      readonly waitShare: number | null;
      /** Growth of the generator's resident memory over the window; null if it was not read at the start. */
      readonly generatorGrowthBytes: number | null;
      readonly search: { readonly steps: number; readonly ceilingRate: number; readonly reason: string | null } | null;
      readonly fit: { readonly server: number; readonly generator: number } | null;
      readonly opening: Opening | null;
      readonly recovery: RecoveryView | null;
      readonly slowReaders: SlowView | null;
    }
  | {
      readonly state: 'failed';
      readonly block: number;
      readonly order: number;
      readonly reasons: readonly string[];
      readonly broken: readonly Broken[];
    }
) & {
  /** `order` of the trial that this one repeats; null for a first attempt. */
  readonly replaces: number | null;
  /** True if another trial repeats this one, so that it counts nowhere. */
  readonly replaced: boolean;
};

/** Counts of a trial's fault: who came back, by how many attempts, and what was missed. */
export type RecoveryView = Pick<Recovery, 'sessions' | 'attempts' | 'messages' | 'reasons' | 'limit'>;

/** Fates of the slow readers of a trial. */
export type SlowView = Pick<Slow, 'readers' | 'fates'>;

/** A trial that was measured, valid or not. */
export type MeasuredView = Exclude<TrialView, { state: 'failed' }>;

type Messages = Extract<Results['cases'][number]['trials'][number], { state: 'valid' }>['messages'];

export type Tiers =
  | {
      readonly kind: 'tiered';
      /** Tiers, best first. No case of a tier is shown to be worse than the tier's first by what could be noticed. */
      readonly tiers: readonly (readonly TierEntry[])[];
      /** Other columns that tell the choices of the first tier apart. */
      readonly apart: readonly Apart[];
      /** Choices that have too few valid trials for a verdict, or whose figures allow none. */
      readonly untested: readonly Untested[];
    }
  | { readonly kind: 'untestable'; readonly reason: string; readonly untested: readonly Untested[] };

export type Untested = {
  readonly name: string;
  readonly validTrials: number;
  readonly trials: number;
  /** True if its figure is a lower bound, so that it may be better than any tier. */
  readonly bounded: boolean;
};

/** Column in which some leaders are shown to be worse than the best of them. */
export type Apart = { readonly metric: MetricId; readonly behind: readonly string[] };

export type TierEntry = {
  readonly caseId: string;
  readonly name: string;
  /** Practical verdict against the first of its tier; null for the first itself. */
  readonly verdict: Verdict | null;
  /** Practical verdict against the first of tier A; null within tier A. */
  readonly toLeader: Verdict | null;
  /** Share of resamples in which it is within the band of that resample's best. */
  readonly topShare: number | null;
};

/** Cost of one exchanged message by formula and as counted, in bytes or packets per message. */
export type WireRow = {
  readonly caseId: string;
  readonly name: string;
  readonly title: string;
  readonly floor: boolean;
  readonly size: number;
  readonly encoding: Case['encoding'];
  /** Labels of the case's unusual dimensions: `binary, TLS`; may be empty. */
  readonly particulars: string;
  /** Number of valid trials; figures are their medians. */
  readonly trials: number;
  /** Messages exchanged in a trial. */
  readonly exchanges: number;
  /** Null if nothing was counted. */
  readonly up: WireWay | null;
  readonly down: WireWay | null;
  /** Reason why figures are missing, or null. */
  readonly reason: string | null;
  /** Clauses of specifications that the formula is based on. */
  readonly source: string | null;
};

export type WireWay = {
  /** Null for datagrams, which sockets do not count. */
  readonly socket: Beside | null;
  /** Null without a private link. */
  readonly link: (Beside & { readonly packets: Packets }) | null;
};

export type Beside = {
  /** Null without a formula. */
  readonly theory: number | null;
  readonly measured: number;
  /** Measured minus theory. */
  readonly difference: number | null;
  /** Difference divided by theory. */
  readonly share: number | null;
};

export type Packets = {
  readonly counted: number;
  /** Segments that the data alone fill; null without a formula. */
  readonly forData: number | null;
  /** Packets beyond those: acknowledgements and split writes. */
  readonly more: number | null;
};

/** CPU time of a server's protocol work in a tight loop, beside that of the whole server under load. */
export type MicroView = {
  readonly transport: string;
  readonly size: number;
  readonly decode: Shown;
  readonly encode: Shown;
  /** Sum of decode and encode: the protocol's share of an echo. */
  readonly protocol: Shown;
  /** Server CPU per message of a measured echo of this size. */
  readonly measured: Shown;
  readonly question: string | null;
  /** Protocol divided by measured. */
  readonly share: number | null;
  readonly libraries: readonly string[];
};

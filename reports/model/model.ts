import type {
  Broken,
  Capacity,
  Case,
  Environment,
  NotMeasured,
  Opening,
  Results,
  Wire,
} from '../../bench/results/schema.ts';
import type { Interval } from '../stats/bootstrap.ts';
import type { Shown } from '../stats/distribution.ts';
import type { Kind, Metric, MetricId } from './metrics.ts';
import type { Absent, Bound, Expert, Verdict } from './verdict.ts';

/** What the trials allow us to say: everything a page or a terminal shows, and nothing about how it looks. */
export type Analysis = {
  readonly options: AnalysisOptions;
  readonly status: Status;
  readonly counts: TrialCounts;
  /** One a question: cases that differ in nothing but their transport. The first is the run's primary one. */
  readonly groups: readonly Group[];
  /** What the formulas say beside what was counted: in a table of its own, without verdicts. */
  readonly wire: readonly WireRow[];
  readonly micro: readonly MicroView[];
  /** Null unless the run measured every transport twice, to see what is called a difference where there is none. */
  readonly sameTwice: SameTwice | null;
  /** What makes this machine unfit to measure on. */
  readonly unfit: readonly Check[];
  readonly warnings: readonly Warning[];
};

export type Check = NonNullable<Environment['checks']>[number];

export type SameTwice = {
  readonly comparisons: number;
  /** Differences that were found where there can be none. */
  readonly mistaken: readonly string[];
  readonly sentence: Sentence;
};

export type AnalysisOptions = {
  /** Differences of times, rates and memory within ± this share do not count. */
  readonly timeBand: number;
  readonly byteBand: number;
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
  /** Planned, and never run. */
  readonly missing: number;
};

export type Warning = {
  readonly text: string;
  /** What to do about it. */
  readonly action: string;
};

/** A sentence whose important words can be set off; a renderer that cannot do so joins the texts. */
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
  | 'network'
  | 'dimensions'
> & {
  readonly kind: Kind;
  readonly objective: Objective | null;
};

export type Objective = Capacity['objective'];

export type Group = {
  readonly id: string;
  readonly question: Question;
  /** `broadcast to 100 clients at 50 msg/s of 128 B`. */
  readonly title: string;
  /** Sorted: choices by the primary metric, then the floor. */
  readonly rows: readonly Row[];
  /** The group's own columns, in order: those of its kind of scenario. Cells of any other are not shown. */
  readonly metrics: readonly MetricId[];
  readonly columns: Readonly<Record<MetricId, Column>>;
  readonly primary: MetricId;
  readonly tiers: Tiers;
  readonly unsupported: readonly Absent[];
  readonly layer: Wire['layer'] | 'mixed' | null;
  readonly answer: Sentence;
  /** Where the answer names several: columns in which one of them is shown lowest. May be empty. */
  readonly tieBreak: Sentence;
  /** How sure the answer is: would the runs come out this way again? */
  readonly certainty: Sentence;
  /** And would it stand if something else counted for more? */
  readonly preference: Sentence;
  /** What its figures are, where their names do not tell. */
  readonly notes: readonly string[];
  readonly notCovered: NotCovered;
};

/** `common` is mostly the same for all of a run's groups, `own` is not. */
export type NotCovered = { readonly common: string; readonly own: string };

export type Column = {
  readonly metric: Metric;
  readonly band: number;
  /** Case that the column's factors and verdicts are against; null when no choice has a value. */
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
  /** Pooled over the valid trials: for the shape alone, since trials differ and one of them may be most of a tail. */
  readonly pooled: readonly SharePoint[];
  readonly payload: Shown;
  /** Bytes per delivered message at the sockets, where `bytes` were counted on the link. */
  readonly socketBytes: Shown;
  /** Of the valid trials; empty where nothing was searched for. */
  readonly searches: readonly Capacity[];
  readonly trials: readonly TrialView[];
  readonly validTrials: number;
};

export type Cell =
  | {
      readonly state: 'shown';
      readonly median: number;
      /** Of the median, 95 %; null with fewer than six valid trials. */
      readonly interval: Interval | null;
      readonly values: readonly { readonly block: number; readonly value: number }[];
      /** The value is a lower bound: so many of its trials are. */
      readonly bounded: number;
      /** R² of the worst of the lines that the values are slopes of; null where they are none. */
      readonly fit: number | null;
      /** Over the column's best choice. */
      readonly factor: number | null;
      readonly factorBound: Bound | null;
      /** Against the column's best choice; null for that choice itself and for the floor. */
      readonly verdict: Verdict | null;
      readonly expert: Expert | null;
    }
  | { readonly state: 'not shown'; readonly reason: string };

export type CurvePoint = {
  readonly percentile: number;
  /** Median over the valid trials. */
  readonly seconds: number;
  /** Of the fastest trial there, and of the slowest. */
  readonly low: number;
  readonly high: number;
  /** Whether each trial by itself has enough samples beyond. */
  readonly firm: boolean;
};

/** So much of what all valid trials counted together came in at most this time. */
export type SharePoint = { readonly share: number; readonly seconds: number };

export type TrialView =
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
      /** Whether the figure that a search found is a lower bound. */
      readonly lowerBound: boolean;
      /** From the actual sending. */
      readonly serviceP50: Shown;
      /** Until the last subscriber had the message; null where a message has one receiver. */
      readonly lastP50: Shown | null;
      readonly lagP50: Shown;
      readonly lagP99: Shown;
      /** Share of the window the busiest worker worked, 0 to 1. */
      readonly busy: number;
      /** Of the generator's resident memory over the window; null where its start was not read. */
      readonly generatorGrowthBytes: number | null;
      readonly search: { readonly steps: number; readonly ceilingRate: number; readonly reason: string | null } | null;
      readonly fit: { readonly server: number; readonly generator: number } | null;
      readonly opening: Opening | null;
    }
  | {
      readonly state: 'failed';
      readonly block: number;
      readonly order: number;
      readonly reasons: readonly string[];
      readonly broken: readonly Broken[];
    };

/** A trial that was measured, valid or not. */
export type MeasuredView = Exclude<TrialView, { state: 'failed' }>;

type Messages = Extract<Results['cases'][number]['trials'][number], { state: 'valid' }>['messages'];

export type Tiers =
  | {
      readonly kind: 'tiered';
      /** Best first. Every case of a tier is not shown to be worse than the tier's first. */
      readonly tiers: readonly (readonly TierEntry[])[];
      /** Choices that have too few valid trials for a verdict, or whose figures allow none. */
      readonly untested: readonly Untested[];
    }
  | { readonly kind: 'untestable'; readonly reason: string; readonly untested: readonly Untested[] };

export type Untested = {
  readonly name: string;
  /** Its figure is a lower bound, so that it may be better than any of the tiers. */
  readonly bounded: boolean;
};

export type TierEntry = {
  readonly caseId: string;
  readonly name: string;
  /** Against the first of its tier; null for the first itself. */
  readonly verdict: Verdict | null;
  /** Against the first of tier A; null within tier A. */
  readonly toLeader: Verdict | null;
  /** Share of resamples in which it is within the band of that resample's best. */
  readonly topShare: number | null;
};

/** What one exchange of a message costs by the formulas, beside what was counted. All figures are bytes or packets a message. */
export type WireRow = {
  readonly caseId: string;
  readonly name: string;
  readonly title: string;
  readonly floor: boolean;
  readonly size: number;
  readonly encoding: Case['encoding'];
  /** What is unusual about the case: `binary, TLS`; may be empty. */
  readonly particulars: string;
  /** Valid trials behind the figures; medians where there are several. */
  readonly trials: number;
  /** Messages of each, up and down. */
  readonly exchanges: number;
  /** Null where nothing was counted. */
  readonly up: WireWay | null;
  readonly down: WireWay | null;
  /** Why figures are missing: no valid trial, or no formula. */
  readonly reason: string | null;
  /** The clauses that the formula stands on. */
  readonly source: string | null;
};

export type WireWay = {
  /** Null of datagrams, which sockets do not count. */
  readonly socket: Beside | null;
  /** Null where no private link carried the bytes. */
  readonly link: (Beside & { readonly packets: Packets }) | null;
};

export type Beside = {
  /** Null where there is no formula. */
  readonly theory: number | null;
  readonly measured: number;
  /** Measured less theory. */
  readonly difference: number | null;
  /** The difference over the theory. */
  readonly share: number | null;
};

export type Packets = {
  readonly counted: number;
  /** Segments the data alone fill; null where there is no formula. */
  readonly forData: number | null;
  /** Acknowledgements and split writes: what was counted beyond that. */
  readonly more: number | null;
};

/** A server's protocol work in a tight loop, beside what a message cost the whole server under load. */
export type MicroView = {
  readonly transport: string;
  readonly size: number;
  readonly decode: Shown;
  readonly encode: Shown;
  /** Both together: what the protocol itself costs a server that echoes. */
  readonly protocol: Shown;
  /** Server CPU per message of an echo of the same size; where one was measured. */
  readonly measured: Shown;
  readonly question: string | null;
  /** Protocol over measured. */
  readonly share: number | null;
  readonly libraries: readonly string[];
};

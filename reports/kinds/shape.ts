import type { Case, MeasuredTrial } from '../../bench/results/schema.ts';
import type { DecodedTrial, Member } from '../model/member.ts';
import type { Metric, MetricId } from '../model/metrics.ts';
import type { Group, MeasuredView, Question, Warning } from '../model/model.ts';
import type { Shown } from '../stats/distribution.ts';

/** Part of a kind of scenario that verdicts, comparisons, the advisor, exports and the page's script use. */
export type KindShape = {
  /** Metrics in the order of a table's columns; the first kind that names a metric defines it. */
  readonly metrics: readonly MeasuredMetric[];
  /** Title of a question: `broadcast to 100 clients at 50 msg/s of 128 B`. Anything unusual is added to it. */
  readonly title: (question: Question) => string;
  /** Subject of a question in a sentence that begins with `For `. */
  readonly subject: (question: Question) => string;
  /** Short name of a question, for runs in which no other has its scenario. */
  readonly scenarioText: (scenario: string) => string;
  /** Limit of questions of this kind, as listed under “Not covered”. */
  readonly limit: string;
  /** Rules for verdicts on cases of this kind, or the reason why there are none. */
  readonly judged: Judging | BesideTheory;
  /** True if messages are due at the case's rate, so that latency has a curve and cases form series by rate, clients and size. */
  readonly steadyRate: boolean;
  /** Deliveries that are due each second; absent without a steady rate. */
  readonly deliveriesPerSecond?: (question: Question) => number;
  /** True if load precedes the measured window. */
  readonly warmedUp: boolean;
  /** Set if lost and repeated messages are what is measured, so that they are no fault of a trial. */
  readonly measuresLosses?: true;
  /** Length of a trial: as it was asked for, as long as a search takes, or until the work is done. */
  readonly trialLength: 'asked for' | 'searched' | 'until done';
  /** Basis of the figure that splits bytes into payload, framing and headers; null without such a figure. */
  readonly wireCost: WireCostBasis | null;
  /** CSV columns that only trials of this kind fill. */
  readonly csv: readonly CsvColumn[];
  /** Further ones that were added later: columns are only appended, so they stand behind those of all kinds. */
  readonly csvBehind?: readonly CsvColumn[];
  /** Part in the advisor; null if the advisor does not read such cases. */
  readonly advice: AdvicePart | null;
};

/** Part of a kind of scenario that is used only when a report is made, not in the page's script. */
export type KindReport = {
  /** Notes below a table, which explain figures whose names do not. */
  readonly notes: (facts: NoteFacts) => string[];
  /** Warnings that only this kind gives. */
  readonly warnings: (group: WarningFacts, where: string) => Warning[];
  /** Conditions of a trustworthy trial, in addition to those of every kind. */
  readonly trust: readonly TrialCondition[];
  /** True if the server's CPU per message is for one message in and one out, which `micro` measures in parts. */
  readonly isEcho: (question: Question) => boolean;
  /** Figures of a question's section of the page, in order. */
  readonly figures: readonly FigureId[];
  /** Words about CPU per message of both sides; null without such a figure. */
  readonly effort: EffortWords | null;
  /** Terms that “How to read this” explains for this kind. */
  readonly definitions: readonly (readonly [term: string, meaning: string])[];
  /** Columns of the table of every trial. */
  readonly trialColumns: (group: Pick<Group, 'rows' | 'metrics'>) => readonly TrialColumn[];
};

export type MeasuredMetric = {
  readonly metric: Metric;
  /** Position among all metrics, which fixes random draws and CSV columns: a new metric takes the next number. */
  readonly number: number;
  /** Header of the CSV column, with the base unit. */
  readonly csv: string;
  readonly measure: (decoded: DecodedTrial, one: MeasuredCase) => Shown;
  /** True for questions whose tables have a column for it; absent: for all. */
  readonly isColumnOf?: (question: Pick<Question, 'network' | 'radio' | 'nodes'>) => boolean;
  /** Reason that cells give in tables without a column for it; absent: it is a figure of cases over a network. */
  readonly withoutColumn?: string;
  /** Figure that shows it best; absent: medians with intervals. */
  readonly figure?: FigureId;
  /** Paths of the trial's fields that it is made from; it has no value if one of them was not measured. */
  readonly sources: readonly string[];
  /** Difference that nobody could notice, in base units; absent if only the relative band counts. */
  readonly unnoticed?: Unnoticed;
  /** True if a value is only a lower bound. */
  readonly isLowerBound?: (trial: MeasuredTrial) => boolean;
  /** R² of the line that the value is the slope of; null if it is not a slope. */
  readonly fit?: (trial: MeasuredTrial) => number | null;
};

/** Properties of a case that its metrics depend on; `objectiveSeconds` is the time within which a message is in time. */
export type MeasuredCase = Pick<Case, 'clients'> & { readonly objectiveSeconds: number };

/** Rule for a difference that nobody could notice: 0 if the question has no such amount. */
export type Unnoticed = (facts: {
  readonly question: Question;
  /** Deliveries that are due each second; 0 without a steady rate. */
  readonly deliveriesPerSecond: number;
  readonly objectiveSeconds: number;
  readonly objectivePercentile: number;
}) => number;

export type Judging = {
  /** Metric that decides the answer. */
  readonly primary: (members: readonly Member[], question?: Pick<Question, 'lossShare'>) => MetricId;
  /** Metrics measured under different conditions from case to case, so that none has a best value. */
  readonly incomparable: readonly MetricId[];
  /** Metrics by which two runs are compared. */
  readonly betweenRuns: readonly MetricId[];
  /** Set if bare TCP need not be the best by any figure, so that what beats it is not suspected. */
  readonly floorIsNoBound?: true;
};

/** @property leftOut warning for comparisons of two runs */
export type BesideTheory = { readonly leftOut: Warning };

export type NoteFacts = {
  readonly question: Question;
  readonly members: readonly Member[];
  readonly layer: Group['layer'];
  readonly inTime: Group['inTime'];
};

export type WarningFacts = Pick<Group, 'rows'>;

export type TrialCondition =
  | 'schedule kept'
  | 'generator not saturated'
  | 'accounting closes'
  | 'clock sane'
  | 'samples for p99'
  | 'cores undisturbed';

/** Id of a figure in a question's section; part of its address in the page, so it never changes. */
export type FigureId =
  | 'percentiles'
  | 'load'
  | 'intervals'
  | 'distribution'
  | 'frontier'
  | 'time'
  | 'bytes'
  | 'effort'
  | 'in-time'
  | 'round-trips'
  | 'growth'
  | 'idle'
  | 'recovery'
  | 'herd'
  | 'neighbours'
  | 'browser'
  | 'proxy';

export type EffortWords = {
  /** `worked`: time that the generator did not spin; `used`: all its CPU time. */
  readonly generator: 'worked' | 'used';
  readonly note: string;
  /** Sentence about the limit; null to show how busy the generator was. */
  readonly limit: string | null;
};

export type WireCostBasis = {
  /** Metric that must be shown for the figure to exist. */
  readonly metric: MetricId;
  readonly per: 'message' | 'session and hour';
  /** Time at which the bytes were counted: `in steady state`. */
  readonly when: string;
};

export type TrialColumn = { readonly header: string; readonly text: (trial: MeasuredView) => string };

export type CsvColumn = {
  readonly header: string;
  /** Path of the figure in a trial: the cell is empty where it was not measured. */
  readonly path: string;
  readonly cell: (trial: MeasuredTrial) => string | number | boolean | null | undefined;
};

export type AdvicePart = {
  /**
   * Need that its cases answer: messages at some rate, idle sessions, the rate that a server sustains, the way back after a fault, or
   * readers that are slow.
   */
  readonly need: 'traffic' | 'silence' | 'throughput' | 'return' | 'readers';
  /** Value of `--scenarios` that measures it. */
  readonly scenarios: string;
  /** Name of what a run without such a case did not measure. */
  readonly missing: string;
  /** Metric of each criterion. */
  readonly criteria: Partial<Readonly<Record<MeasuredCriterion, MetricId>>>;
};

export type MeasuredCriterion = 'p99' | 'throughput' | 'bytes' | 'cpu' | 'memory';

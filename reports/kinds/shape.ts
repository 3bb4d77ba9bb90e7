import type { Case, MeasuredTrial } from '../../bench/results/schema.ts';
import type { DecodedTrial, Member } from '../model/member.ts';
import type { Metric, MetricId } from '../model/metrics.ts';
import type { Group, MeasuredView, Question, Warning } from '../model/model.ts';
import type { Shown } from '../stats/distribution.ts';

/** A kind of scenario as verdicts, comparisons, the advisor and exports know it, in a page's script too. */
export type KindShape = {
  /** Metrics in the order of a table's columns; the first kind that names a metric defines it. */
  readonly metrics: readonly MeasuredMetric[];
  /** Title of a question: `broadcast to 100 clients at 50 msg/s of 128 B`. Anything unusual is added to it. */
  readonly title: (question: Question) => string;
  /** Subject of a question in a sentence that begins with `For `. */
  readonly subject: (question: Question) => string;
  /** Name of a scenario of this kind, where it alone says which question is meant. */
  readonly scenarioText: (scenario: string) => string;
  /** Limit of a question of this kind, as “Not covered” lists it. */
  readonly limit: string;
  /** Verdicts on cases of this kind, or why there are none: they are held against formulas. */
  readonly judged: Judging | BesideTheory;
  /** True where messages are due at the case's own rate: latency has a curve, and cases form series by rate, clients and size. */
  readonly steadyRate: boolean;
  /** True where load precedes the measured window. */
  readonly warmedUp: boolean;
  /** Length of a trial: as it was asked for, as long as a search takes, or until the work is done. */
  readonly trialLength: 'asked for' | 'searched' | 'until done';
  /** Bytes by what they are; null where the kind has no such figure. */
  readonly wireCost: WireCostBasis | null;
  /** CSV columns that only trials of this kind fill. */
  readonly csv: readonly CsvColumn[];
  /** Part in the advisor; null where it reads no such case. */
  readonly advice: AdvicePart | null;
};

/** A kind of scenario as only a report says it when it is made; a page's script does without. */
export type KindReport = {
  /** Notes below a table: the meaning of figures whose names do not tell it. */
  readonly notes: (facts: NoteFacts) => string[];
  /** Warnings that only this kind gives. */
  readonly warnings: (group: WarningFacts, where: string) => Warning[];
  /** Conditions of a trustworthy trial that apply, beside those that apply to every kind. */
  readonly trust: readonly TrialCondition[];
  /** True where the server's CPU per message is that of one message in and one out, which `micro` measures in parts. */
  readonly isEcho: (question: Question) => boolean;
  /** Figures of a question's section of the page, in order. */
  readonly figures: readonly FigureId[];
  /** CPU of both sides per message; null where no message is sent on its own account. */
  readonly effort: EffortWords | null;
  /** Terms that “How to read this” explains for this kind. */
  readonly definitions: readonly (readonly [term: string, meaning: string])[];
  /** Columns of the table of every trial. */
  readonly trialColumns: (group: Pick<Group, 'rows' | 'metrics'>) => readonly TrialColumn[];
};

export type MeasuredMetric = {
  readonly metric: Metric;
  /** Place among all metrics, which draws of chance and CSV columns follow: a new metric takes the next number. */
  readonly number: number;
  /** Header of the CSV column, with the base unit. */
  readonly csv: string;
  readonly measure: (decoded: DecodedTrial, one: Pick<Case, 'clients'>) => Shown;
  /** Figure that shows it best; medians with their intervals can be had of every metric. */
  readonly figure?: FigureId;
  /** Fields of a trial that it is made from, by their paths: where one was not measured, the metric has no value. */
  readonly sources: readonly string[];
  /** True where a value is only a lower bound. */
  readonly isLowerBound?: (trial: MeasuredTrial) => boolean;
  /** R² of the line that the value is the slope of; null where there is none. */
  readonly fit?: (trial: MeasuredTrial) => number | null;
};

export type Judging = {
  /** Metric that verdicts and answer are about. */
  readonly primary: (members: readonly Member[]) => MetricId;
  /** Metrics whose values answer different questions from case to case, so that none of them is the best. */
  readonly incomparable: readonly MetricId[];
  /** Metrics that two runs are compared by. */
  readonly betweenRuns: readonly MetricId[];
};

/** @property leftOut said where two runs are compared */
export type BesideTheory = { readonly leftOut: Warning };

export type NoteFacts = {
  readonly question: Question;
  readonly members: readonly Member[];
  readonly layer: Group['layer'];
};

export type WarningFacts = Pick<Group, 'rows'>;

export type TrialCondition =
  | 'schedule kept'
  | 'generator not saturated'
  | 'accounting closes'
  | 'clock sane'
  | 'samples for p99';

/** Figure of a question's section, by what it shows; part of its address, which stays the same from version to version. */
export type FigureId =
  | 'percentiles'
  | 'load'
  | 'intervals'
  | 'distribution'
  | 'frontier'
  | 'time'
  | 'bytes'
  | 'effort'
  | 'growth'
  | 'idle';

export type EffortWords = {
  /** `worked`: time the generator did not spin; `used`: all its CPU time. */
  readonly generator: 'worked' | 'used';
  readonly note: string;
  /** Said of the limit; null to say how busy the generator was. */
  readonly limit: string | null;
};

export type WireCostBasis = {
  /** Metric without which there is no figure. */
  readonly metric: MetricId;
  readonly per: 'message' | 'session and hour';
  /** When the bytes were counted: `in steady state`. */
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
  /** Need that its cases answer: messages at some rate, sessions that are silent, or the rate that a server sustains. */
  readonly need: 'traffic' | 'silence' | 'throughput';
  /** Scenarios that `--scenarios` takes to measure it. */
  readonly scenarios: string;
  /** Words for what a run without such a case did not measure. */
  readonly missing: string;
  /** Metric that stands for each criterion. */
  readonly criteria: Partial<Readonly<Record<MeasuredCriterion, MetricId>>>;
};

export type MeasuredCriterion = 'p99' | 'throughput' | 'bytes' | 'cpu' | 'memory';

import type { Results } from '../../bench/results/schema.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Analysis } from '../model/model.ts';
import type { Verdict } from '../model/verdict.ts';
import type { FactValue, JudgedCriterion, Level, Tag } from './facts/shape.ts';
import type { Source } from './facts/sources.ts';
import type { CriterionId, Weights } from './questions/criteria.ts';
import type { NeedId } from './questions/needs.ts';

/** Parts of a run that the advisor reads. */
export type Measured = {
  readonly results: Pick<Results, 'id' | 'startedAt' | 'plan' | 'transports' | 'environment'>;
  readonly analysis: Analysis;
};

/** Answers that a project gives. */
export type Answers = {
  readonly preset: string | null;
  readonly needs: readonly NeedId[];
  readonly load: WantedLoad;
  readonly objective: Objective | null;
  readonly weights: Weights;
  /** Judgements of the reader, in the order of facts and criteria; the authors' judgements apply to everything else. */
  readonly judged: readonly OwnLevel[];
  /** False if judgements are left out, so that only measured criteria count. */
  readonly judgement: boolean;
};

/** Judgement of the reader about a transport and all its variants. */
export type OwnLevel = {
  readonly transport: string;
  readonly criterion: JudgedCriterion;
  readonly level: Level;
};

/** Load in question; null means whatever the run has. `rate` is that of all clients together (in broadcast, of published messages); 0 means silent sessions. */
export type WantedLoad = {
  readonly scenario: string | null;
  /** Scenario to prefer if none was asked for. */
  readonly preferred: string | null;
  readonly clients: number | null;
  readonly rate: number | null;
  readonly size: number | null;
  /** Network whose cases count; absent or null: one with losses if a need asks for it, otherwise whatever the run has. */
  readonly network?: string | null;
};

/** Maximum for a percentile of latency. */
export type Objective = { readonly percentile: 50 | 99; readonly seconds: number };

export type AdviceOptions = { readonly seed: number; readonly draws: number };

export type Rating = 'Use' | 'Consider' | 'Only if' | 'Avoid';

export type Advice = {
  readonly run: {
    readonly id: string;
    readonly startedAt: string;
    readonly status: string;
    /** Processor, cores, operating system and runtime of the measurement. */
    readonly machine: string;
  };
  readonly answers: Answers;
  /**
   * Kind of answer. `blocked` recommends nothing; `none` and `outside` recommend only the one transport that meets the needs, if the
   * load was not measured.
   */
  readonly outcome: 'use' | 'toss-up' | 'only if' | 'quick look' | 'none' | 'outside' | 'blocked';
  readonly heading: string;
  readonly recommended: readonly string[];
  /** Options that cost more than the recommended one, but within the band in which latencies count as equivalent. */
  readonly close: { readonly names: readonly string[]; readonly band: number };
  /** One question that would settle a toss-up. */
  readonly tieBreaker: string | null;
  readonly load: { readonly text: string; readonly group: string | null };
  /** Network and fault that the use has, and what the run lacks of them. */
  readonly field: FieldUse;
  /** Conditions that the figures do not cover; null if no figures are used. */
  readonly notCovered: string | null;
  readonly criteria: readonly CriterionUse[];
  /** Options, best first; those ruled out come last and stay visible. */
  readonly options: readonly Option[];
  /** Transports that were measured but are not judged. */
  readonly unjudged: readonly { readonly name: string; readonly reason: string }[];
  /** Transports that meet the needs by the facts but were not measured in such a form. */
  readonly unmeasured: readonly {
    readonly name: string;
    readonly title: string;
    /** Clauses such as `only if A` and `only in a form not measured here: B`. */
    readonly conditions: readonly string[];
    /** False if our servers and clients lack the form that meets the needs. */
    readonly measurable: boolean;
  }[];
  /** Command that measures what is missing: the load, the throughput, or unmeasured transports beside the candidates; null if nothing is. */
  readonly measure: string | null;
  readonly robustness: Robustness | null;
  readonly sensitivity: Sensitivity;
  readonly warnings: readonly string[];
};

/** Conditions that the clients of a use live under. */
export type FieldUse = {
  readonly network: string | null;
  readonly fault: string | null;
  /** Sentence that names both; null if the answers name none. */
  readonly text: string | null;
  /** Conditions that the run did not measure, each with the command that would. */
  readonly lacks: readonly { readonly what: string; readonly command: string }[];
};

export type CriterionUse = {
  readonly id: CriterionId;
  readonly name: string;
  readonly tag: Extract<Tag, 'measured' | 'judgement'>;
  /** Share of all weights that count, from 0 to 1. */
  readonly weight: number;
  readonly metric: MetricId | null;
  /** Id of the analysis group that the figures come from. */
  readonly group: string | null;
  /** Difference that nobody could notice, in the metric's base unit; 0 if there is no such amount. */
  readonly absoluteBand: number;
  /** Reason why the criterion does not count although it has a weight; null if it counts. */
  readonly dropped: string | null;
};

export type Option = {
  readonly name: string;
  /** Id of the transport, to which judgements apply. */
  readonly transport: string;
  readonly title: string;
  readonly rating: Rating | null;
  /** Reason for the rating, in one line. */
  readonly because: string;
  /** Weighted cost relative to the leader's: 1 is the leader's, 2 is twice as much. */
  readonly fit: number | null;
  readonly needs: readonly NeedCell[];
  readonly reasons: readonly Reason[];
  readonly cells: readonly CriterionCell[];
};

/** Basis of a statement; `yours` is the reader's judgement in place of the authors'. */
export type CellTag = Tag | 'yours';

/** Answer of a transport to a need or to the objective. */
export type NeedCell = {
  readonly need: NeedId | 'objective';
  readonly value: FactValue;
  readonly note: string;
  readonly source: Source;
  readonly tag: Tag;
};

export type CriterionCell = {
  readonly criterion: CriterionId;
  readonly tag: CellTag;
  /** Figure such as `0.432 ms (0.421–0.447)`, or the text of a judgement. */
  readonly figure: string;
  /** Level of a judged criterion, 1 being the best; null if it is measured. */
  readonly level: Level | null;
  /** Cost relative to the reference, more than 1 being worse; null if it does not count. */
  readonly ratio: number | null;
  readonly reference: 'best' | 'objective';
};

export type Reason = {
  /** `for`: no candidate is cheaper in this. `neither`: no difference is shown, or there is nothing to compare with. */
  readonly speaks: 'for' | 'against' | 'neither';
  readonly text: string;
  readonly tag: CellTag;
  /** Document that says so; null if it is measured or judged. */
  readonly source: Source | null;
  /** Metric and group that the figure comes from; null if there is none. */
  readonly metric: MetricId | null;
  readonly group: string | null;
  /** Words of the verdict on the figure, without and with what nobody could notice; null if nothing was compared. */
  readonly verdict: { readonly statistical: Verdict['word']; readonly practical: Verdict['word'] } | null;
};

export type Share = { readonly name: string; readonly share: number };

/** Shares of draws in which each comes first, kept apart by source of uncertainty; `both` decides whether it is a toss-up. */
export type Robustness = {
  readonly draws: number;
  /** Shares with trials resampled and weights as given. */
  readonly measurement: readonly Share[];
  /** Shares with weights drawn around those given and medians as measured. */
  readonly preference: readonly Share[];
  readonly both: readonly Share[];
};

export type Sensitivity = {
  /** Smallest change of one weight that puts another option first; null if none does. */
  readonly weight: WeightFlip | null;
  readonly next: string | null;
  /**
   * Needs whose negation changes the leader. Those that put another option first come before those that leave no option, and those
   * that affect more options come before those that affect fewer.
   */
  readonly needs: readonly NeedFlip[];
  /** Leader without judgements; null if it is the same one or there is none. */
  readonly measuredAlone: string | null;
};

export type WeightFlip = {
  readonly criterion: CriterionId;
  readonly from: number;
  readonly to: number;
  readonly winner: string;
  /** Remark that several messages share the winner's cost, with the rate; empty if none do. */
  readonly batching: string;
};

export type NeedFlip = {
  readonly need: NeedId | 'objective';
  /** True if the need was asked for. */
  readonly asked: boolean;
  /** Opposite need that was asked for in its place; null if none was. */
  readonly instead: NeedId | null;
  /** Leader if the need is negated; null if no option is left. */
  readonly winner: string | null;
  /** True if the new leader qualifies only on a condition. */
  readonly conditional: boolean;
  /** Scenario that then applies, if it is another one; else null. */
  readonly scenario: string | null;
  /** Number of options whose outcome the need changes, out of `options`. */
  readonly fates: number;
  readonly options: number;
};

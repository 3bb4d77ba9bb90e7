import type { Results } from '../../bench/results/schema.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Analysis } from '../model/model.ts';
import type { FactValue, JudgedCriterion, Level, Tag } from './facts/shape.ts';
import type { Source } from './facts/sources.ts';
import type { CriterionId, Weights } from './questions/criteria.ts';
import type { NeedId } from './questions/needs.ts';

/** What the model is given of a run. */
export type Measured = {
  readonly results: Pick<Results, 'id' | 'startedAt' | 'plan' | 'transports' | 'environment'>;
  readonly analysis: Analysis;
};

/** What a project says of itself. */
export type Answers = {
  readonly preset: string | null;
  readonly needs: readonly NeedId[];
  readonly load: WantedLoad;
  readonly objective: Objective | null;
  readonly weights: Weights;
  /** In the order of facts and criteria; what is not among them is judged as the authors judge it. */
  readonly judged: readonly OwnLevel[];
  /** False: what nobody measured counts for nothing. */
  readonly judgement: boolean;
};

/** A judgement of the reader's own, of a transport and all its variants. */
export type OwnLevel = {
  readonly transport: string;
  readonly criterion: JudgedCriterion;
  readonly level: Level;
};

/** Null: whatever the run has. `rate`: all clients together, in broadcast published messages; 0: silent sessions. */
export type WantedLoad = {
  readonly scenario: string | null;
  /** Where no scenario is asked for, the one that is nearest to the use. */
  readonly preferred: string | null;
  readonly clients: number | null;
  readonly rate: number | null;
  readonly size: number | null;
};

/** The percentiles a table shows, as a limit. */
export type Objective = { readonly percentile: 50 | 99; readonly seconds: number };

export type AdviceOptions = { readonly seed: number; readonly draws: number };

export type Rating = 'Use' | 'Consider' | 'Only if' | 'Avoid';

export type Advice = {
  readonly run: {
    readonly id: string;
    readonly startedAt: string;
    readonly status: string;
    /** Processor, cores, system and runtime that it was measured on. */
    readonly machine: string;
  };
  readonly answers: Answers;
  /** Which kind of answer it is; `outside`, `blocked` and `none` recommend nothing. */
  readonly outcome: 'use' | 'toss-up' | 'only if' | 'quick look' | 'none' | 'outside' | 'blocked';
  readonly heading: string;
  readonly recommended: readonly string[];
  /** Who costs more by no more than the band within which latencies are called equivalent. */
  readonly close: { readonly names: readonly string[]; readonly band: number };
  /** One question that would settle a toss-up. */
  readonly tieBreaker: string | null;
  readonly load: { readonly text: string; readonly group: string | null };
  /** What the figures say nothing about; null where none is used. */
  readonly notCovered: string | null;
  readonly criteria: readonly CriterionUse[];
  /** Best first; what is ruled out comes last and stays visible. */
  readonly options: readonly Option[];
  /** Measured, and not judged. */
  readonly unjudged: readonly { readonly name: string; readonly reason: string }[];
  /** Not measured in this run in such a form, though by the facts alone it meets the needs. */
  readonly unmeasured: readonly {
    readonly name: string;
    readonly title: string;
    readonly conditions: readonly string[];
  }[];
  /** The command that would measure those beside the ones in question; null where there is nothing to measure. */
  readonly measure: string | null;
  readonly robustness: Robustness | null;
  readonly sensitivity: Sensitivity;
  readonly warnings: readonly string[];
};

export type CriterionUse = {
  readonly id: CriterionId;
  readonly name: string;
  readonly tag: Extract<Tag, 'measured' | 'judgement'>;
  /** Of all weights that count, 0 to 1. */
  readonly weight: number;
  readonly metric: MetricId | null;
  /** Group of the analysis that the figures are from. */
  readonly group: string | null;
  /** Why it counts for nothing though it has a weight; null where it counts. */
  readonly dropped: string | null;
};

export type Option = {
  readonly name: string;
  /** By its registry's id: what a judgement is of. */
  readonly transport: string;
  readonly title: string;
  readonly rating: Rating | null;
  /** Why this rating, in a line. */
  readonly because: string;
  /** Weighted cost over the leader's: 1 is the leader, 2 costs twice as much in what is weighed. */
  readonly fit: number | null;
  readonly needs: readonly NeedCell[];
  readonly reasons: readonly Reason[];
  readonly cells: readonly CriterionCell[];
};

/** `yours`: the reader's judgement in place of the authors'. */
export type CellTag = Tag | 'yours';

/** How a transport stands to a need that was asked for. */
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
  /** `0.432 ms (0.421–0.447)`, or the judgement's words. */
  readonly figure: string;
  /** Of what is judged: 1 is the best. */
  readonly level: Level | null;
  /** Cost over the reference, above 1 is worse; null where it does not count. */
  readonly ratio: number | null;
  readonly reference: 'best' | 'objective';
};

export type Reason = {
  /** For it: nobody in question is cheaper in this. Neither: what is shown is no difference, or there is none to compare with. */
  readonly speaks: 'for' | 'against' | 'neither';
  readonly text: string;
  readonly tag: CellTag;
  /** Where it is written; null where it is measured or judged. */
  readonly source: Source | null;
  /** Where its figure is shown. */
  readonly metric: MetricId | null;
  readonly group: string | null;
};

export type Share = { readonly name: string; readonly share: number };

/** In how many draws each comes first. The two uncertainties are kept apart; `both` decides whether it is a toss-up. */
export type Robustness = {
  readonly draws: number;
  /** Trials drawn again, weights as given. */
  readonly measurement: readonly Share[];
  /** Weights drawn around those given, medians as they are. */
  readonly preference: readonly Share[];
  readonly both: readonly Share[];
};

export type Sensitivity = {
  /** The smallest change of one weight that puts another first; null where none does. */
  readonly weight: WeightFlip | null;
  readonly next: string | null;
  /**
   * Needs whose answer, turned round, changes who comes first: those that put another there before those that leave nobody, and
   * the one by which most options pass or fall before the others.
   */
  readonly needs: readonly NeedFlip[];
  /** Who comes first where judgements are left out; null where that is the same, or nobody. */
  readonly measuredAlone: string | null;
};

export type WeightFlip = {
  readonly criterion: CriterionId;
  readonly from: number;
  readonly to: number;
  readonly winner: string;
};

export type NeedFlip = {
  readonly need: NeedId | 'objective';
  /** As it was answered. */
  readonly asked: boolean;
  /** Its opposite, where that was asked for in its place. */
  readonly instead: NeedId | null;
  /** Who comes first when it is answered otherwise; null: nobody is left. */
  readonly winner: string | null;
  /** Whoever it is comes first only if something else holds. */
  readonly conditional: boolean;
  /** The scenario that it is then judged by, where that is another. */
  readonly scenario: string | null;
  /** How many options pass or fall by it, of how many. */
  readonly fates: number;
  readonly options: number;
};

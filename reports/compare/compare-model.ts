import type { Case, Environment, Results } from '../../bench/results/schema.ts';
import type { Kind, Metric } from '../model/metrics.ts';
import type { AnalysisOptions, Sentence, Status, TrialCounts, Warning } from '../model/model.ts';
import type { Expert, Verdict, Word } from '../model/verdict.ts';

/** Comparison of two runs. Ratios and changes are of the newer run over the base. */
export type Comparison = {
  readonly options: AnalysisOptions;
  readonly base: RunFacts;
  readonly next: RunFacts;
  /** Reason why no verdict at all is given, or null. */
  readonly barrier: string | null;
  /** True if one of the runs is invalid as a whole. */
  readonly invalid: boolean;
  /** Differences of machine, software and settings. They forbid no verdict, but may be the cause of any. */
  readonly differences: readonly Difference[];
  /** True if the machines or their runtimes differ. */
  readonly crossEnvironment: boolean;
  /** Cases of both runs by metric, worst verdict first, then largest change first. */
  readonly rows: readonly ComparedRow[];
  /** Cases of one transport and scenario under different conditions: figures without verdicts. */
  readonly raw: readonly RawPair[];
  readonly onlyInBase: readonly LoneCase[];
  readonly onlyInNext: readonly LoneCase[];
  /** Number of verdicts by word, without those on the floor. */
  readonly counts: Readonly<Record<ComparedWord, number>>;
  readonly headline: Sentence;
  readonly warnings: readonly Warning[];
};

export type ComparedWord = Exclude<Word, 'not supported' | 'unavailable'>;

export type RunFacts = Pick<Results, 'id' | 'startedAt' | 'state'> & {
  readonly command: string;
  readonly environment: Environment;
  readonly status: Status;
  readonly counts: TrialCounts;
};

export type Difference = {
  readonly what: string;
  readonly base: string;
  readonly next: string;
  /** `machine`: verdicts are across environments; `software`: may be the very thing that is compared. */
  readonly of: 'machine' | 'software' | 'settings';
};

/** A case of both runs compared by one metric. */
export type ComparedRow = {
  readonly caseId: string;
  /** `ws:deflate`, and in an A/A run `ws:deflate#a`. */
  readonly name: string;
  readonly floor: boolean;
  readonly question: string;
  readonly scenario: string;
  readonly kind: Kind;
  readonly metric: Metric;
  readonly band: number;
  /** Given difference that nobody could notice, in the metric's base unit; 0 if none was given. */
  readonly absolute: number;
  readonly base: Side;
  readonly next: Side;
  /** Newer median over the base's; null if there is no ratio. */
  readonly ratio: number | null;
  /** Verdict that counts: with the absolute band of the metric if one was given, otherwise the statistical one. */
  readonly verdict: Verdict;
  readonly statistical: Verdict;
  readonly magnitude: Magnitude | null;
  /** Share of the base's median by which the newer one is worse; negative if it is better. */
  readonly worseBy: number | null;
  /** Rank statistics, which no verdict depends on; null without a verdict. */
  readonly expert: ComparedExpert | null;
};

export type ComparedExpert = Pick<Expert, 'cliffsDelta' | 'p'> & {
  /** p value after Holm's correction over the transports of one question and metric. */
  readonly pHolm: number;
  /** Welch's interval that the bootstrap interval was widened to: its level, and true for Yuen's trimmed means. */
  readonly interval: { readonly level: number; readonly trimmed: boolean };
};

export type Magnitude = 'within the band' | 'small' | 'moderate' | 'large';

export type Side =
  | { readonly state: 'shown'; readonly median: number; readonly trials: number; readonly bounded: number }
  | { readonly state: 'not shown'; readonly reason: string };

export type RawPair = {
  readonly name: string;
  readonly scenario: string;
  readonly base: string;
  readonly next: string;
  /** Conditions that differ; never empty. */
  readonly because: readonly Mismatch[];
  readonly figures: readonly {
    readonly metric: Metric;
    readonly base: Side;
    readonly next: Side;
  }[];
};

export type Mismatch = { readonly what: string; readonly base: string; readonly next: string };

export type LoneCase = {
  readonly caseId: string;
  readonly name: string;
  readonly question: string;
  readonly reason: string;
};

/** A case of each run, of one transport and scenario. */
export type Pair = { readonly base: Case; readonly next: Case };

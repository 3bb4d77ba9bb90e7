import type { Case, Environment, Results } from '../../bench/results/schema.ts';
import type { Kind, Metric } from '../model/metrics.ts';
import type { AnalysisOptions, Sentence, Status, TrialCounts, Warning } from '../model/model.ts';
import type { Expert, Verdict, Word } from '../model/verdict.ts';

/** What two runs say of each other. Ratios and changes are the newer run over the base. */
export type Comparison = {
  readonly options: AnalysisOptions;
  readonly base: RunFacts;
  readonly next: RunFacts;
  /** Why no verdict at all is given, or null. */
  readonly barrier: string | null;
  /** One of the runs is invalid as a whole. */
  readonly invalid: boolean;
  /** What differs between the runs besides what was measured. It forbids no verdict, but may be the cause of any. */
  readonly differences: readonly Difference[];
  /** The machines or their runtimes differ. */
  readonly crossEnvironment: boolean;
  /** Every case that both runs have, by every metric: worst news first, then the largest change. */
  readonly rows: readonly ComparedRow[];
  /** Cases of one transport and scenario that were asked different questions: their figures, and no verdict. */
  readonly raw: readonly RawPair[];
  readonly onlyInBase: readonly LoneCase[];
  readonly onlyInNext: readonly LoneCase[];
  /** Verdicts by their word; those of the floor are not counted. */
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

/** A case of either run by one metric. */
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
  readonly base: Side;
  readonly next: Side;
  /** The newer median over the base; null where there is none to be had. */
  readonly ratio: number | null;
  readonly verdict: Verdict;
  readonly magnitude: Magnitude | null;
  /** How much worse the newer median is, as a share of the base; negative where it is better. */
  readonly worseBy: number | null;
  /** Beside the verdict, for readers who ask; null where there is none. No verdict is decided by it. */
  readonly expert: ComparedExpert | null;
};

export type ComparedExpert = Pick<Expert, 'cliffsDelta' | 'p'> & {
  /** After Holm's correction over the transports of one question and metric. */
  readonly pHolm: number;
  /** What the bootstrap interval was widened to: Welch's at this level, by Yuen's trimmed means or by plain ones. */
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
  /** What was different about the two questions; never empty. */
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

/** A case of each run that may have been asked the same question. */
export type Pair = { readonly base: Case; readonly next: Case };

import type { Interval } from './bootstrap.ts';

/** `ratio` is this case over the other: above 1 is more, and the word says whether more is better. */
export type Verdict =
  | {
      readonly word: 'better' | 'worse' | 'equivalent' | 'not separated';
      readonly ratio: number;
      readonly interval: Interval;
      /** One side is a lower bound: the true ratio is at most, or at least, what stands here. */
      readonly bound?: Bound;
    }
  | { readonly word: 'not testable'; readonly reason: string }
  | { readonly word: 'not supported'; readonly reason: string };

export type Bound = '≤' | '≥';

export type Word = Verdict['word'];

export const ICONS: Readonly<Record<Word, string>> = {
  better: '▲',
  worse: '▼',
  equivalent: '≈',
  'not separated': '?',
  'not testable': '∅',
  'not supported': '—',
};

/** Stands beside the verdict for readers who ask for it; the verdict is never decided by it. */
export type Expert = {
  readonly pairs: number;
  readonly p: number;
  /** `p` after Holm's correction over the comparisons of the same group and metric. */
  readonly pHolm: number;
  readonly cliffsDelta: number;
};

import type { Interval } from '../stats/bootstrap.ts';

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

/** What cannot be used on the machine that measured has a word of its own, though no pair is ever judged so. */
export type Word = Verdict['word'] | 'unavailable';

export const ICONS: Readonly<Record<Word, string>> = {
  better: '▲',
  worse: '▼',
  equivalent: '≈',
  'not separated': '?',
  'not testable': '∅',
  'not supported': '—',
  unavailable: '○',
};

/** What was asked for and has no case: it cannot do this, or cannot be used on the machine that measured. */
export type Absent = {
  readonly name: string;
  readonly word: Extract<Word, 'not supported' | 'unavailable'>;
  readonly reason: string;
};

/** `mqtt: — not supported: carries no binary messages`; what another machine may load is said to be unavailable here. */
export function absentText({ name, word, reason }: Absent): string {
  return `${name}: ${ICONS[word]} ${word}${word === 'unavailable' ? ' here' : ''}: ${reason}`;
}

/** Stands beside the verdict for readers who ask for it; the verdict is never decided by it. */
export type Expert = {
  /** 0 where the two have too few blocks in common to be paired. */
  readonly pairs: number;
  readonly p: number;
  /** `p` after Holm's correction over the comparisons of the same group and metric. */
  readonly pHolm: number;
  readonly cliffsDelta: number;
};

import type { Interval } from '../stats/bootstrap.ts';

/** Verdict on one case against another. `ratio` is the first over the second; the word says whether more is better. */
export type Verdict =
  | {
      readonly word: 'better' | 'worse' | 'equivalent' | 'no practical difference' | 'not separated';
      readonly ratio: number;
      readonly interval: Interval;
      /** Set if one side is a lower bound: the true ratio is at most, or at least, `ratio`. */
      readonly bound?: Bound;
    }
  | { readonly word: 'not testable'; readonly reason: string }
  | { readonly word: 'not supported'; readonly reason: string };

export type Bound = '≤' | '≥';

/** Word of a verdict, or `unavailable` for a transport that this machine cannot run. */
export type Word = Verdict['word'] | 'unavailable';

/** Words of a verdict on two measured cases, in the order in which they are counted. */
export const VERDICTS = [
  'worse',
  'better',
  'equivalent',
  'no practical difference',
  'not separated',
  'not testable',
] as const satisfies readonly Verdict['word'][];

/** Words of a verdict in the order of tables: what needs attention comes first. */
export const GRAVEST_FIRST: readonly (typeof VERDICTS)[number][] = [
  'worse',
  'better',
  'not separated',
  'no practical difference',
  'equivalent',
  'not testable',
];

/** Class of a word in style sheets: `no-practical-difference`. */
export const slugOf = (word: Word): string => word.replaceAll(' ', '-');

export const ICONS: Readonly<Record<Word, string>> = {
  better: '▲',
  worse: '▼',
  equivalent: '≈',
  'no practical difference': '≃',
  'not separated': '?',
  'not testable': '∅',
  'not supported': '—',
  unavailable: '○',
};

/** Word for a case whose messages came faster than they were delivered; it stands beside the verdict on its lower bound. */
export const OVERLOADED = 'overloaded';

/** A requested transport without a case, because it cannot do this or the machine cannot run it. */
export type Absent = {
  readonly name: string;
  readonly word: Extract<Word, 'not supported' | 'unavailable'>;
  readonly reason: string;
};

/** `mqtt: — not supported: carries no binary messages`, or `… unavailable here: …` if another machine may run it. */
export function absentText({ name, word, reason }: Absent): string {
  return `${name}: ${ICONS[word]} ${word}${word === 'unavailable' ? ' here' : ''}: ${reason}`;
}

/** Rank statistics beside a verdict, which they never decide. */
export type Expert = {
  /** Number of paired blocks; 0 if too few are common to both. */
  readonly pairs: number;
  readonly p: number;
  /** `p` after Holm's correction over the comparisons of the same group and metric. */
  readonly pHolm: number;
  readonly cliffsDelta: number;
};

import { median } from '../../bench/results/numbers.ts';
import type { Case, Results } from '../../bench/results/schema.ts';
import { isJudged, shapeOfCase } from '../kinds/lookup.ts';
import { figures } from '../model/format.ts';
import { kindOf, nameOf, objectiveText } from '../model/group.ts';
import type { Mismatch, Pair } from './compare-model.ts';

export type Pairing = {
  /** The same question to the same transport. */
  readonly alike: readonly Pair[];
  /** Another question: never judged. */
  readonly unlike: readonly (Pair & { readonly because: readonly Mismatch[] })[];
  readonly onlyInBase: readonly Case[];
  readonly onlyInNext: readonly Case[];
};

/**
 * Finds each case its counterpart in the other run: the same question where there is one, else, of the same transport and
 * scenario, the question that differs in the least. Every case is in one pair at most.
 */
export function pairCases(base: Results, next: Results): Pairing {
  const [before, after] = [new Set(judged(base)), new Set(judged(next))];
  const candidates = [...before].flatMap((one) =>
    [...after]
      .filter((other) => keyOf(one) === keyOf(other))
      .map((other) => ({ base: one, next: other, because: mismatches({ base: one, next: other }, base, next) })),
  );
  const pairs: (Pair & { because: readonly Mismatch[] })[] = [];
  // A stable sort: of equally near ones the first in the order of the runs.
  for (const candidate of candidates.toSorted((a, b) => a.because.length - b.because.length)) {
    if (!before.has(candidate.base) || !after.has(candidate.next)) continue;
    before.delete(candidate.base);
    after.delete(candidate.next);
    pairs.push(candidate);
  }
  const inOrder = pairs.toSorted((a, b) => next.cases.indexOf(a.next) - next.cases.indexOf(b.next));
  return {
    alike: inOrder.filter(({ because }) => because.length === 0),
    unlike: inOrder.filter(({ because }) => because.length > 0),
    onlyInBase: [...before],
    onlyInNext: [...after],
  };
}

const judged = ({ cases }: Results): Case[] => cases.filter(isJudged);

const keyOf = (one: Case): string => `${nameOf(one)}/${one.scenario}`;

/** What a question is made of. Where any of it differs, so does what the figures mean. */
const QUESTION: readonly { what: string; read: (one: Case) => string }[] = [
  { what: 'kind of scenario', read: kindOf },
  { what: 'clients', read: ({ clients }) => String(clients) },
  { what: 'rate', read: ({ rate }) => (rate === 0 ? 'none' : `${rate} msg/s`) },
  { what: 'message size', read: ({ size }) => `${size} B` },
  { what: 'encoding', read: ({ encoding }) => encoding },
  { what: 'payload', read: ({ payload = 'filler' }) => payload },
  { what: 'TLS', read: ({ tls }) => (tls ? 'on' : 'off') },
  { what: 'token', read: ({ auth }) => auth ?? 'none' },
  { what: 'server', read: ({ target }) => target ?? 'ours' },
  { what: 'network profile', read: ({ network }) => network },
];

function mismatches(pair: Pair, base: Results, next: Results): Mismatch[] {
  const found = [
    ...QUESTION.map(({ what, read }) => ({ what, base: read(pair.base), next: read(pair.next) })),
    ...objectives(pair),
    ...(shapeOfCase(pair.base).warmedUp ? [warmUp(base, next)] : []),
  ].filter((one) => one.base !== one.next);
  return [...found, ...measuredTime(pair)];
}

/** A search that never ran has no objective to differ in. */
function objectives({ base, next }: Pair): Mismatch[] {
  const [before, after] = [base, next].map(({ trials }) =>
    trials.flatMap((trial) => (trial.state === 'failed' ? [] : (trial.capacity ?? []))).at(0),
  );
  if (before === undefined || after === undefined) return [];
  return [{ what: 'objective', base: objectiveText(before.objective), next: objectiveText(after.objective) }];
}

/** A program that has run for a second is another one than one that has run for ten. */
const warmUp = ({ plan: base }: Results, { plan: next }: Results): Mismatch => ({
  what: 'warm-up',
  base: `${base.warmupSeconds} s`,
  next: `${next.warmupSeconds} s`,
});

/** Windows that a clock ends differ by milliseconds; a window that was asked to be another differs by more. */
const SAME_TIME = 1.1;

/** The length of a search's trial depends on what it finds, that of opening sessions is what it measures. */
function measuredTime({ base, next }: Pair): Mismatch[] {
  if (shapeOfCase(base).trialLength !== 'asked for') return [];
  const [before, after] = [base, next].map(({ trials }) =>
    median(trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial.seconds]))),
  );
  if (before === undefined || after === undefined) return [];
  // Also where one of them is not a number, because nothing was measured: that is no other question.
  if (!(Math.max(before, after) > SAME_TIME * Math.min(before, after))) return [];
  return [{ what: 'measured time', base: `${figures(before)} s`, next: `${figures(after)} s` }];
}

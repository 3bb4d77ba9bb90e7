import { nameOf } from '../../../bench/results/case.ts';
import { median, wholeAbove } from '../../../bench/results/numbers.ts';
import { MIN_TRIALS } from '../../../bench/results/rules.ts';
import type { Case, MeasuredTrial, Slice } from '../../../bench/results/schema.ts';
import { change, countOf, figures, list } from '../../model/format.ts';

/** Latency over the measured window of a case's valid trials. All times are in seconds. */
export type Course = {
  readonly caseId: string;
  readonly name: string;
  readonly trials: readonly TrialCourse[];
  /** Median over the trials, slice by slice. */
  readonly typical: readonly CoursePoint[];
  readonly drift: Drift;
  readonly stalls: readonly Stall[];
};

export type TrialCourse = { readonly block: number; readonly points: readonly CoursePoint[] };

export type CoursePoint = {
  /** Middle of the slice. */
  readonly at: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Arrivals in the slice divided by the deliveries due in it: below 1 while a queue grows, above 1 while it shrinks. */
  readonly kept: number | null;
};

export type Drift = {
  readonly kind: 'steady' | 'drifts' | 'unclear' | 'untestable' | 'overloaded';
  /** Median p50 of the last third of a trial divided by that of its first third; median over the trials. */
  readonly ratio: number | null;
  readonly first: number | null;
  readonly last: number | null;
  /** Number of trials that changed in the direction of the median. */
  readonly agreeing: number;
};

export type Stall = {
  readonly block: number;
  /** Start of its first slice. */
  readonly at: number;
  /** Highest latency of the messages due in it. */
  readonly seconds: number;
};

/** Share below which a change of the median is steady. */
export const DRIFT_BAND = 0.1;
/** Minimum length of a stall, and its minimum ratio to the highest latency of a median slice. */
export const STALL_SECONDS = 0.05;
export const STALL_FACTOR = 10;

/** Course of a case; null if no valid trial has a timeline. */
export function courseOf(one: Case): Course | null {
  const recorded = one.trials.flatMap((trial) =>
    trial.state === 'valid' && trial.timeline !== undefined ? [{ trial, slices: trial.timeline }] : [],
  );
  const [first] = recorded;
  if (first === undefined) return null;
  const alike = recorded.filter(({ slices }) => slices.length === first.slices.length);
  const overloaded = alike.some(({ trial }) => trial.overload !== undefined);
  const trials = alike.map(({ trial, slices }) => ({ block: trial.block, points: pointsOf(trial, slices) }));
  return {
    caseId: one.id,
    name: nameOf(one),
    trials,
    typical: first.slices.map((_, index) => typicalOf(trials.flatMap(({ points }) => points[index] ?? []))),
    // Lower bounds show neither a course nor the length of a stall.
    drift: overloaded ? { ...NO_DRIFT, kind: 'overloaded' } : driftOf(trials),
    stalls: overloaded ? [] : alike.flatMap(({ trial, slices }) => stallsOf(trial.block, slices)),
  };
}

/** Points of a trial. Message k of n is due in slice ⌊k × slices / n⌋. */
function pointsOf({ seconds, messages }: MeasuredTrial, slices: readonly Slice[]): CoursePoint[] {
  const { due, expected, sent } = messages;
  const receivers = sent > 0 ? expected / sent : 0;
  const firstOf = (slice: number): number => wholeAbove((slice * due) / slices.length);
  return slices.map(({ p50, p99, max, arrived }, index) => {
    const owed = (firstOf(index + 1) - firstOf(index)) * receivers;
    return { at: ((index + 0.5) * seconds) / slices.length, p50, p99, max, kept: owed > 0 ? arrived / owed : null };
  });
}

function typicalOf(points: readonly CoursePoint[]): CoursePoint {
  const of = (read: (point: CoursePoint) => number | null): number | null => {
    const values = points.flatMap((point) => read(point) ?? []);
    // If a trial lacks a figure, the slice has none; otherwise the line would jump between different sets of trials.
    return values.length < points.length || values.length === 0 ? null : median(values);
  };
  return {
    at: points[0]?.at ?? 0,
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    max: of(({ max }) => max),
    kept: of(({ kept }) => kept),
  };
}

const NO_DRIFT = { ratio: null, first: null, last: null, agreeing: 0 };

/** Finds drift: a change of latency within the trials that is beyond the band and significant by a two-sided sign test at 5 %. */
function driftOf(trials: readonly TrialCourse[]): Drift {
  const changes = trials.flatMap(({ points }) => thirdsOf(points) ?? []);
  if (changes.length === 0) return { ...NO_DRIFT, kind: 'untestable' };
  const ratios = changes.map(({ first, last }) => last / first);
  const ratio = median(ratios);
  const agreeing = ratios.filter((one) => (ratio < 1 ? one < 1 : one > 1)).length;
  const figures = {
    ratio,
    first: median(changes.map(({ first }) => first)),
    last: median(changes.map(({ last }) => last)),
    agreeing,
  };
  // With fewer trials even full agreement of the signs is not significant (p > 0.05).
  if (changes.length < MIN_TRIALS) return { kind: 'untestable', ...figures };
  if (Math.abs(Math.log(ratio)) < Math.log(1 + DRIFT_BAND)) return { kind: 'steady', ...figures };
  return { kind: signTest(agreeing, changes.length) <= 0.05 ? 'drifts' : 'unclear', ...figures };
}

function thirdsOf(points: readonly CoursePoint[]): { first: number; last: number } | null {
  const third = Math.floor(points.length / 3);
  const of = (part: readonly CoursePoint[]): number => median(part.flatMap(({ p50 }) => p50 ?? []));
  const [first, last] = [of(points.slice(0, third)), of(points.slice(points.length - third))];
  return first > 0 && last > 0 ? { first, last } : null;
}

/** Two-sided p value of the sign test. */
export function signTest(agreeing: number, trials: number): number {
  const larger = Math.max(agreeing, trials - agreeing);
  let ways = 1;
  let tail = 0;
  for (let count = 0; count <= trials; count++) {
    if (count >= larger) tail += ways;
    ways = (ways * (trials - count)) / (count + 1);
  }
  return Math.min(1, (2 * tail) / 2 ** trials);
}

function stallsOf(block: number, slices: readonly Slice[]): Stall[] {
  const usual = median(slices.flatMap(({ max }) => max ?? []));
  const stalled = (slice: Slice | undefined): boolean =>
    slice !== undefined && (slice.max ?? 0) > Math.max(STALL_SECONDS, usual * STALL_FACTOR);
  return slices.flatMap((slice, index) => {
    if (!stalled(slice) || stalled(slices[index - 1])) return [];
    const end = slices.findIndex((later, at) => at > index && !stalled(later));
    const part = slices.slice(index, end === -1 ? undefined : end);
    return [{ block, at: slice.seconds, seconds: Math.max(...part.map(({ max }) => max ?? 0)) }];
  });
}

/** Seconds with at most three significant digits. */
export const plain = (seconds: number): string => String(Number(seconds.toPrecision(3)));

/** Number of names up to which all are listed. */
const MAX_NAMES = 4;

/** Summary of drift and stalls. */
export function courseTakeaway(courses: readonly Course[]): string {
  if (courses.length === 0) return 'No choice has a valid trial with a timeline.';
  const of = (kind: Drift['kind']) => courses.filter(({ drift }) => drift.kind === kind);
  const [steady, drifting, unclear, untested] = [of('steady'), of('drifts'), of('unclear'), of('untestable')];
  const overloaded = of('overloaded');
  const parts = [
    ...(steady.length > 0 ? [`steady in ${namesOf(steady, courses.length)}`] : []),
    ...(drifting.length > 0 ? [`drifting in ${list(some(drifting.map(driftText)), 'and')}`] : []),
    ...(unclear.length > 0 ? [`unclear in ${namesOf(unclear, courses.length)}, whose trials do not agree`] : []),
  ];
  const sentences = [
    ...(parts.length > 0 ? [`From the first third of a trial to the last, p50 is ${parts.join('; ')}.`] : []),
    ...(overloaded.length > 0 ? [`Only lower bounds are known of ${namesOf(overloaded, courses.length)}.`] : []),
    ...(untested.length > 0
      ? [
          `Drift of ${untested.length === courses.length ? 'latency' : namesOf(untested, courses.length)} is not testable with ` +
            `fewer than ${MIN_TRIALS} valid trials.`,
        ]
      : []),
    stallSentence(courses),
  ];
  return sentences.join(' ');
}

const driftText = ({ name, drift: { ratio } }: Course): string => `${name} (${change(ratio ?? Number.NaN)})`;

const namesOf = (some: readonly Course[], all: number): string => {
  if (some.length <= MAX_NAMES)
    return list(
      some.map(({ name }) => name),
      'and',
    );
  return some.length === all ? `all ${all} choices` : `${some.length} of ${all} choices`;
};

const some = (texts: readonly string[]): string[] =>
  texts.length <= MAX_NAMES ? [...texts] : [...texts.slice(0, MAX_NAMES - 1), `${texts.length - MAX_NAMES + 1} more`];

function stallSentence(courses: readonly Course[]): string {
  const stalled = courses
    .flatMap((course) => {
      const worst = course.stalls.toSorted((a, b) => b.seconds - a.seconds)[0];
      return worst === undefined ? [] : [{ course, worst }];
    })
    .toSorted((a, b) => b.worst.seconds - a.worst.seconds);
  if (stalled.length === 0) return 'There were no stalls.';
  return `Stalls: ${list(some(stalled.map(({ course, worst }) => stallText(course, worst))), 'and')}.`;
}

function stallText({ name, stalls, trials }: Course, { at, seconds }: Stall): string {
  const hit = new Set(stalls.map(({ block }) => block)).size;
  return `${name} at ${plain(at)} s, for ${figures(seconds * 1e3)} ms (in ${hit} of ${countOf(trials.length, 'trial')})`;
}

/** Drift and stalls of one choice in a few words. */
export function findingOf({ drift, stalls }: Course): string {
  const said = {
    steady: 'steady',
    drifts: `drifts ${change(drift.ratio ?? Number.NaN)}`,
    unclear: 'unclear',
    untestable: 'not testable',
    overloaded: 'overloaded',
  }[drift.kind];
  return stalls.length === 0 ? said : `${said}, ${countOf(stalls.length, 'stall')}`;
}

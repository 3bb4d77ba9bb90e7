import { concerns, flagOf, nameOf } from '../../bench/results/case.ts';
import type { Case, Results } from '../../bench/results/schema.ts';
import { bandOf } from '../analysis/column.ts';
import { decideSeparate } from '../analysis/decide.ts';
import { judge } from '../analysis/judge.ts';
import { judgePractically } from '../analysis/practical.ts';
import type { ReadRun } from '../analysis/readings.ts';
import { barrierTo, countTrials, statusOf } from '../analysis/status.ts';
import { columnsOf, judgingOf, metric as metricOf, shapeOfCase, titleOf } from '../kinds/lookup.ts';
import { figures } from '../model/format.ts';
import { describe, kindOf, questionOf } from '../model/group.ts';
import { objectiveIn } from '../model/in-time.ts';
import type { Reading, Readings } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { AnalysisOptions } from '../model/model.ts';
import { GRAVEST_FIRST, type Word } from '../model/verdict.ts';
import { type Bootstrap, createBootstrap, studentLevel } from '../stats/bootstrap.ts';
import { cliffsDelta, holm, mannWhitney } from '../stats/ranks.ts';
import { TRIMMED_OF } from '../stats/student.ts';
import { differencesOf } from './compare-conditions.ts';
import type {
  ComparedExpert,
  ComparedRow,
  ComparedWord,
  Comparison,
  LoneCase,
  Magnitude,
  Pair,
  RawPair,
  RunFacts,
  Side,
} from './compare-model.ts';
import { type Pairing, pairCases } from './compare-pairs.ts';
import { headlineOf, warningsBetween } from './compare-words.ts';

export type CompareOptions = AnalysisOptions & {
  /** Metrics to compare; null for all. */
  readonly metrics: readonly MetricId[] | null;
};

/** Progress of a comparison: number of verdicts given, and of all. */
export type Progress = { readonly done: number; readonly of: number };

/**
 * Compares a newer run with a base. Pure: the same runs and options give the same comparison, to the last digit. It yields
 * after every verdict, so that a page stays responsive.
 */
export function* comparing(
  { results: base, readings: readBase }: ReadRun,
  { results: next, readings: readNext }: ReadRun,
  options: Partial<CompareOptions> = {},
): Generator<Progress, Comparison> {
  const { metrics = null, ...rest } = options;
  const usual = { timeBand: 0.05, byteBand: 0.02, bands: {}, objective: null, resamples: 10_000 };
  const settings = { ...usual, seed: next.plan.seed, ...rest };
  const pairing = pairCases(base, next);
  const facts = { base: factsOf(base), next: factsOf(next) };
  const barriers = [
    ['base', facts.base],
    ['new', facts.next],
  ] as const;
  const invalid = barriers.flatMap(([which, { counts }]) => {
    const why = barrierTo(counts);
    return why === null ? [] : [`the ${which} run: ${why}`];
  });
  const barrier = invalid.length > 0 ? invalid.join('; ') : null;
  const read: Readers = {
    base: (one) => ({ ...namedIn(base, one), readings: readBase(one) }),
    next: (one) => ({ ...namedIn(next, one), readings: readNext(one) }),
  };
  const twins = pairing.alike.map((pair): Twins => {
    const [before, after] = [read.base(pair.base), read.next(pair.next)];
    return {
      ...pair,
      before,
      after,
      layers: layersOf(pair.base, pair.next),
      objectives: objectivesOf(pair, base, next),
    };
  });
  const wanted = (one: Case): MetricId[] => comparable(one).filter((id) => metrics === null || metrics.includes(id));
  const bootstrap = createBootstrap(settings.seed, settings.resamples);
  const families = questionsOf(twins).flatMap((those) => familiesOf(those, wanted));
  const of = families.reduce((total, { members }) => total + members.length, 0);
  const rows: ComparedRow[] = [];
  for (const family of families) {
    const judged: ComparedRow[] = [];
    for (const one of family.members) {
      judged.push(rowOf(one, family, { ...settings, bootstrap, barrier }));
      yield { done: rows.length + judged.length, of };
    }
    rows.push(...corrected(judged));
  }
  rows.sort(gravestFirst);
  const differences = differencesOf(base, next, pairing.alike);
  const known: Omit<Comparison, 'headline' | 'warnings'> = {
    options: settings,
    ...facts,
    barrier,
    invalid: invalid.length > 0,
    differences,
    crossEnvironment: differences.some(({ of }) => of === 'machine'),
    rows,
    raw: rawOf(pairing, wanted, read),
    onlyInBase: pairing.onlyInBase.map((one) => loneCase(one, next)),
    onlyInNext: pairing.onlyInNext.map((one) => loneCase(one, base)),
    counts: countWords(rows),
  };
  return { ...known, headline: headlineOf(known), warnings: warningsBetween(known, { base, next }, pairing.alike) };
}

/** A case with its readings. */
type Compared = { readonly name: string; readonly floor: boolean; readonly readings: Readings };
type Readers = { readonly base: (one: Case) => Compared; readonly next: (one: Case) => Compared };

const namedIn = (results: Results, one: Case) => ({ name: nameOf(one), floor: describe(results, one).floor });

type Twins = {
  readonly base: Case;
  readonly next: Case;
  readonly before: Compared;
  readonly after: Compared;
  /** Reason why bytes cannot be compared, or null. */
  readonly layers: string | null;
  /** Reason why shares in time cannot be compared, or null. */
  readonly objectives: string | null;
};

function factsOf(results: Results): RunFacts {
  const { id, startedAt, state, plan, environment } = results;
  const counts = countTrials(results);
  return { id, startedAt, state, command: plan.command, environment, counts, status: statusOf(results, counts, 0) };
}

function comparable(one: Case): readonly MetricId[] {
  const columns = columnsOf({ kind: kindOf(one), network: one.network });
  return (judgingOf(shapeOfCase(one))?.betweenRuns ?? []).filter((id) => columns.includes(id));
}

/** Groups cases by question. */
function questionsOf(twins: readonly Twins[]): Twins[][] {
  return [...Map.groupBy(twins, ({ next }) => titleOf(questionOf(next, [next]))).values()];
}

/** Comparisons of one question and metric, which are read together. */
type Family = { readonly id: MetricId; readonly question: string; readonly members: readonly Twins[] };

function familiesOf(twins: readonly Twins[], wanted: (one: Case) => MetricId[]): Family[] {
  const [first] = twins;
  if (first === undefined) return [];
  const question = titleOf(questionOf(first.next, [first.next]));
  return wanted(first.next).map((id) => {
    const shown = ({ before, after }: Twins) => [before, after].some(({ readings }) => readings[id].sample.size > 0);
    return { id, question, members: twins.filter(shown) };
  });
}

type RowRule = AnalysisOptions & { readonly bootstrap: Bootstrap; readonly barrier: string | null };

function rowOf(twins: Twins, { id, question, members }: Family, rule: RowRule): ComparedRow {
  const { next, before, after, layers, objectives } = twins;
  const metric = metricOf(id);
  const band = bandOf(metric, rule);
  const mixed = metric.band === 'bytes' ? layers : metric.band === 'share' ? objectives : null;
  const [mine, other] = [sideOf(after, id), sideOf(before, id)];
  const named = (one: Compared, run: string) => ({ ...one, name: `${one.name} in the ${run} run` });
  const { bootstrap } = rule;
  const comparisons = members.length;
  const barrier = rule.barrier ?? mixed ?? absence(other, 'base') ?? absence(mine, 'new');
  const absolute = rule.bands[id] ?? 0;
  const judging = { band, absolute, bootstrap, comparisons, barrier };
  const sides = [named(after, 'new'), named(before, 'base')] as const;
  const verdict = judgePractically(id, ...sides, judging, decideSeparate);
  const quotient = mine.state === 'shown' && other.state === 'shown' && mixed === null ? mine.median / other.median : 0;
  // Between lower bounds there is no ratio, unless it holds whatever lies beyond them.
  const isOpen = before.readings[id].bounded + after.readings[id].bounded > 0 && !('interval' in verdict);
  const ratio = Number.isFinite(quotient) && quotient > 0 && !isOpen ? quotient : null;
  return {
    caseId: next.id,
    name: after.name,
    floor: after.floor,
    question,
    scenario: next.scenario,
    kind: kindOf(next),
    metric,
    band,
    absolute,
    base: other,
    next: mine,
    ratio,
    verdict,
    statistical: absolute > 0 ? judge(id, ...sides, judging, decideSeparate) : verdict,
    magnitude: ratio === null || !('interval' in verdict) ? null : magnitudeOf(ratio, band),
    worseBy: ratio === null ? null : metric.best === 'less' ? ratio - 1 : 1 - ratio,
    expert: 'interval' in verdict ? expertOf(before.readings[id], after.readings[id], comparisons) : null,
  };
}

/** Rank statistics without Holm's correction, which needs the whole family. */
function expertOf({ sample: before }: Reading, { sample: after }: Reading, comparisons: number): ComparedExpert {
  const [base, next] = [[...before.values()], [...after.values()]];
  const p = mannWhitney(next, base);
  const trimmed = Math.max(base.length, next.length) >= TRIMMED_OF;
  const interval = { level: studentLevel(comparisons), trimmed };
  return { cliffsDelta: cliffsDelta(next, base), p, pHolm: p, interval };
}

function corrected(family: readonly ComparedRow[]): ComparedRow[] {
  const ps = holm(family.flatMap(({ expert }) => (expert === null ? [] : [expert.p])));
  let at = 0;
  return family.map((row) => {
    if (row.expert === null) return row;
    return { ...row, expert: { ...row.expert, pHolm: ps[at++] ?? 1 } };
  });
}

const absence = (side: Side, run: string): string | null =>
  side.state === 'shown' ? null : `in the ${run} run: ${side.reason}`;

function sideOf({ readings }: Compared, id: MetricId): Side {
  const { sample, median, bounded, reason } = readings[id];
  if (sample.size === 0) return { state: 'not shown', reason };
  return { state: 'shown', median, trials: sample.size, bounded };
}

const SMALL = 1.1;
const MODERATE = 1.25;

/** Size of a change in either direction: halving is as large as doubling. */
function magnitudeOf(ratio: number, band: number): Magnitude {
  const size = Math.max(ratio, 1 / ratio);
  if (size <= 1 + band) return 'within the band';
  return size <= SMALL ? 'small' : size <= MODERATE ? 'moderate' : 'large';
}

/** Reason why bytes of two cases cannot be compared, or null. */
function layersOf(base: Case, next: Case): string | null {
  const [before, after] = [base, next].map(
    ({ trials }) => new Set(trials.flatMap((trial) => (trial.state === 'valid' ? [trial.wire.layer] : []))),
  );
  if (before === undefined || after === undefined || new Set([...before, ...after]).size < 2) return null;
  const text = (layers: ReadonlySet<string>) => (layers.size > 1 ? 'at both layers' : `at the ${[...layers].join()}`);
  return `bytes were counted ${text(before)} in the base run and ${text(after)} in the new run`;
}

/** Reason why shares in time of two cases cannot be compared: each counts by its own objective. */
function objectivesOf(pair: Pair, base: Results, next: Results): string | null {
  const [before, after] = [objectiveIn(base, pair.base).seconds, objectiveIn(next, pair.next).seconds];
  const text = (seconds: number): string => `${figures(seconds * 1e3)} ms`;
  return before === after
    ? null
    : `in time is within ${text(before)} in the base run and within ${text(after)} in the new run`;
}

function rawOf({ unlike }: Pairing, wanted: (one: Case) => MetricId[], read: Readers): RawPair[] {
  return unlike.map((pair) => {
    const [before, after] = [read.base(pair.base), read.next(pair.next)];
    const ids = wanted(pair.next).filter((id) => comparable(pair.base).includes(id));
    return {
      name: after.name,
      scenario: pair.next.scenario,
      base: titleOf(questionOf(pair.base, [pair.base])),
      next: titleOf(questionOf(pair.next, [pair.next])),
      because: pair.because,
      figures: ids.map((id) => ({ metric: metricOf(id), base: sideOf(before, id), next: sideOf(after, id) })),
    };
  });
}

/** A case that one run lacks, with the reason that this run gives. */
function loneCase(one: Case, { plan, cases, transports, setAside = [] }: Results): LoneCase {
  const name = nameOf(one);
  const left = (plan.leftOut ?? []).find((note) => note.name === flagOf(one) && concerns(note, one));
  const known = transports.some(({ id, variant }) => id === one.transport && variant === one.variant);
  const reason =
    setAside.find(({ id }) => id === one.id)?.reason ??
    left?.reason ??
    (cases.every(({ scenario }) => scenario !== one.scenario)
      ? `it has no scenario ${one.scenario}`
      : known
        ? 'it did not measure this transport under these conditions'
        : 'it did not measure this transport');
  return { caseId: one.id, name, question: titleOf(questionOf(one, [one])), reason };
}

function countWords(rows: readonly ComparedRow[]): Comparison['counts'] {
  const count = (word: ComparedWord): number =>
    rows.filter(({ verdict, floor }) => !floor && verdict.word === word).length;
  return {
    worse: count('worse'),
    better: count('better'),
    'not separated': count('not separated'),
    equivalent: count('equivalent'),
    'no practical difference': count('no practical difference'),
    'not testable': count('not testable'),
  };
}

/** Orders rows by verdict, then by size of change, then as in the runs. */
function gravestFirst(a: ComparedRow, b: ComparedRow): number {
  const order: readonly Word[] = GRAVEST_FIRST;
  const place = ({ verdict }: ComparedRow): number => order.indexOf(verdict.word);
  const size = ({ ratio }: ComparedRow): number => (ratio === null ? 0 : Math.abs(Math.log(ratio)));
  return place(a) - place(b) || size(b) - size(a);
}

import type { Case, Results } from '../../bench/results/schema.ts';
import { type Bootstrap, createBootstrap } from './bootstrap.ts';
import { bandOf } from './column.ts';
import { differencesOf } from './compare-conditions.ts';
import type {
  ComparedRow,
  ComparedWord,
  Comparison,
  LoneCase,
  Magnitude,
  RawPair,
  RunFacts,
  Side,
} from './compare-model.ts';
import { type Pairing, pairCases } from './compare-pairs.ts';
import { headlineOf, warningsBetween } from './compare-words.ts';
import { decideSeparate } from './decide.ts';
import { kindOf, nameOf, questionOf, titleOf } from './group.ts';
import { judge } from './judge.ts';
import { type Member, readMember } from './member.ts';
import { type MetricId, metric as metricOf, metricsOf } from './metrics.ts';
import type { AnalysisOptions } from './model.ts';
import { barrierTo, countTrials, statusOf } from './status.ts';
import type { Word } from './verdict.ts';

export type CompareOptions = AnalysisOptions & {
  /** Only these; null for all. */
  readonly metrics: readonly MetricId[] | null;
};

/** Holds a newer run against a base. Pure: the same results and options give the same comparison, to the last digit. */
export function compare(base: Results, next: Results, options: Partial<CompareOptions> = {}): Comparison {
  const { metrics = null, ...rest } = options;
  const settings = { timeBand: 0.05, byteBand: 0.02, resamples: 10_000, seed: next.plan.seed, ...rest };
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
  const twins = pairing.alike.map((pair): Twins => {
    const [before, after] = [readMember(base, pair.base), readMember(next, pair.next)];
    return { ...pair, before, after, layers: layersOf(pair.base, pair.next) };
  });
  const wanted = (one: Case): MetricId[] => comparable(one).filter((id) => metrics === null || metrics.includes(id));
  const bootstrap = createBootstrap(settings.seed, settings.resamples);
  const rows = questionsOf(twins)
    .flatMap((those) => rowsOf(those, wanted, { ...settings, bootstrap, barrier }))
    .toSorted(gravestFirst);
  const differences = differencesOf(base, next, pairing.alike);
  const known: Omit<Comparison, 'headline' | 'warnings'> = {
    options: settings,
    ...facts,
    barrier,
    invalid: invalid.length > 0,
    differences,
    crossEnvironment: differences.some(({ of }) => of === 'machine'),
    rows,
    raw: rawOf(base, next, pairing, wanted),
    onlyInBase: pairing.onlyInBase.map((one) => loneCase(one, next)),
    onlyInNext: pairing.onlyInNext.map((one) => loneCase(one, base)),
    counts: countWords(rows),
  };
  return { ...known, headline: headlineOf(known), warnings: warningsBetween(known, { base, next }) };
}

type Twins = {
  readonly base: Case;
  readonly next: Case;
  readonly before: Member;
  readonly after: Member;
  /** Where bytes were counted, when that was not the same. */
  readonly layers: string | null;
};

function factsOf(results: Results): RunFacts {
  const { id, startedAt, state, plan, environment } = results;
  const counts = countTrials(results);
  return { id, startedAt, state, command: plan.command, environment, counts, status: statusOf(results, counts, 0) };
}

/** Each search ends at a rate of its own: latencies, bytes and CPU at different rates are no comparison. */
const comparable = (one: Case): MetricId[] => (kindOf(one) === 'capacity' ? ['capacity'] : metricsOf(kindOf(one)));

/** Cases of one question: what is said of them by one metric is read together. */
function questionsOf(twins: readonly Twins[]): Twins[][] {
  return [...Map.groupBy(twins, ({ next }) => titleOf(questionOf(next, [next]))).values()];
}

type RowRule = AnalysisOptions & { readonly bootstrap: Bootstrap; readonly barrier: string | null };

function rowsOf(twins: readonly Twins[], wanted: (one: Case) => MetricId[], rule: RowRule): ComparedRow[] {
  const [first] = twins;
  if (first === undefined) return [];
  const question = titleOf(questionOf(first.next, [first.next]));
  return wanted(first.next).flatMap((id) => {
    const shown = twins.filter(({ before, after }) => [before, after].some((one) => one.readings[id].sample.size > 0));
    return shown.map((one) => rowOf(id, one, question, { ...rule, comparisons: shown.length }));
  });
}

function rowOf(id: MetricId, twins: Twins, question: string, rule: RowRule & { comparisons: number }): ComparedRow {
  const { next, before, after, layers } = twins;
  const metric = metricOf(id);
  const band = bandOf(metric, rule);
  const mixed = metric.band === 'bytes' ? layers : null;
  const [mine, other] = [sideOf(after, id), sideOf(before, id)];
  const named = (one: Member, run: string) => ({ ...one, name: `${one.name} in the ${run} run` });
  const { bootstrap, comparisons } = rule;
  const barrier = rule.barrier ?? mixed ?? absence(other, 'base') ?? absence(mine, 'new');
  const judging = { band, bootstrap, comparisons, barrier };
  const verdict = judge(id, named(after, 'new'), named(before, 'base'), judging, decideSeparate);
  const quotient = mine.state === 'shown' && other.state === 'shown' && mixed === null ? mine.median / other.median : 0;
  const ratio = Number.isFinite(quotient) && quotient > 0 ? quotient : null;
  return {
    caseId: next.id,
    name: after.name,
    floor: after.floor,
    question,
    scenario: next.scenario,
    kind: kindOf(next),
    metric,
    band,
    base: other,
    next: mine,
    ratio,
    verdict,
    magnitude: ratio === null || !('interval' in verdict) ? null : magnitudeOf(ratio, band),
    worseBy: ratio === null ? null : metric.best === 'less' ? ratio - 1 : 1 - ratio,
  };
}

const absence = (side: Side, run: string): string | null =>
  side.state === 'shown' ? null : `in the ${run} run: ${side.reason}`;

function sideOf({ readings }: Member, id: MetricId): Side {
  const { sample, median, bounded, reason } = readings[id];
  if (sample.size === 0) return { state: 'not shown', reason };
  return { state: 'shown', median, trials: sample.size, bounded };
}

const SMALL = 1.1;
const MODERATE = 1.25;

/** As far up as down: halving is as large a change as doubling. */
function magnitudeOf(ratio: number, band: number): Magnitude {
  const size = Math.max(ratio, 1 / ratio);
  if (size <= 1 + band) return 'within the band';
  return size <= SMALL ? 'small' : size <= MODERATE ? 'moderate' : 'large';
}

/** Why bytes of two cases cannot be compared, or null. */
function layersOf(base: Case, next: Case): string | null {
  const [before, after] = [base, next].map(
    ({ trials }) => new Set(trials.flatMap((trial) => (trial.state === 'valid' ? [trial.wire.layer] : []))),
  );
  if (before === undefined || after === undefined || new Set([...before, ...after]).size < 2) return null;
  const text = (layers: ReadonlySet<string>) => (layers.size > 1 ? 'at both layers' : `at the ${[...layers].join()}`);
  return `bytes were counted ${text(before)} in the base run, ${text(after)} in the new one`;
}

function rawOf(base: Results, next: Results, { unlike }: Pairing, wanted: (one: Case) => MetricId[]): RawPair[] {
  return unlike.map((pair) => {
    const [before, after] = [readMember(base, pair.base), readMember(next, pair.next)];
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

/** The other run may say itself why it has no such case. */
function loneCase(one: Case, { plan, cases, transports }: Results): LoneCase {
  const name = nameOf(one);
  const flag = name.split('#')[0] ?? name;
  const left = (plan.leftOut ?? []).find(
    ({ name: out, encoding = one.encoding }) => out === flag && encoding === one.encoding,
  );
  const known = transports.some(({ id, variant }) => id === one.transport && variant === one.variant);
  const reason =
    left?.reason ??
    (cases.every(({ scenario }) => scenario !== one.scenario)
      ? `it has no scenario ${one.scenario}`
      : known
        ? 'it did not ask this question of it'
        : 'it did not measure this transport');
  return { caseId: one.id, name, question: titleOf(questionOf(one, [one])), reason };
}

const ORDER: readonly Word[] = ['worse', 'better', 'not separated', 'equivalent', 'not testable'];

function countWords(rows: readonly ComparedRow[]): Comparison['counts'] {
  const count = (word: ComparedWord): number =>
    rows.filter(({ verdict, floor }) => !floor && verdict.word === word).length;
  return {
    worse: count('worse'),
    better: count('better'),
    'not separated': count('not separated'),
    equivalent: count('equivalent'),
    'not testable': count('not testable'),
  };
}

/** Worse before better before what is not known; then by how much; the rest in the order of the runs. */
function gravestFirst(a: ComparedRow, b: ComparedRow): number {
  const place = ({ verdict: { word } }: ComparedRow): number => ORDER.indexOf(word);
  const size = ({ ratio }: ComparedRow): number => (ratio === null ? 0 : Math.abs(Math.log(ratio)));
  return place(a) - place(b) || size(b) - size(a);
}

import { phrasesOf } from '../../bench/results/case.ts';
import { NO_NETWORK, PERFECT_WIRE } from '../../bench/results/dimensions.ts';
import type { Case } from '../../bench/results/schema.ts';
import { ranElsewhere } from '../../bench/results/values.ts';
import { kindOf } from '../model/group.ts';
import type { Kind, Metric, MetricId } from '../model/metrics.ts';
import type { Question } from '../model/model.ts';
import { KINDS, REPORTS } from './index.ts';
import type { AdvicePart, Judging, KindReport, KindShape, MeasuredMetric } from './shape.ts';

const isKind = (id: string): id is Kind => id in KINDS;

/** Every kind, in the order of the collection. */
export const KIND_IDS: readonly Kind[] = Object.keys(KINDS).filter(isKind);

export const shapeOf = ({ kind }: { readonly kind: Kind }): KindShape => KINDS[kind];

export const reportOf = ({ kind }: { readonly kind: Kind }): KindReport => REPORTS[kind];

export const shapeOfCase = (one: Pick<Case, 'kind'>): KindShape => KINDS[kindOf(one)];

/** Rules for verdicts on a kind; null if its cases are checked against formulas. */
export const judgingOf = ({ judged }: Pick<KindShape, 'judged'>): Judging | null =>
  'leftOut' in judged ? null : judged;

export const isJudged = (one: Pick<Case, 'kind'>): boolean => judgingOf(shapeOfCase(one)) !== null;

/** Kinds whose cases answer a need of the advisor, in order of preference. */
export const advising = (need: AdvicePart['need']): Kind[] =>
  KIND_IDS.filter((kind) => KINDS[kind].advice?.need === need);

/** Part in the advisor of the kind that answers a need first. */
export function adviceOn(need: AdvicePart['need']): AdvicePart {
  const found = Object.values(KINDS).find(({ advice }) => advice?.need === need)?.advice;
  if (found == null) throw new Error(`No kind of scenario answers ${need}`);
  return found;
}

const MEASURED: readonly MeasuredMetric[] = [
  ...new Map(
    Object.values(KINDS).flatMap(({ metrics }) => metrics.map((one) => [one.metric.id, one] as const)),
  ).values(),
].toSorted((a, b) => a.number - b.number);

/** Every metric, by its number. */
export const METRICS: readonly Metric[] = MEASURED.map((one) => one.metric);

const BY_ID = new Map(MEASURED.map((one) => [one.metric.id, one]));

export function measuredMetric(id: MetricId): MeasuredMetric {
  const found = BY_ID.get(id);
  if (found === undefined) throw new Error(`No metric is called ${id}`);
  return found;
}

export const metric = (id: MetricId): Metric => measuredMetric(id).metric;

/** Figures of a kind's cases, in the order of its tables' columns. */
export const metricsOf = (kind: Kind): MetricId[] => KINDS[kind].metrics.map((one) => one.metric.id);

/** Columns of a question's table, in order. */
export const columnsOf = (question: Pick<Question, 'kind' | 'network' | 'radio' | 'nodes'>): MetricId[] =>
  KINDS[question.kind].metrics.flatMap(({ metric: { id }, isColumnOf }) =>
    isColumnOf === undefined || isColumnOf(question) ? [id] : [],
  );

/** Makes a record with an entry for every metric. */
export function forEachMetric<T>(make: (id: MetricId) => T): Record<MetricId, T> {
  const made: Partial<Record<MetricId, T>> = Object.fromEntries(METRICS.map(({ id }) => [id, make(id)]));
  if (!isComplete(made)) throw new Error('A metric that a kind declares is in no kind’s list');
  return made;
}

const isComplete = <T>(made: Partial<Record<MetricId, T>>): made is Record<MetricId, T> =>
  METRICS.every(({ id }) => id in made);

/** `broadcast to 100 clients at 50 msg/s of 128 B`, followed by the question's unusual dimensions. */
export const titleOf = (question: Question): string =>
  [shapeOf(question).title(question), ...phrasesOf(question)].join(' ');

/** Opening of a sentence about a question, with its network: `For 2,000 idle sessions over 4g-lossy: `. */
export function openingOf(question: Question): string {
  // The path to a server of somebody else is not known.
  const wire = question.network === NO_NETWORK && !ranElsewhere(question) ? [`over ${PERFECT_WIRE}`] : [];
  return `For ${[shapeOf(question).subject(question), ...phrasesOf(question), ...wire].join(' ')}: `;
}

/** Short name of a question, for runs in which no other has its scenario. */
export const scenarioText = (question: Question): string => shapeOf(question).scenarioText(question.scenario);

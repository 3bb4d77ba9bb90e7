import { flagOf, isCovered, type Narrowing, nameOf } from '../../bench/results/case.ts';
import type { Case, Results } from '../../bench/results/schema.ts';
import { metric as metricOf } from '../kinds/lookup.ts';
import { cellFigure, countOf, inUnit } from '../model/format.ts';
import type { Metric, MetricId } from '../model/metrics.ts';
import { readMember } from './member.ts';
import { barrierTo, countTrials } from './status.ts';

export const OPERATORS = ['<', '<=', '>', '>='] as const;
export type Operator = (typeof OPERATORS)[number];

/** Limit for a figure of a transport in a scenario. */
export type Threshold = {
  /** Text as the user wrote it: `ws.echo.p99<50ms`. */
  readonly text: string;
  /** `transport` or `transport:variant`. */
  readonly flag: string;
  readonly scenario: string;
  /** Values of dimensions that it is limited to; absent: none. */
  readonly narrowing?: Narrowing;
  readonly metric: MetricId;
  readonly operator: Operator;
  /** Limit in seconds, bytes or messages per second. */
  readonly limit: number;
};

export type JudgedThreshold = {
  readonly threshold: Threshold;
  /** Null if the run has no such case. */
  readonly caseId: string | null;
} & (
  | { readonly outcome: 'met' | 'missed'; readonly median: number; readonly trials: number; readonly bounded: number }
  | { readonly outcome: 'not testable'; readonly reason: string }
);

/** Compares thresholds with the medians over the valid trials, once for each case that a threshold covers. */
export function judgeThresholds(results: Results, thresholds: readonly Threshold[]): JudgedThreshold[] {
  const barrier = barrierTo(countTrials(results));
  return thresholds.flatMap((threshold): JudgedThreshold[] => {
    const { flag, scenario, narrowing = {} } = threshold;
    const cases = results.cases.filter(
      (one) => flagOf(one) === flag && one.scenario === scenario && isCovered(one, narrowing),
    );
    if (cases.length === 0) {
      const left = (results.plan.leftOut ?? []).find(({ name }) => name === flag);
      const reason = left === undefined ? 'the run has no such case' : left.reason;
      return [{ threshold, caseId: null, outcome: 'not testable', reason }];
    }
    return cases.map((one) => judgeCase(results, one, threshold, barrier));
  });
}

function judgeCase(results: Results, one: Case, threshold: Threshold, barrier: string | null): JudgedThreshold {
  const reading = readMember(results, one).readings[threshold.metric];
  const { sample, median, bounded } = reading;
  const known = { threshold, caseId: one.id };
  const because = (reason: string): JudgedThreshold => ({ ...known, outcome: 'not testable', reason });
  if (barrier !== null) return because(barrier);
  if (sample.size === 0) return because(reading.reason);
  const { operator, limit } = threshold;
  const met = keeps(median, operator, limit);
  // The true figure is at least the measured one, so only limits below it are decided.
  if (bounded > 0 && met !== operator.startsWith('>')) {
    return because(
      metricOf(threshold.metric).best === 'more'
        ? `${nameOf(one)} may sustain more: the load generator reached its limit before the server did`
        : `${boundedBecause(nameOf(one), metricOf(threshold.metric))}: ${inUnit(metricOf(threshold.metric), median)} ${metricOf(threshold.metric).unit}`,
    );
  }
  return { ...known, outcome: met ? 'met' : 'missed', median, trials: sample.size, bounded };
}

const boundedBecause = (name: string, { boundText }: Metric): string =>
  boundText === undefined
    ? `${name} was overloaded, so only a lower bound is known`
    : `only a lower bound is known of ${name}, ${boundText}`;

function keeps(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}

/** Parts of the line that shows a judged threshold. */
export function thresholdText(judged: JudgedThreshold): {
  readonly condition: string;
  readonly name: string;
  readonly outcome: JudgedThreshold['outcome'];
  readonly figure: string;
} {
  const { threshold, caseId, outcome } = judged;
  const metric = metricOf(threshold.metric);
  const figure =
    judged.outcome === 'not testable'
      ? judged.reason
      : `${cellFigure(metric, judged)} ${metric.unit} (median of ${countOf(judged.trials, 'valid trial')}; limit ${inUnit(metric, threshold.limit)} ${metric.unit})`;
  return { condition: threshold.text, name: caseId ?? threshold.flag, outcome, figure };
}

import { metric as metricOf } from '../kinds/lookup.ts';
import { cellFigure, countOf, inUnit } from '../model/format.ts';
import type { JudgedThreshold } from './thresholds.ts';

/** A judged threshold in words, for whoever lays it out. */
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

import type { Case, Results } from '../../bench/results/schema.ts';
import type { Sample } from './bootstrap.ts';
import { percentileCurve } from './curve.ts';
import { notShown, type Shown, shown } from './distribution.ts';
import { countOf } from './format.ts';
import { describe, nameOf } from './group.ts';
import { type DecodedTrial, decodeTrial, measure, payloadPerDelivered } from './measure.ts';
import { median } from './median.ts';
import { forEachMetric, type MetricId } from './metrics.ts';
import type { CurvePoint, TrialView } from './model.ts';
import { viewTrial } from './trial-view.ts';

/** One case of a group, with everything read out of its trials. */
export type Member = {
  readonly caseId: string;
  readonly name: string;
  readonly transport: string;
  readonly title: string;
  readonly floor: boolean;
  readonly validTrials: number;
  readonly readings: Readonly<Record<MetricId, Reading>>;
  readonly curve: readonly CurvePoint[];
  readonly payload: Shown;
  readonly trials: readonly TrialView[];
};

/** A metric's values by block over the valid trials that show it, and why there are none where there are none. */
export type Reading = { readonly sample: Sample; readonly median: number; readonly reason: string };

export function readMember(results: Results, one: Case): Member {
  const measured = one.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [decodeTrial(trial)]));
  const valid = measured.filter(({ trial }) => trial.state === 'valid');
  const decodedByTrial = new Map(measured.map((decoded) => [decoded.trial, decoded]));
  const payloads = valid.flatMap(({ trial }) => values(payloadPerDelivered(one, trial)));
  return {
    ...describe(results, one),
    caseId: one.id,
    name: nameOf(one),
    transport: one.transport,
    validTrials: valid.length,
    readings: readingsOf(valid, one.trials.length),
    curve: percentileCurve(valid.map(({ response }) => response)),
    payload: payloads.length > 0 ? shown(median(payloads)) : notShown('no message was delivered'),
    trials: one.trials
      .map((trial) => viewTrial(trial, trial.state === 'failed' ? undefined : decodedByTrial.get(trial)))
      .toSorted((a, b) => a.block - b.block || a.order - b.order),
  };
}

function readingsOf(valid: readonly DecodedTrial[], trials: number): Record<MetricId, Reading> {
  const absent = trials === 0 ? 'no trial was run' : `none of ${countOf(trials, 'trial')} is valid`;
  const reading = (id: MetricId): Reading => {
    const measured = valid.map((decoded) => ({ block: decoded.trial.block, value: measure(id, decoded) }));
    const sample = new Map(
      measured.flatMap(({ block, value }) => values(value).map((number): [number, number] => [block, number])),
    );
    const missing = measured.flatMap(({ value }) => (value.shown ? [] : [value.reason]));
    return { sample, median: median([...sample.values()]), reason: missing[0] ?? absent };
  };
  return forEachMetric(reading);
}

const values = (value: Shown): number[] => (value.shown ? [value.value] : []);

import type { Capacity, Case, Results } from '../../bench/results/schema.ts';
import type { Sample } from './bootstrap.ts';
import { percentileCurve } from './curve.ts';
import { notShown, type Shown, shown } from './distribution.ts';
import { countOf } from './format.ts';
import { describe, flagOf, kindOf, nameOf } from './group.ts';
import {
  type DecodedTrial,
  decodeTrial,
  fitOf,
  isLowerBound,
  measure,
  payloadPerDelivered,
  socketPerDelivered,
} from './measure.ts';
import { median } from './median.ts';
import { forEachMetric, type MetricId, metricsOf } from './metrics.ts';
import type { CurvePoint, TrialView } from './model.ts';
import { viewTrial } from './trial-view.ts';

/** One case of a group, with everything read out of its trials. */
export type Member = {
  readonly caseId: string;
  readonly name: string;
  readonly flag: string;
  readonly label: string | null;
  readonly transport: string;
  readonly title: string;
  readonly floor: boolean;
  readonly validTrials: number;
  readonly readings: Readonly<Record<MetricId, Reading>>;
  readonly curve: readonly CurvePoint[];
  readonly payload: Shown;
  readonly socketBytes: Shown;
  readonly searches: readonly Capacity[];
  readonly trials: readonly TrialView[];
};

/** A metric's values by block over the valid trials that show it, and why there are none where there are none. */
export type Reading = {
  readonly sample: Sample;
  readonly median: number;
  readonly reason: string;
  /** How many of the values are lower bounds. */
  readonly bounded: number;
  /** R² of the worst of the lines that the values are slopes of; null where they are none. */
  readonly fit: number | null;
};

export function readMember(results: Results, one: Case): Member {
  const measured = one.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [decodeTrial(trial)]));
  const valid = measured.filter(({ trial }) => trial.state === 'valid');
  const decodedByTrial = new Map(measured.map((decoded) => [decoded.trial, decoded]));
  const medianOf = (read: (decoded: DecodedTrial) => Shown, otherwise: string): Shown => {
    const found = valid.flatMap((decoded) => values(read(decoded)));
    return found.length > 0 ? shown(median(found)) : notShown(otherwise);
  };
  return {
    ...describe(results, one),
    caseId: one.id,
    name: nameOf(one),
    flag: flagOf(one),
    label: one.label ?? null,
    transport: one.transport,
    validTrials: valid.length,
    readings: readingsOf(one, valid),
    // In a closed loop a message waits for the one before it, so that its latency is no response latency.
    curve: kindOf(one) === 'load' ? percentileCurve(valid.map(({ response }) => response)) : [],
    payload: medianOf(({ trial }) => payloadPerDelivered(one, trial), 'no message was delivered'),
    socketBytes: medianOf(({ trial }) => socketPerDelivered(trial), 'not counted'),
    searches: valid.flatMap(({ trial }) => (trial.capacity === undefined ? [] : [trial.capacity])),
    trials: one.trials
      .map((trial) => viewTrial(one, trial, trial.state === 'failed' ? undefined : decodedByTrial.get(trial)))
      .toSorted((a, b) => a.block - b.block || a.order - b.order),
  };
}

function readingsOf(one: Case, valid: readonly DecodedTrial[]): Record<MetricId, Reading> {
  const { trials } = one;
  const columns = metricsOf(kindOf(one));
  const absent = trials.length === 0 ? 'no trial was run' : `none of ${countOf(trials.length, 'trial')} is valid`;
  const reading = (id: MetricId): Reading => {
    if (!columns.includes(id)) return { ...NOTHING, reason: 'not a figure of this scenario' };
    const measured = valid.map((decoded) => ({ decoded, value: measure(id, decoded, one) }));
    const seen = measured.flatMap(({ decoded, value }) => values(value).map((number) => ({ decoded, number })));
    const missing = measured.flatMap(({ value }) => (value.shown ? [] : [value.reason]));
    const fits = seen.flatMap(({ decoded }) => fitOf(id, decoded) ?? []);
    return {
      sample: new Map(seen.map(({ decoded, number }) => [decoded.trial.block, number])),
      median: median(seen.map(({ number }) => number)),
      reason: missing[0] ?? absent,
      bounded: seen.filter(({ decoded }) => isLowerBound(id, decoded)).length,
      fit: fits.length > 0 ? Math.min(...fits) : null,
    };
  };
  return forEachMetric(reading);
}

const NOTHING: Omit<Reading, 'reason'> = { sample: new Map(), median: Number.NaN, bounded: 0, fit: null };

const values = (value: Shown): number[] => (value.shown ? [value.value] : []);

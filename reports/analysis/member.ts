import { median } from '../../bench/results/numbers.ts';
import type { Capacity, Case, Results } from '../../bench/results/schema.ts';
import { describe, flagOf, kindOf, nameOf } from '../model/group.ts';
import type { CurvePoint, SharePoint, TrialView } from '../model/model.ts';
import { notShown, type Shown, shown } from '../stats/distribution.ts';
import { decodeTrial } from './decode.ts';
import { percentileCurve, pooledShares } from './figures/curve.ts';
import { type DecodedTrial, payloadPerDelivered, socketPerDelivered } from './measure.ts';
import { type Reading, type Readings, type ReadRun, readingsOf } from './readings.ts';
import { viewTrial } from './trial-view.ts';

export type { Reading };

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
  readonly readings: Readings;
  readonly curve: readonly CurvePoint[];
  readonly pooled: readonly SharePoint[];
  readonly payload: Shown;
  readonly socketBytes: Shown;
  readonly searches: readonly Capacity[];
  readonly trials: readonly TrialView[];
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
    pooled: kindOf(one) === 'load' ? pooledShares(valid.map(({ response }) => response)) : [],
    payload: medianOf(({ trial }) => payloadPerDelivered(one, trial), 'no message was delivered'),
    socketBytes: medianOf(({ trial }) => socketPerDelivered(trial), 'not counted'),
    searches: valid.flatMap(({ trial }) => (trial.capacity === undefined ? [] : [trial.capacity])),
    trials: one.trials
      .map((trial) => viewTrial(one, trial, trial.state === 'failed' ? undefined : decodedByTrial.get(trial)))
      .toSorted((a, b) => a.block - b.block || a.order - b.order),
  };
}

const values = (value: Shown): number[] => (value.shown ? [value.value] : []);

/** A run whose histograms are decoded when a case is asked for. */
export const readRun = (results: Results): ReadRun => ({
  results,
  readings: (one) =>
    readingsOf(
      one,
      one.trials.flatMap((trial) => (trial.state === 'valid' ? [decodeTrial(trial)] : [])),
    ),
});

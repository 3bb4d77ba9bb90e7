import { flagOf, nameOf } from '../../bench/results/case.ts';
import { median } from '../../bench/results/numbers.ts';
import { standingIn } from '../../bench/results/reruns.ts';
import type { Case, MeasuredTrial, Results } from '../../bench/results/schema.ts';
import { shapeOfCase } from '../kinds/lookup.ts';
import { describe } from '../model/group.ts';
import type { DecodedTrial, Member } from '../model/member.ts';
import type { Overloaded } from '../model/model.ts';
import { notShown, type Shown, shown } from '../stats/distribution.ts';
import { batchedIn } from './batched.ts';
import { decodeTrial } from './decode.ts';
import { percentileCurve, pooledShares } from './figures/curve.ts';
import { payloadPerDelivered, socketPerDelivered } from './measure.ts';
import { type ReadRun, readingsOf } from './readings.ts';
import { viewTrial } from './trial-view.ts';

export function readMember(results: Results, one: Case): Member {
  const { steadyRate } = shapeOfCase(one);
  const measured = one.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [decodeTrial(trial)]));
  const counted = standingIn(one);
  const valid = measured.filter(({ trial }) => trial.state === 'valid' && counted.trials.includes(trial));
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
    overload: overloadOf(valid.map(({ trial }) => trial)),
    batched: batchedIn(
      results,
      one,
      valid.map(({ trial }) => trial),
    ),
    readings: readingsOf(counted, valid, results),
    curve: steadyRate ? percentileCurve(valid.map(({ response }) => response)) : [],
    pooled: steadyRate ? pooledShares(valid.map(({ response }) => response)) : [],
    payload: medianOf(({ trial }) => payloadPerDelivered(one, trial), 'no message was delivered'),
    socketBytes: medianOf(({ trial }) => socketPerDelivered(trial), 'not counted'),
    searches: valid.flatMap(({ trial }) => (trial.capacity === undefined ? [] : [trial.capacity])),
    trials: one.trials
      .map((trial) => viewTrial(results, one, trial, trial.state === 'failed' ? undefined : decodedByTrial.get(trial)))
      .toSorted((a, b) => a.block - b.block || a.order - b.order),
  };
}

function overloadOf(valid: readonly MeasuredTrial[]): Overloaded | null {
  const found = valid.flatMap(({ overload, messages }) => (overload === undefined ? [] : [{ overload, messages }]));
  if (found.length === 0) return null;
  return {
    trials: found.length,
    sustainedRate: median(found.map(({ overload }) => overload.sustainedRate)),
    overdue: found.reduce((sum, { messages }) => sum + (messages.overdue ?? 0), 0),
    expected: found.reduce((sum, { messages }) => sum + messages.expected, 0),
  };
}

const values = (value: Shown): number[] => (value.shown ? [value.value] : []);

/** A run that decodes the histograms of a case when its readings are requested. */
export const readRun = (results: Results): ReadRun => ({
  results,
  readings: (one) => {
    const counted = standingIn(one);
    return readingsOf(
      counted,
      counted.trials.flatMap((trial) => (trial.state === 'valid' ? [decodeTrial(trial)] : [])),
      results,
    );
  },
});

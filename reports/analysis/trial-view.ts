import { largestShare, othersShareOf, waitShareOf } from '../../bench/results/machine/cores.ts';
import type { Case, Recovery, Trial } from '../../bench/results/schema.ts';
import { forEachMetric, metricsOf } from '../kinds/lookup.ts';
import { kindOf } from '../model/group.ts';
import { objectiveIn } from '../model/in-time.ts';
import type { DecodedTrial } from '../model/member.ts';
import type { RecoveryView, TrialView } from '../model/model.ts';
import { notShown, percentile } from '../stats/distribution.ts';
import { isLowerBound, measure } from './measure.ts';
import { type Objectives, OF_ANOTHER_KIND } from './readings.ts';

/** Makes the entry of a trial in the table of all trials. */
export function viewTrial(run: Objectives, one: Case, trial: Trial, decoded: DecodedTrial | undefined): TrialView {
  const { block, order, reasons, broken = [] } = trial;
  const again = {
    replaces: trial.replaces ?? null,
    replaced: one.trials.some(({ replaces }) => replaces === order),
  };
  if (trial.state === 'failed' || decoded === undefined) {
    return { state: 'failed', block, order, reasons, broken, ...again };
  }
  const { usage, capacity, memory, opening, cores = [], notMeasured = [] } = trial;
  const { rssBytes, rssStartBytes, busy } = usage.generator;
  const columns = metricsOf(kindOf(one));
  const asked = { clients: one.clients, objectiveSeconds: objectiveIn(run, one).seconds };
  return {
    state: trial.state,
    block,
    order,
    reasons,
    broken,
    ...again,
    notMeasured,
    seconds: trial.seconds,
    messages: trial.messages,
    values: forEachMetric((id) => (columns.includes(id) ? measure(id, decoded, asked) : notShown(OF_ANOTHER_KIND))),
    lowerBounds: columns.filter((id) => isLowerBound(id, decoded)),
    sustainedRate: trial.overload?.sustainedRate ?? null,
    serviceP50: percentile(decoded.service, 0.5),
    lastP50: decoded.last === null ? null : percentile(decoded.last, 0.5),
    lagP50: percentile(decoded.lag, 0.5),
    lagP99: percentile(decoded.lag, 0.99),
    busy,
    othersShare: largestShare(cores, othersShareOf),
    waitShare: largestShare(cores, waitShareOf),
    generatorGrowthBytes: rssStartBytes === undefined ? null : rssBytes - rssStartBytes,
    search:
      capacity === undefined
        ? null
        : { steps: capacity.steps.length, ceilingRate: capacity.ceilingRate, reason: capacity.reason ?? null },
    fit: memory === undefined ? null : { server: memory.server.r2, generator: memory.generator.r2 },
    opening: opening ?? null,
    recovery: recoveryView(trial.recovery),
    slowReaders: trial.slow === undefined ? null : { readers: trial.slow.readers, fates: trial.slow.fates },
  };
}

/** Leaves out the times, which metrics have, and the timeline, which the figure is drawn from. */
function recoveryView(recovery: Recovery | undefined): RecoveryView | null {
  if (recovery === undefined) return null;
  const { sessions, attempts, messages, reasons, limit } = recovery;
  return { sessions, attempts, messages, reasons, ...(limit === undefined ? {} : { limit }) };
}

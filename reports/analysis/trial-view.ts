import type { Case, Trial } from '../../bench/results/schema.ts';
import { forEachMetric, metricsOf } from '../kinds/lookup.ts';
import { kindOf } from '../model/group.ts';
import type { DecodedTrial } from '../model/member.ts';
import type { TrialView } from '../model/model.ts';
import { notShown, percentile } from '../stats/distribution.ts';
import { isLowerBound, measure } from './measure.ts';

/** Makes the entry of a trial in the table of all trials. */
export function viewTrial(one: Case, trial: Trial, decoded: DecodedTrial | undefined): TrialView {
  const { block, order, reasons, broken = [] } = trial;
  if (trial.state === 'failed' || decoded === undefined) {
    return { state: 'failed', block, order, reasons, broken };
  }
  const { usage, capacity, memory, opening, notMeasured = [] } = trial;
  const { rssBytes, rssStartBytes, busy } = usage.generator;
  const columns = metricsOf(kindOf(one));
  return {
    state: trial.state,
    block,
    order,
    reasons,
    broken,
    notMeasured,
    seconds: trial.seconds,
    messages: trial.messages,
    values: forEachMetric((id) =>
      columns.includes(id) ? measure(id, decoded, one) : notShown('not a figure of this scenario'),
    ),
    lowerBounds: columns.filter((id) => isLowerBound(id, decoded)),
    sustainedRate: trial.overload?.sustainedRate ?? null,
    serviceP50: percentile(decoded.service, 0.5),
    lastP50: decoded.last === null ? null : percentile(decoded.last, 0.5),
    lagP50: percentile(decoded.lag, 0.5),
    lagP99: percentile(decoded.lag, 0.99),
    busy,
    generatorGrowthBytes: rssStartBytes === undefined ? null : rssBytes - rssStartBytes,
    search:
      capacity === undefined
        ? null
        : { steps: capacity.steps.length, ceilingRate: capacity.ceilingRate, reason: capacity.reason ?? null },
    fit: memory === undefined ? null : { server: memory.server.r2, generator: memory.generator.r2 },
    opening: opening ?? null,
  };
}

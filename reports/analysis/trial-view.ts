import type { Trial } from '../../bench/results/schema.ts';
import { percentile } from './distribution.ts';
import type { DecodedTrial } from './measure.ts';
import type { TrialView } from './model.ts';

/** A trial as the table of every trial lists it, whatever became of it. */
export function viewTrial(trial: Trial, decoded: DecodedTrial | undefined): TrialView {
  const { block, order, reasons } = trial;
  if (trial.state === 'failed' || decoded === undefined) return { state: 'failed', block, order, reasons };
  return {
    state: trial.state,
    block,
    order,
    reasons,
    messages: trial.messages,
    p50: percentile(decoded.response, 0.5),
    p99: percentile(decoded.response, 0.99),
    serviceP50: percentile(decoded.service, 0.5),
    lastP50: decoded.last === null ? null : percentile(decoded.last, 0.5),
    lagP50: percentile(decoded.lag, 0.5),
    lagP99: percentile(decoded.lag, 0.99),
    busy: trial.usage.generator.busy,
  };
}

import { barrierTo, countTrials } from '../../reports/analysis/status.ts';
import type { JudgedThreshold } from '../../reports/analysis/thresholds.ts';
import { standingIn } from '../results/reruns.ts';
import type { Case, MeasuredTrial, Results } from '../results/schema.ts';
import { lostIn } from '../results/values.ts';
import { kindOf } from '../scenarios/index.ts';
import { EXIT, type ExitCode, gravest } from './exit.ts';

/** Exit code of a run: the gravest that applies. The run is invalid (13) wherever its report says so. */
export function exitCodeOf(results: Results, thresholds: readonly Pick<JudgedThreshold, 'outcome'>[] = []): ExitCode {
  const { state, stopped, networks = [] } = results;
  const cases = results.cases.map(standingIn);
  const unmeasured = cases.some((one) => !one.trials.some((trial) => trial.state === 'valid'));
  const isOff = networks.some(({ offTarget }) => offTarget !== undefined);
  const isInvalid = stopped !== undefined || unmeasured || isOff || barrierTo(countTrials(results)) !== null;
  const untested = thresholds.some(({ outcome }) => outcome === 'not testable');
  return gravest([
    ...(state === 'interrupted' && stopped === undefined ? [EXIT.interrupted] : []),
    ...(cases.some((one) => hasFailed(one, results)) ? [EXIT.failed] : []),
    ...(isInvalid || untested ? [EXIT.invalid] : []),
    ...(thresholds.some(({ outcome }) => outcome === 'missed') ? [EXIT.threshold] : []),
  ]);
}

/** True if a trial of the case failed, or lost messages that its transport promises to deliver. */
function hasFailed(one: Case, { transports }: Pick<Results, 'transports'>): boolean {
  const info = transports.find(({ id, variant }) => id === one.transport && variant === one.variant);
  const promises = info?.capabilities.reliable ?? true;
  return one.trials.some(
    (trial) =>
      trial.state === 'failed' ||
      (lostIn(trial.messages) > 0 && promises && kindOf(one).measuresLosses !== true) ||
      broke(one, trial),
  );
}

/** True if sessions ended or refused a message in a kind that treats this as a failure. */
const broke = (one: Case, { messages }: MeasuredTrial): boolean =>
  kindOf(one).brokenSessionsFail && Object.keys(messages.errors).length > 0;

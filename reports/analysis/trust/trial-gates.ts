import { command } from '../../../bench/results/command.ts';
import {
  coreText,
  isShared,
  isWaitedFor,
  largestShare,
  othersShareOf,
  programsText,
  waitShareOf,
} from '../../../bench/results/machine/cores.ts';
import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { standingIn } from '../../../bench/results/reruns.ts';
import {
  isScheduleKept,
  MAX_BUSY_SHARE,
  MAX_LOOP_DELAY_SECONDS,
  MAX_OTHERS_SHARE,
  MAX_WAIT_SHARE,
  MIN_MESSAGES_FOR_BUSY,
  MIN_ON_TIME_SHARE,
  MIN_TRIALS,
  ON_TIME_SECONDS,
  SAMPLES_BEYOND,
} from '../../../bench/results/rules.ts';
import type { CoreUsage, Results } from '../../../bench/results/schema.ts';
import { isJudged, reportOf, shapeOfCase } from '../../kinds/lookup.ts';
import { countOf, figures, integer, list } from '../../model/format.ts';
import { plannedTrials } from '../../model/group.ts';
import { breaks, type GateStatus, gate, type Rule, statusOfTrials, type TrialOf, trialsOf } from './gate.ts';
import { networkKept } from './network-gates.ts';

/** Conditions on every trial, checked by its counts and by the rules it broke. */

const onTimeShare = ({ trial: { messages } }: TrialOf): number =>
  messages.due === 0 ? 1 : messages.onTime / messages.due;

export const scheduleKept: Rule = ({ results }) => {
  const trials = trialsOf(results, 'schedule kept');
  if (trials.length === 0) return null;
  const { status, count } = statusOfTrials(
    results,
    trials,
    (of) => breaks('schedule-kept')(of) || !isScheduleKept(of.trial.messages.onTime, of.trial.messages.due),
  );
  const worst = Math.min(...trials.map(onTimeShare));
  return gate(
    'Schedule kept',
    `in each trial ≥ ${MIN_ON_TIME_SHARE * 100} % of messages left within ${ON_TIME_SECONDS * 1e3} ms of their due time`,
    { status, observed: `worst trial ${percent(worst, Math.floor)}; ${count}` },
    {
      consequence: 'Late messages are not the planned load, so these trials are in no figure.',
      action: 'Close other programs, lower --rate or raise --workers.',
    },
  );
};

export const generatorFree: Rule = ({ results }) => {
  const trials = trialsOf(results, 'generator not saturated').filter(
    ({ trial }) => whyNotMeasured(trial, ['usage.generator.busy', 'usage.generator.loopDelayP99']) === undefined,
  );
  if (trials.length === 0) return null;
  const saturated = ({ trial: { messages, usage } }: TrialOf) =>
    (messages.due >= MIN_MESSAGES_FOR_BUSY && usage.generator.busy > MAX_BUSY_SHARE) ||
    usage.generator.loopDelayP99 > MAX_LOOP_DELAY_SECONDS;
  const { status, count } = statusOfTrials(
    results,
    trials,
    (of) => breaks('generator-not-saturated')(of) || saturated(of),
  );
  const busy = Math.max(...trials.map(({ trial }) => trial.usage.generator.busy));
  const delay = Math.max(...trials.map(({ trial }) => trial.usage.generator.loopDelayP99));
  return gate(
    'Generator not saturated',
    `busiest load worker ≤ ${MAX_BUSY_SHARE * 100} % busy, its event loop ≤ ${MAX_LOOP_DELAY_SECONDS * 1e3} ms late at p99`,
    { status, observed: `at most ${percent(busy, Math.ceil)} busy, ${figures(delay * 1e3)} ms late; ${count}` },
    {
      consequence: 'A generator at its limit measures itself, so these trials are in no figure.',
      action: 'Lower --rate or raise --workers.',
    },
  );
};

export const coresUndisturbed: Rule = ({ results }) => {
  const trials = trialsOf(results, 'cores undisturbed');
  if (trials.length === 0) return null;
  const name = 'Cores not shared with other programs';
  const threshold = `in each trial others took ≤ ${MAX_OTHERS_SHARE * 100} % of a core, and nothing waited > ${MAX_WAIT_SHARE * 100} % of the time for one`;
  const words = {
    consequence: 'What other programs take of the cores would pass as the transport’s latency.',
    action: 'Close other programs, or keep them off the cores of the run (taskset), then run again.',
  };
  const watched = trials.filter(({ trial }) => trial.cores !== undefined);
  if (watched.length === 0) {
    const why = trials.map(({ trial }) => whyNotMeasured(trial, ['cores'])).find((reason) => reason !== undefined);
    return gate(name, threshold, { status: 'unknown', observed: why ?? 'not measured in this run' }, words);
  }
  const disturbed = ({ trial: { cores = [] } }: TrialOf) => cores.some((one) => isShared(one) || isWaitedFor(one));
  const { status, count } = statusOfTrials(
    results,
    watched,
    (of) => breaks('cores-not-shared')(of) || breaks('cores-not-waited-for')(of) || disturbed(of),
  );
  const observed = [...worstCore(watched), ...worstWait(watched), count].join('; ');
  return gate(name, threshold, { status, observed }, words);
};

const coresOf = (trials: readonly TrialOf[]): CoreUsage[] => trials.flatMap(({ trial }) => trial.cores ?? []);

/** Core of which other programs took most in a trial, in words. */
function worstCore(trials: readonly TrialOf[]): string[] {
  const [worst] = coresOf(trials)
    .flatMap((one) => (othersShareOf(one) === undefined ? [] : [{ one, share: othersShareOf(one) ?? 0 }]))
    .toSorted((a, b) => b.share - a.share);
  if (worst === undefined) return ['not bound to cores, so that only waits count'];
  const { one, share } = worst;
  const which = one.programs === undefined ? '' : ` (${programsText(one)})`;
  return [`at most ${percent(share, Math.ceil)} of ${coreText(one)} taken${which}`];
}

/** Longest wait in a trial, in words. */
function worstWait(trials: readonly TrialOf[]): string[] {
  const share = largestShare(coresOf(trials), waitShareOf);
  return share === null ? ['waits not measured'] : [`waited at most ${percent(share, Math.ceil)}`];
}

export const accountingCloses: Rule = ({ results }) => {
  const trials = trialsOf(results, 'accounting closes');
  if (trials.length === 0) return null;
  const open = ({ trial: { messages } }: TrialOf) =>
    messages.due !== messages.sent + messages.unsent || messages.expected !== messages.delivered + messages.lost;
  const { status, count } = statusOfTrials(results, trials, (of) => breaks('accounting-closes')(of) || open(of));
  const due = trials.reduce((total, { trial }) => total + trial.messages.due, 0);
  return gate(
    'Every message accounted for',
    'due = sent + unsent; expected = delivered + lost',
    { status, observed: `${countOf(due, 'message')} due; ${count}` },
    {
      consequence: 'A message that is not accounted for may be lost, so these trials are in no figure.',
      action: 'Report it as a bug of Wirebench, with the results file.',
    },
  );
};

export const clockSane: Rule = ({ results }) => {
  const trials = trialsOf(results, 'clock sane');
  if (trials.length === 0) return null;
  const steps = results.environment.checks?.find(({ name }) => name === 'clock');
  const { status, count } = statusOfTrials(results, trials, breaks('clock-is-sane'));
  const coarse = steps?.state === 'unfit';
  return gate(
    'Clock sane',
    'no message arrives before it is due; clock steps ≤ 1 µs',
    {
      status: coarse ? 'broken' : status,
      observed: [`one monotonic clock for both sides`, ...(steps === undefined ? [] : [steps.observed]), count].join(
        '; ',
      ),
    },
    {
      consequence: 'Latencies measured with such a clock are wrong.',
      action: `Measure on hardware whose clock is stable: see ${command('npm run doctor')}.`,
    },
  );
};

const promises = ({ transports }: Results, { one }: TrialOf) =>
  transports.find(({ id, variant }) => id === one.transport && variant === one.variant)?.capabilities;

/** Losses of an unreliable transport and the order of an unordered one are results, not faults. */
export const messagesIntact: Rule = ({ results }) => {
  const trials = trialsOf(results).filter(({ one }) => shapeOfCase(one).measuresLosses !== true);
  if (trials.length === 0) return null;
  const counts = (of: TrialOf) => {
    const { ordered = true, reliable = true } = promises(results, of) ?? {};
    const count = (key: 'corrupt' | 'duplicated' | 'unexpected' | 'reordered' | 'lost'): number =>
      whyNotMeasured(of.trial, [`messages.${key}`]) === undefined ? of.trial.messages[key] : 0;
    return {
      corrupt: count('corrupt'),
      duplicated: count('duplicated'),
      unexpected: count('unexpected'),
      'out of order': ordered ? count('reordered') : 0,
      lost: reliable ? count('lost') - (of.trial.messages.overdue ?? 0) : 0,
    };
  };
  const { status, count } = statusOfTrials(results, trials, (of) => Object.values(counts(of)).some((each) => each > 0));
  const totals = new Map<string, number>();
  for (const [what, times] of trials.flatMap((of) => Object.entries(counts(of))))
    totals.set(what, (totals.get(what) ?? 0) + times);
  const found = [...totals].filter(([, times]) => times > 0).map(([what, times]) => `${integer(times)} ${what}`);
  return gate(
    'Messages intact',
    'no message corrupt, duplicated or unexpected; none lost or out of order if the transport promises that',
    { status, observed: `${found.length === 0 ? 'no fault' : list(found, 'and')}; ${count}` },
    {
      consequence: 'A transport that breaks its promise is not equivalent to one that keeps it.',
      action: 'Lower --rate until nothing is lost, or report this as a result.',
    },
  );
};

const MAX_ERROR_SHARE = 0.001;

export const withoutErrors: Rule = ({ results }) => {
  const cases = results.cases.map(standingIn);
  const all = cases.flatMap(({ trials }) => trials);
  if (all.length === 0) return null;
  const failed = all.filter(({ state }) => state === 'failed').length;
  const gone = cases.filter(({ trials }) => trials.length > 0 && trials.every(({ state }) => state === 'failed'));
  const measured = all.flatMap((trial) => (trial.state === 'failed' ? [] : [trial.messages]));
  const errors = measured.flatMap(({ errors: texts }) => Object.values(texts)).reduce((sum, times) => sum + times, 0);
  const due = measured.reduce((sum, messages) => sum + messages.due, 0);
  const many = errors > 0 && errors >= due * MAX_ERROR_SHARE;
  const status: GateStatus = many || gone.length > 0 ? 'broken' : errors + failed > 0 ? 'note' : 'kept';
  return gate(
    'No errors',
    'no failed trial; errors < 0.1 % of messages',
    { status, observed: `${countOf(errors, 'error')}; ${failed} of ${countOf(all.length, 'trial')} failed` },
    {
      consequence: 'Failed cases were not measured, so the results compare only those that worked.',
      action: `Read the reasons under “Every trial”; start the server alone with ${command('npm run serve')}.`,
    },
  );
};

export const enoughTrials: Rule = ({ results: { cases, plan } }) => {
  const judged = cases.filter(isJudged).map(standingIn);
  if (judged.length === 0) return null;
  // A default run has fewer trials of some cases, on purpose; a quick one of all.
  const most = judged.filter(({ id }) => plannedTrials(plan, id) >= plan.trials);
  const full = most.length === 0 ? judged : most;
  const fewer = judged.length - full.length;
  const valid = full.map(({ trials }) => trials.filter(({ state }) => state === 'valid').length);
  const short = valid.filter((count) => count < MIN_TRIALS).length;
  const status: GateStatus = short === 0 ? 'kept' : short === valid.length ? 'broken' : 'note';
  return gate(
    'Enough trials',
    `≥ ${MIN_TRIALS} valid trials of each case`,
    {
      status,
      observed: `${countOf(plan.trials, 'trial')} of each case planned; at least ${Math.min(...valid)} valid; ${short} of ${countOf(valid.length, 'case')} with too few${fewer === 0 ? '' : `; ${countOf(fewer, 'case')} planned with fewer trials, without verdicts`}`,
    },
    {
      consequence: 'A case with fewer trials is not testable, so there are no verdicts on it.',
      action: `Use --trials ${Math.max(MIN_TRIALS + 1, plan.trials)}; if trials were rejected, fix the causes named in their reasons.`,
    },
  );
};

export const enoughSamples: Rule = ({ analysis: { groups } }) => {
  const cells = groups
    .filter(({ question }) => reportOf(question).trust.includes('samples for p99'))
    .flatMap(({ rows }) => rows.filter(({ validTrials }) => validTrials > 0).map(({ cells: { p99 } }) => p99));
  if (cells.length === 0) return null;
  const without = cells.filter(({ state }) => state === 'not shown').length;
  return gate(
    'Enough samples for p99',
    `≥ ${SAMPLES_BEYOND} samples beyond it in each trial`,
    {
      status: without === 0 ? 'kept' : 'note',
      observed: `${cells.length - without} of ${countOf(cells.length, 'case')} show a p99`,
    },
    {
      consequence: 'The other cases show no p99, and p50 decides.',
      action: 'Use a longer --duration or a higher --rate.',
    },
  );
};

/** A percentage cut to a tenth, so that 98.96 % never reads as the 99 % it missed. */
const percent = (share: number, cut: (value: number) => number): string => `${cut(share * 1000) / 10} %`;

export const trialGates: readonly Rule[] = [
  scheduleKept,
  generatorFree,
  coresUndisturbed,
  accountingCloses,
  networkKept,
  messagesIntact,
  withoutErrors,
  clockSane,
  enoughTrials,
  enoughSamples,
];

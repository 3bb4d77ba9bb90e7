import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import {
  MAX_BUSY_SHARE,
  MAX_LOOP_DELAY_SECONDS,
  MIN_MESSAGES_FOR_BUSY,
  MIN_ON_TIME_SHARE,
  MIN_TRIALS,
  ON_TIME_SECONDS,
  SAMPLES_BEYOND,
} from '../../../bench/results/rules.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { isJudged, reportOf } from '../../kinds/lookup.ts';
import { countOf, figures, integer, list } from '../../model/format.ts';
import { breaks, type GateStatus, gate, type Rule, statusOfTrials, type TrialOf, trialsOf } from './gate.ts';

/** Conditions on every trial, checked by its counts and by the rules it broke. */

const onTimeShare = ({ trial: { messages } }: TrialOf): number =>
  messages.due === 0 ? 1 : messages.onTime / messages.due;

export const scheduleKept: Rule = ({ results }) => {
  const trials = trialsOf(results, 'schedule kept');
  if (trials.length === 0) return null;
  const { status, count } = statusOfTrials(
    results,
    trials,
    (of) => breaks('schedule-kept')(of) || onTimeShare(of) < MIN_ON_TIME_SHARE,
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
      action: 'Measure on hardware whose clock is stable: see npm run doctor.',
    },
  );
};

const promises = ({ transports }: Results, { one }: TrialOf) =>
  transports.find(({ id, variant }) => id === one.transport && variant === one.variant)?.capabilities;

/** Losses of an unreliable transport and the order of an unordered one are results, not faults. */
export const messagesIntact: Rule = ({ results }) => {
  const trials = trialsOf(results);
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
  const all = results.cases.flatMap(({ trials }) => trials);
  if (all.length === 0) return null;
  const failed = all.filter(({ state }) => state === 'failed').length;
  const gone = results.cases.filter(
    ({ trials }) => trials.length > 0 && trials.every(({ state }) => state === 'failed'),
  );
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
      action: 'Read the reasons under “Every trial”; start the server alone with npm run serve.',
    },
  );
};

export const enoughTrials: Rule = ({ results: { cases, plan } }) => {
  const judged = cases.filter(isJudged);
  if (judged.length === 0) return null;
  const valid = judged.map(({ trials }) => trials.filter(({ state }) => state === 'valid').length);
  const short = valid.filter((count) => count < MIN_TRIALS).length;
  const status: GateStatus = short === 0 ? 'kept' : short === valid.length ? 'broken' : 'note';
  return gate(
    'Enough trials',
    `≥ ${MIN_TRIALS} valid trials of each case`,
    {
      status,
      observed: `${countOf(plan.trials, 'trial')} of each case planned; at least ${Math.min(...valid)} valid; ${short} of ${countOf(valid.length, 'case')} with too few`,
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
  accountingCloses,
  messagesIntact,
  withoutErrors,
  clockSane,
  enoughTrials,
  enoughSamples,
];

import { whyNoBytes } from './newer.ts';
import { SERVER_NOT_OURS, whyNotMeasured } from './not-measured.ts';
import { RULES } from './rules.ts';
import type { Broken, Case, NotMeasured, Results, Trial } from './schema.ts';
import { ranElsewhere } from './values.ts';

/**
 * Upgrades results of an earlier version to the present shape; those of the present shape stay as they are. Only this file looks at
 * how a text begins: all others read the ids made here.
 */
export function upgrade(results: Results): Results {
  const { plan, environment, cases } = results;
  const noBytes = whyNoBytes(environment.link);
  return {
    ...results,
    plan: plan.leftOut === undefined ? plan : { ...plan, leftOut: plan.leftOut.map(withKind) },
    environment:
      environment.checks === undefined ? environment : { ...environment, checks: environment.checks.map(withKnown) },
    cases: cases.map((one) => ({ ...one, trials: one.trials.map((trial) => upgradeTrial(trial, one, noBytes)) })),
  };
}

/** Removes “unavailable here” from a reason for leaving a transport out, since `kind` says it. */
export const bareReason = (reason: string): string =>
  reason.startsWith(UNAVAILABLE) ? reason.slice(UNAVAILABLE.length) : reason;

const UNAVAILABLE = 'unavailable here: ';

type LeftOut = NonNullable<Results['plan']['leftOut']>[number];

const withKind = ({ kind, ...rest }: LeftOut): LeftOut => ({
  ...rest,
  kind: kind ?? (bareReason(rest.reason) === rest.reason ? 'not supported' : 'unavailable'),
});

type Check = NonNullable<Results['environment']['checks']>[number];

const withKnown = (check: Check): Check =>
  check.known === undefined && check.observed.startsWith('not known') ? { ...check, known: false } : check;

function upgradeTrial(trial: Trial, one: Pick<Case, 'target' | 'exec'>, noBytes: string | undefined): Trial {
  if (trial.state === 'failed') return trial;
  const broken = trial.broken ?? trial.reasons.map(brokenBy);
  const notMeasured: readonly NotMeasured[] = trial.notMeasured ?? (ranElsewhere(one) ? SERVER_NOT_OURS : []);
  const known = whyNotMeasured({ notMeasured }, ['wire.up']) !== undefined;
  const all = noBytes === undefined || known ? notMeasured : [...notMeasured, { path: 'wire', reason: noBytes }];
  return {
    ...trial,
    ...(broken.length === 0 ? {} : { broken }),
    ...(all.length === 0 ? {} : { notMeasured: [...all] }),
  };
}

/** Splits a reason into the id of its rule, with whose name it begins, and the rest. */
function brokenBy(reason: string): Broken {
  const rule = Object.entries(RULES).find(([, { name }]) => reason.startsWith(`${name}: `));
  if (rule === undefined) return { rule: 'unknown', text: reason };
  const [id, { name }] = rule;
  return { rule: id, text: reason.slice(name.length + 2) };
}

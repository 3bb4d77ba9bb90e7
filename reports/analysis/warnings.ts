import { whyNotMeasured } from '../../bench/results/not-measured.ts';
import { MIN_TRIALS, RULES, type RuleId } from '../../bench/results/rules.ts';
import type { Results } from '../../bench/results/schema.ts';
import { scenarioText } from '../kinds/lookup.ts';
import { reportOf } from '../kinds/report.ts';
import { countOf, integer, list, verdictFigures } from '../model/format.ts';
import type { Check, Group, Row, TrialView, Warning } from '../model/model.ts';
import type { Verdict } from '../model/verdict.ts';

/** A choice whose figure is better than bare TCP's: more likely a mistake of ours than a discovery. */
export type BelowFloor = {
  readonly name: string;
  readonly floor: string;
  /** `p99 latency below`, `capacity above`. */
  readonly how: string;
  readonly verdict: Verdict;
};

type Judged = Pick<Group, 'title' | 'question' | 'rows' | 'layer'> & { readonly belowFloor: readonly BelowFloor[] };

/** `groups` are those that verdicts are given in, and those beside theory, whose trials may go wrong as well. */
export function warningsOf(
  { plan, setAside = [] }: Results,
  unfit: readonly Check[],
  groups: readonly Judged[],
): Warning[] {
  const found = groups.flatMap((group) => {
    const alone = groups.filter(({ question }) => question.scenario === group.question.scenario).length === 1;
    const { target } = group.question;
    const where = alone ? scenarioText(group.question) : group.title;
    return [
      ...group.rows.flatMap((row) => rejected([row], 'failed', { where, plan, target })),
      ...rejected(group.rows, 'invalid', { where, plan, target }),
      ...rejected(group.rows, 'suspect', { where, plan, target }),
      ...group.rows.flatMap((row) => unaccounted(row, where)),
      ...reportOf(group.question).warnings(group, where),
      ...group.belowFloor.map((below) => belowFloorWarning(below, where)),
      ...(group.layer === 'mixed' ? [mixedLayers(where)] : []),
    ];
  });
  return [...unfit.map(unfitMachine), ...setAsideWarnings(setAside), ...found];
}

const unfitMachine = ({ name, observed, fix }: Check): Warning => ({
  text: `This machine is not fit to measure on: ${name}: ${observed}.`,
  action: fix,
});

/** Cases that cannot be judged for one reason, in one warning. */
export const setAsideWarnings = (setAside: NonNullable<Results['setAside']>, run = 'Set aside'): Warning[] =>
  [...Map.groupBy(setAside, ({ reason }) => reason)].map(([reason, those]) => ({
    text: `${run}, because ${reason}: ${list(
      those.map(({ id }) => id),
      'and',
    )}.`,
    action: 'Read these results with the version of Wirebench that wrote them, or a later one.',
  }));

type Plan = Results['plan'];

/** What the system ran out of is no fault of the transport. */
const REMEDIES: readonly (readonly [cause: RegExp, action: string])[] = [
  [/\bE[MN]FILE\b|too many open files/i, 'Raise the limit of open files (“ulimit -n”), or use fewer --clients.'],
  [/\bEADDRNOTAVAIL\b/, 'Ports ran out: widen net.ipv4.ip_local_port_range, or use fewer --clients.'],
  [/\bEADDRINUSE\b/, 'Another program took the port: run again; if it stays, end that program.'],
  [/\bENOMEM\b|\bENOBUFS\b|out of memory/i, 'Memory ran out: use fewer --clients, or end other programs.'],
];

const ACTIONS = {
  failed: (name: string, reasons: readonly string[]) =>
    REMEDIES.find(([cause]) => reasons.some((reason) => cause.test(reason)))?.[1] ??
    `Start it alone, “npm run serve -- ${name}”, and see what it says.`,
  invalid: () => 'Close other programs, lower --rate or raise --workers, then run again.',
  suspect: () => 'Close other programs, lower --rate or raise --workers, then run again.',
};

/** One warning for all the rows that share a cause: a slow machine is not seven findings. */
function rejected(
  rows: readonly Row[],
  state: keyof typeof ACTIONS,
  { where, plan, target }: { where: string; plan: Plan; target: string | undefined },
): Warning[] {
  const hit = rows.flatMap((row) => {
    const trials = row.trials.filter((trial) => trial.state === state);
    return trials.length === 0 ? [] : [{ row, trials }];
  });
  const [first] = hit;
  if (first === undefined) return [];
  const who = list(
    hit.map(({ row, trials }) => (hit.length === 1 ? row.name : `${row.name} ${trials.length}`)),
    'and',
  );
  const rejectedTrials = hit.flatMap(({ trials }) => trials);
  const run = hit.reduce((total, { row }) => total + row.trials.length, 0);
  return [
    {
      text: `${who} (${where}): ${rejectedTrials.length} of ${countOf(run, 'trial')} ${state}: ${tally(rejectedTrials)}.${shortfall(hit, plan)}`,
      action:
        target === undefined || (state !== 'failed' && !rejectedTrials.some(isOfServer))
          ? ACTIONS[state](
              first.row.flag,
              rejectedTrials.flatMap(({ reasons }) => reasons),
            )
          : `See that the server at ${target} runs and sends back what it is sent (docs/your-own.md).`,
    },
  ];
}

/** Losses, copies and what was never sent are no matter of how busy this machine is. */
const isOfServer = ({ broken }: TrialView): boolean => broken.some(({ rule }) => OF_SERVER.includes(rule));

const OF_SERVER: readonly string[] = ['nothing-lost', 'nothing-foreign'] satisfies RuleId[];

function shortfall(hit: readonly { readonly row: Row }[], plan: Plan): string {
  if (plan.trials < MIN_TRIALS) return '';
  const short = hit.filter(({ row }) => row.validTrials < MIN_TRIALS).map(({ row }) => row);
  const [only, another] = short;
  if (only === undefined) return '';
  const names = list(
    short.map(({ name }) => name),
    'and',
  );
  const left = another === undefined ? `${only.validTrials} valid left` : `Too few valid trials left for ${names}`;
  return ` ${left}; a verdict needs ${MIN_TRIALS}.`;
}

/** One reason a rule, with how many more it gave: reasons of one rule differ in their figures alone. */
function tally(trials: readonly TrialView[]): string {
  const given = trials.flatMap(({ reasons, broken }) =>
    reasons.map((reason, index) => ({ reason, rule: broken[index]?.rule ?? 'unknown' })),
  );
  const byRule = Map.groupBy(given, ({ reason, rule }) => (rule in RULES ? rule : reason.replaceAll(/\d+/g, '#')));
  return [...byRule.values()]
    .map((those) => {
      const reasons = those.map(({ reason }) => reason);
      const [first = ''] = reasons;
      if (reasons.length === 1) return first;
      const same = reasons.every((reason) => reason === first);
      return same ? `${first} (×${reasons.length})` : `${first} (and ${reasons.length - 1} like it)`;
    })
    .join('; ');
}

/** Of trials that were judged valid all the same; what the others did stands in their reasons. */
function unaccounted({ name, trials }: Row, where: string): Warning[] {
  const valid = trials.flatMap((trial) => (trial.state === 'valid' ? [trial] : []));
  const messages = valid.map((trial) => trial.messages);
  const total = (key: 'unsent' | 'lost' | 'duplicated' | 'reordered' | 'corrupt' | 'unexpected' | 'expected') =>
    valid
      .filter((trial) => whyNotMeasured(trial, [`messages.${key}`]) === undefined)
      .reduce((sum, trial) => sum + trial.messages[key], 0);
  const faults = (['unsent', 'lost', 'duplicated', 'reordered', 'corrupt', 'unexpected'] as const)
    .filter((key) => total(key) > 0)
    .map((key) => `${integer(total(key))} ${key}`);
  const errors = messages.flatMap((counts) => Object.entries(counts.errors));
  if (faults.length === 0 && errors.length === 0) return [];
  const said = errors.length === 0 ? '' : ` Errors: ${[...new Set(errors.map(([text]) => text))].join('; ')}.`;
  const counts = faults.length === 0 ? 'errors' : list(faults, 'and');
  return [
    {
      text: `${name} (${where}): ${counts}, of ${integer(total('expected'))} deliveries owed.${said}`,
      action: 'Lower --rate until nothing is lost, or take the loss as the result.',
    },
  ];
}

function belowFloorWarning({ name, floor, how, verdict }: BelowFloor, where: string): Warning {
  return {
    text: `${name} (${where}): ${how} the floor (${floor}): ${verdictFigures(verdict) ?? ''}.`,
    action: 'Suspect the measurement before quoting it: nothing built on TCP should beat bare TCP.',
  };
}

const mixedLayers = (where: string): Warning => ({
  text: `${where}: bytes were counted at different layers and are not compared.`,
  action: 'Run all transports on the same link.',
});

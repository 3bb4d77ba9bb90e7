import { command, quoted } from '../../../bench/results/command.ts';
import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { standing } from '../../../bench/results/reruns.ts';
import { MIN_TRIALS, type RuleId } from '../../../bench/results/rules.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { lostIn } from '../../../bench/results/values.ts';
import { reportOf, scenarioText, shapeOf } from '../../kinds/lookup.ts';
import { countOf, figures, integer, list, verdictFigures } from '../../model/format.ts';
import { plannedTrials } from '../../model/group.ts';
import type { Check, Group, Question, Row, TrialView, Warning } from '../../model/model.ts';
import { firstOf, groupReasons } from '../../model/reasons.ts';
import type { Verdict } from '../../model/verdict.ts';
import { effectText, foundText, offTargetIn } from './networks.ts';

/** A choice with a figure better than bare TCP's, which is more likely a mistake of ours than a discovery. */
export type BelowFloor = {
  readonly name: string;
  readonly floor: string;
  /** `p99 latency below`, `capacity above`. */
  readonly how: string;
  readonly verdict: Verdict;
};

type Judged = Pick<Group, 'title' | 'question' | 'rows' | 'layer'> & { readonly belowFloor: readonly BelowFloor[] };

/** Warnings about a run. `groups` include those that are only compared with theory, whose trials may go wrong too. */
export function warningsOf(results: Results, unfit: readonly Check[], groups: readonly Judged[]): Warning[] {
  const { plan, setAside = [] } = results;
  const found = groups.flatMap((group) => {
    const alone = groups.filter(({ question }) => question.scenario === group.question.scenario).length === 1;
    const server = serverOf(group.question);
    const where = alone ? scenarioText(group.question) : group.title;
    return [
      ...group.rows.flatMap((row) => rejected([row], 'failed', { where, plan, server })),
      ...rejected(group.rows, 'invalid', { where, plan, server }),
      ...rejected(group.rows, 'suspect', { where, plan, server }),
      ...(shapeOf(group.question).measuresLosses === true ? [] : group.rows.flatMap((row) => unaccounted(row, where))),
      ...group.rows.flatMap((row) => overloaded(row, group.question, where)),
      ...reportOf(group.question).warnings(group, where),
      ...group.belowFloor.map((below) => belowFloorWarning(below, where)),
      ...(group.layer === 'mixed' ? [mixedLayers(where)] : []),
    ];
  });
  return [
    ...unfit.map(unfitMachine),
    ...offTargetIn(results).map(offTargetWarning),
    ...setAsideWarnings(setAside),
    ...found,
  ];
}

const unfitMachine = ({ name, observed, fix }: Check): Warning => ({
  text: `This machine is not fit for measuring (${name}: ${observed}).`,
  action: fix,
});

/** Warns of a network whose cases were not measured, with what was asked and found. */
function offTargetWarning({ network, cases }: ReturnType<typeof offTargetIn>[number]): Warning {
  const found = foundText(network);
  const left =
    cases.length === 0
      ? 'Its cases are'
      : `${countOf(cases.length, 'case')} over it ${cases.length === 1 ? 'is' : 'are'}`;
  return {
    text:
      `${network.id}: the self-test found it off its target (${(network.offTarget ?? []).join('; ')}). Asked: ${effectText(network)}` +
      `${found === null ? '' : `; found: ${found}`}. ${left} unavailable here.`,
    action: `Close other programs and run ${command('npm run doctor -- --networks')}, which says whether this machine can make it.`,
  };
}

/** Warnings about cases that cannot be shown, one for each reason. */
export const setAsideWarnings = (setAside: NonNullable<Results['setAside']>, run = 'Not shown'): Warning[] =>
  [...Map.groupBy(setAside, ({ reason }) => reason)].map(([reason, those]) => ({
    text: `${run}, because ${reason}: ${list(
      those.map(({ id }) => id),
      'and',
    )}.`,
    action: 'Read these results with the version of Wirebench that wrote them, or a later one.',
  }));

type Plan = Results['plan'];

/** Remedies for resources that the system ran out of, which is no fault of the transport. */
const REMEDIES: readonly (readonly [cause: RegExp, action: string])[] = [
  [
    /\bE[MN]FILE\b|too many open files/i,
    `Raise the limit of open files (${command('ulimit -n')}), or use fewer --clients.`,
  ],
  [/\bEADDRNOTAVAIL\b/, 'Ports ran out: widen net.ipv4.ip_local_port_range, or use fewer --clients.'],
  [/\bEADDRINUSE\b/, 'Another program took the port: run again; if it stays, end that program.'],
  [/\bENOMEM\b|\bENOBUFS\b|out of memory/i, 'Memory ran out: use fewer --clients, or end other programs.'],
];

/** Remedy for a relay that sent packets on too late or missed some. */
const NETWORK_ACTION = `Close other programs or lower --rate, so that the relay keeps its schedule; ${command('npm run doctor -- --networks')} shows how late it is.`;

/** Remedies for what the machine did to all processes of a run. */
const MACHINE_ACTIONS = [
  ['only-run', 'Let one run at a time use this machine, then run again.'],
  ['network-kept', NETWORK_ACTION],
  ['not-throttled', 'Raise the CPU quota, or use fewer --workers, then run again.'],
] as const satisfies readonly (readonly [rule: RuleId, action: string])[];

const ACTIONS = {
  failed: (name: string, reasons: readonly string[]) =>
    REMEDIES.find(([cause]) => reasons.some((reason) => cause.test(reason)))?.[1] ??
    `Start its server alone with ${command(`npm run serve -- ${quoted(name)}`)} and read what it prints.`,
  invalid: (_name: string, _reasons: readonly string[], broken: readonly string[]) =>
    MACHINE_ACTIONS.find(([rule]) => broken.includes(rule))?.[1] ??
    'Close other programs, lower --rate or raise --workers, then run again.',
  suspect: (_name: string, _reasons: readonly string[], broken: readonly string[]) =>
    broken.includes('network-kept' satisfies RuleId)
      ? NETWORK_ACTION
      : 'Close other programs, lower --rate or raise --workers, then run again.',
};

/** Puts all rejected trials of one state into one warning: a slow machine is not seven findings. */
function rejected(
  rows: readonly Row[],
  state: keyof typeof ACTIONS,
  { where, plan, server }: { where: string; plan: Plan; server: string | undefined },
): Warning[] {
  const hit = rows.flatMap((row) => {
    const trials = row.trials.filter((trial) => trial.state === state && !trial.replaced);
    return trials.length === 0 ? [] : [{ row, trials }];
  });
  const [first] = hit;
  if (first === undefined) return [];
  const who = list(
    hit.map(({ row, trials }) => (hit.length === 1 ? row.name : `${row.name} ${trials.length}`)),
    'and',
  );
  const rejectedTrials = hit.flatMap(({ trials }) => trials);
  const run = hit.reduce((total, { row }) => total + row.trials.filter(({ replaced }) => !replaced).length, 0);
  return [
    {
      text: `${who} (${where}): ${rejectedTrials.length} of ${countOf(run, 'trial')} ${state}: ${tally(rejectedTrials)}.${shortfall(hit, plan)}`,
      action:
        server === undefined || (state !== 'failed' && !rejectedTrials.some(isOfServer))
          ? ACTIONS[state](
              first.row.flag,
              rejectedTrials.flatMap(({ reasons }) => reasons),
              rejectedTrials.flatMap(({ broken }) => broken.map(({ rule }) => rule)),
            )
          : checkServer(server),
    },
  ];
}

/** Says why no trial of a run is valid so far, and what to do. */
export function whyNoneIsValid({ cases }: Results): string {
  const trials = cases.flatMap((one) => standing(one.trials));
  const [first] = cases;
  const server = first === undefined ? undefined : serverOf(first);
  const reasons = trials.flatMap((trial) => trial.reasons);
  const remedy = trials.some(({ state }) => state === 'invalid')
    ? `${ACTIONS.invalid(
        '',
        reasons,
        trials.flatMap(({ broken = [] }) => broken.map(({ rule }) => rule)),
      )} ${command('npm run doctor')} tells what is wrong with this machine.`
    : server === undefined
      ? ACTIONS.failed(first?.transport ?? '', reasons)
      : checkServer(server);
  const which =
    trials.length === 1
      ? 'The only trial of the first block is not'
      : `None of the ${integer(trials.length)} trials of the first block is`;
  return `${which} valid: ${tally(trials)}.\n→ ${remedy}`;
}

const checkServer = (server: string): string =>
  `Check that ${server} runs and sends back the messages it gets (docs/your-own.md).`;

/** Server that is not ours, in words; undefined if it is. */
function serverOf({ target, exec }: Pick<Judged['question'], 'target' | 'exec'>): string | undefined {
  if (exec !== undefined) return `the server that “${exec}” starts`;
  return target === undefined ? undefined : `the server at ${target}`;
}

/** True if the server is the cause, as of losses and duplicates, and not a busy machine. */
const isOfServer = ({ broken }: TrialView): boolean => broken.some(({ rule }) => OF_SERVER.includes(rule));

const OF_SERVER: readonly string[] = ['nothing-lost', 'nothing-foreign'] satisfies RuleId[];

function shortfall(hit: readonly { readonly row: Row }[], plan: Plan): string {
  const short = hit
    .filter(({ row }) => plannedTrials(plan, row.caseId) >= MIN_TRIALS && row.validTrials < MIN_TRIALS)
    .map(({ row }) => row);
  const [only, another] = short;
  if (only === undefined) return '';
  const names = list(
    short.map(({ name }) => name),
    'and',
  );
  const left =
    another === undefined
      ? `${countOf(only.validTrials, 'valid trial')} left`
      : `Too few valid trials left for ${names}`;
  return ` ${left}; a verdict needs ${MIN_TRIALS}.`;
}

/** First reason of each rule and the number of others, which differ only in their figures. */
const tally = (trials: Parameters<typeof groupReasons>[0]): string =>
  [...groupReasons(trials).values()].map(firstOf).join('; ');

/** Warns of faults in valid trials; those of rejected trials are in their reasons. */
function unaccounted({ name, trials }: Row, where: string): Warning[] {
  const valid = trials.flatMap((trial) => (trial.state === 'valid' ? [trial] : []));
  const messages = valid.map((trial) => trial.messages);
  const total = (key: 'unsent' | 'lost' | 'duplicated' | 'reordered' | 'corrupt' | 'unexpected' | 'expected') =>
    valid
      .filter((trial) => whyNotMeasured(trial, [`messages.${key}`]) === undefined)
      .reduce((sum, { messages: counts }) => sum + (key === 'lost' ? lostIn(counts) : counts[key]), 0);
  const faults = (['unsent', 'lost', 'duplicated', 'reordered', 'corrupt', 'unexpected'] as const)
    .filter((key) => total(key) > 0)
    .map((key) => `${integer(total(key))} ${key}`);
  const errors = messages.flatMap((counts) => Object.entries(counts.errors));
  if (faults.length === 0 && errors.length === 0) return [];
  const said = errors.length === 0 ? '' : ` Errors: ${[...new Set(errors.map(([text]) => text))].join('; ')}.`;
  const counts = faults.length === 0 ? 'errors' : list(faults, 'and');
  return [
    {
      text: `${name} (${where}): ${counts}, of ${integer(total('expected'))} expected deliveries.${said}`,
      action: 'Lower --rate until nothing is lost, or report the loss as a result.',
    },
  ];
}

function overloaded({ name, overload, validTrials }: Row, { rate }: Question, where: string): Warning[] {
  if (overload === null) return [];
  const { trials, sustainedRate, overdue, expected } = overload;
  return [
    {
      text:
        `${name} (${where}) was overloaded in ${trials} of ${countOf(validTrials, 'valid trial')}: it delivered ${figures(sustainedRate)} ` +
        `of ${figures(rate)} msg/s, and ${integer(overdue)} of ${integer(expected)} deliveries were still queued when the wait for ` +
        'them ended. Its latencies (≥) are lower bounds.',
      action: `Lower --rate below ${figures(sustainedRate)} to measure its latency, or report that it cannot keep up.`,
    },
  ];
}

function belowFloorWarning({ name, floor, how, verdict }: BelowFloor, where: string): Warning {
  return {
    text: `${name} (${where}): ${how} that of the floor (${floor}), ${verdictFigures(verdict) ?? ''}.`,
    action: 'Suspect the measurement before quoting it: nothing built on TCP should beat bare TCP.',
  };
}

const mixedLayers = (where: string): Warning => ({
  text: `${where}: bytes were counted at different layers and are not compared.`,
  action: 'Run all transports on the same link.',
});

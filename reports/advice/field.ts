import { benchCommand, quoted } from '../../bench/results/command.ts';
import { NO_NETWORK } from '../../bench/results/dimensions.ts';
import { MIN_TRIALS } from '../../bench/results/rules.ts';
import type { Fault } from '../../bench/results/values.ts';
import { outcomeOf } from '../analysis/figures/field-answers.ts';
import { adviceOn, metric, shapeOf } from '../kinds/lookup.ts';
import { cellFigure, countOf, figures } from '../model/format.ts';
import { objectiveText } from '../model/group.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Cell, Group, Row } from '../model/model.ts';
import { isAsleep, isAwake, isUndisturbed, radioText } from './facts/measured.ts';
import type { Answers, FieldUse, Objective, Reason } from './model.ts';
import { PRESETS } from './questions/presets.ts';

/** Conditions that a project's clients live under, and the measured cases that are about them. */
export type Field = {
  /** Network of its clients; null if none was asked for. */
  readonly network: string | null;
  readonly fault: Fault | null;
  /** Cases with messages over the network, null if none was measured there. */
  readonly latency: Group | null;
  /** Cases with the fault, or else with another. */
  readonly recovery: Group | null;
  readonly radio: Group | null;
  readonly readers: Group | null;
  /** Conditions that the project has and the run did not measure. */
  readonly lacks: readonly Lack[];
};

type Lack = { readonly what: string; readonly flags: readonly string[] };

/** Number of trials that show a latency to be on one side of an objective, where too few for an interval were planned. */
export const FEW_TRIALS = 3;

/** Finds the measured cases that are about a project's network, fault, sleeping clients and slow readers. */
export function fieldOf(groups: readonly Group[], { preset: id, needs, load }: Answers): Field {
  const preset = PRESETS.find((one) => one.id === id);
  const named = load.network ?? preset?.network ?? null;
  const network = named === NO_NETWORK ? null : named;
  const fault = preset?.fault ?? null;
  const wanted = load.scenario ?? load.preferred;
  const sleeps = needs.includes('quiet') || preset?.sleeps === true;
  const crowded = needs.includes('watchers');
  const latency = latencyOver(groups, network, wanted);
  const recoveries = groups.filter(({ question: { dimensions = {} } }) => dimensions.fault !== undefined);
  const managed = recoveries.filter(({ question }) => question.dimensions?.reconnect === undefined);
  const same = managed.filter(({ question }) => question.dimensions?.fault === fault);
  const over = same.find(({ question }) => question.network === network) ?? same[0];
  const radio = groups.find(({ question }) => question.radio === true) ?? null;
  const readers = groups.find(({ question }) => question.dimensions?.reader !== undefined) ?? null;
  const scenario = wanted ?? adviceOn('traffic').scenarios.split(',')[0] ?? '';
  const at = ['--network', network ?? ''];
  return {
    network,
    fault,
    latency,
    recovery: fault === null ? null : (over ?? managed[0] ?? null),
    radio: sleeps ? radio : null,
    readers,
    lacks: [
      ...(network !== null && latency === null
        ? [{ what: `latency over ${network}`, flags: ['--scenarios', scenario, ...at] }]
        : []),
      ...(fault !== null && over === undefined
        ? [{ what: `${FAULT_NAMES[fault]}`, flags: ['--scenarios', adviceOn('return').scenarios, '--fault', fault] }]
        : []),
      ...(sleeps && radio === null
        ? [
            {
              what: 'a phone’s radio with sleeping clients',
              flags: ['--scenarios', adviceOn('silence').scenarios, ...(network === null ? ['--network', RADIO] : at)],
            },
          ]
        : []),
      ...(crowded && readers === null
        ? [{ what: 'slow readers among many', flags: ['--scenarios', adviceOn('readers').scenarios] }]
        : []),
    ],
  };
}

/** Network on which the use of a radio is measured if the project names none: any one has the relay that sees the packets. */
const RADIO = '4g-lossy';

const FAULT_NAMES: Readonly<Record<Fault, string>> = {
  blackhole: 'the way back after a cut of the path',
  restart: 'the way back after a restart of the server',
  drain: 'the way back after an orderly restart of the server',
  reset: 'the way back after a reset of the connections',
  rebind: 'the way back after a change of the client’s address',
  node: 'the way back after the death of one node',
  rolling: 'the way back after a rolling restart of all nodes',
  backplane: 'the way back after a restart of the nodes’ Redis',
};

/** Cases with messages over a network: those of the wanted scenario, if there are any. */
function latencyOver(groups: readonly Group[], network: string | null, scenario: string | null): Group | null {
  if (network === null) return null;
  const over = groups.filter(
    ({ question }) => question.network === network && shapeOf(question).advice?.need === 'traffic',
  );
  return over.find(({ question }) => question.scenario === scenario) ?? over[0] ?? null;
}

/** Network whose figures decide the costs: the project's own, if enough trials were measured there for verdicts. */
export const costNetwork = ({ network, latency }: Field): string | null =>
  latency?.rows.some(({ floor, validTrials }) => !floor && validTrials >= MIN_TRIALS) === true ? network : null;

/** Row of a transport in a group, if it has a valid trial. */
export const rowIn = (group: Group | null, name: string): Row | undefined =>
  group?.rows.find((row) => row.name === name && row.validTrials > 0);

/** Side of an objective on which all trials lie: within, beyond, or null if some lie on either side. */
export function sideOf(cell: Extract<Cell, { state: 'shown' }>, seconds: number): 'within' | 'beyond' | null {
  const values = cell.values.map(({ value }) => value);
  if (cell.bounded === 0 && values.every((value) => value <= seconds)) return 'within';
  return values.every((value) => value > seconds) ? 'beyond' : null;
}

/** Reasons for and against a transport from the conditions that its clients live under. */
export function fieldReasons(name: string, field: Field, objective: Objective | null): Reason[] {
  return [
    ...latencyReason(name, field, objective),
    ...recoveryReason(name, field),
    ...radioReason(name, field),
    ...readersReason(name, field),
  ];
}

const measured = (group: Group, id: MetricId, { speaks, text }: Pick<Reason, 'speaks' | 'text'>): Reason[] => [
  { speaks, text, tag: 'measured', source: null, metric: id, group: group.id, verdict: null },
];

function latencyReason(name: string, { latency, network }: Field, objective: Objective | null): Reason[] {
  const id = objective?.percentile === 50 ? 'p50' : 'p99';
  const cell = rowIn(latency, name)?.cells[id];
  if (latency === null || cell?.state !== 'shown') return [];
  const figure = `over ${network}, ${id} ${cellFigure(metric(id), cell)} ms (${countOf(cell.values.length, 'trial')})`;
  if (objective === null) return measured(latency, id, { speaks: 'neither', text: figure });
  const side = sideOf(cell, objective.seconds);
  const limit = objectiveText(objective);
  if (side === null)
    return measured(latency, id, { speaks: 'neither', text: `${figure}: within ${limit} in some trials only` });
  return measured(latency, id, {
    speaks: side === 'within' ? 'for' : 'against',
    text: `${figure}: ${side} the objective, ${limit}`,
  });
}

function recoveryReason(name: string, { recovery }: Field): Reason[] {
  const row = rowIn(recovery, name);
  const outcome = row === undefined ? null : outcomeOf(row);
  if (recovery === null || outcome === null) return [];
  const { gone, lost, seconds } = outcome;
  const after = recovery.title;
  const parts = [
    ...(gone > 0 ? [`up to ${countOf(gone, 'session')} did not come back`] : []),
    ...(lost > 0 ? [`up to ${figures(lost, 2)} messages a session were lost`] : []),
  ];
  if (parts.length > 0)
    return measured(recovery, 'missed', { speaks: 'against', text: `${after}: ${parts.join(', and ')}` });
  const how = seconds === null ? 'no session ended' : `whole again after ${figures(seconds, 2)} s`;
  return measured(recovery, 'whole', { speaks: 'for', text: `${after}: nothing was lost, and ${how}` });
}

function radioReason(name: string, { radio }: Field): Reason[] {
  const cell = rowIn(radio, name)?.cells.radioAwake;
  if (radio === null || cell?.state !== 'shown') return [];
  const speaks = isAsleep(cell.median) ? 'for' : isAwake(cell.median) ? 'against' : 'neither';
  return measured(radio, 'radioAwake', { speaks, text: `a silent session keeps ${radioText(cell.median)}` });
}

function readersReason(name: string, { readers }: Field): Reason[] {
  const cell = rowIn(readers, name)?.cells.othersRatio;
  if (readers === null || cell?.state !== 'shown') return [];
  const text = `while some readers are slow, the others’ p99 is ${figures(cell.median, 2)} times what it is otherwise`;
  return measured(readers, 'othersRatio', { speaks: isUndisturbed(cell.median) ? 'for' : 'against', text });
}

/** Conditions of a project as an advice has them, with the commands that measure what the run lacks. @param flags transports to measure */
export function fieldUse(field: Field, flags: readonly string[]): FieldUse {
  const { network, fault, latency, recovery } = field;
  const measuredFault = recovery?.question.dimensions?.fault;
  const lacking =
    measuredFault === undefined
      ? ' (not measured here)'
      : measuredFault === fault
        ? ''
        : ` (measured here: ${measuredFault})`;
  const parts = [
    ...(network === null ? [] : [`network ${network}${latency === null ? ' (not measured here)' : ''}`]),
    ...(fault === null ? [] : [`fault ${fault}${lacking}`]),
  ];
  const names = flags.length === 0 ? [] : ['--transports', quoted(flags.join(','))];
  return {
    network,
    fault,
    text: parts.length === 0 ? null : `Conditions of this use: ${parts.join('; ')}.`,
    lacks: field.lacks.map(({ what, flags: own }) => ({
      what,
      command: benchCommand([...names, ...own.map(quoted)]),
    })),
  };
}

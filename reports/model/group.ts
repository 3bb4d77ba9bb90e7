import { concerns, flagOf, openDimensions, questionKey } from '../../bench/results/case.ts';
import type { Case, Results, TransportInfo } from '../../bench/results/schema.ts';
import { bareReason } from '../../bench/results/upgrade.ts';
import { lossOf, networkOf, rttOf } from './in-time.ts';
import type { Kind } from './metrics.ts';
import type { Objective, Question } from './model.ts';
import type { Absent } from './verdict.ts';

export type CaseGroup = {
  readonly id: string;
  readonly question: Question;
  readonly cases: readonly Case[];
};

export const kindOf = ({ kind }: Pick<Case, 'kind'>): Kind => kind ?? 'load';

/** Groups cases that answer the same question, and so may be compared. */
export function groupCases(cases: readonly Case[], run: Partial<Pick<Results, 'networks' | 'plan'>> = {}): CaseGroup[] {
  const groups = Map.groupBy(cases, questionKey);
  return [...groups].flatMap(([id, members]) => {
    const [first] = members;
    return first === undefined ? [] : [{ id, question: questionOf(first, members, run), cases: members }];
  });
}

/** The question that a case answers; the objective is that of the searches among `cases`. */
export function questionOf(
  one: Omit<Case, 'id' | 'effective' | 'trials'>,
  cases: readonly Case[] = [],
  { networks, plan }: Partial<Pick<Results, 'networks' | 'plan'>> = {},
): Question {
  const { scenario, clients, rate, size, encoding, payload, tls, auth, target, exec, reaches, network } = one;
  const dimensions = openDimensions(one);
  const rttSeconds = rttOf(networks, one);
  const lossShare = lossOf(networks, one);
  const outage = outageOf(cases, plan?.outage);
  const networkTitle = networkOf(networks, one)?.title ?? network;
  return {
    scenario,
    kind: kindOf(one),
    clients,
    rate,
    size,
    encoding,
    payload,
    tls,
    auth,
    target,
    exec,
    ...(reaches === 'others' ? { reaches } : {}),
    network,
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(rttSeconds > 0 ? { rttSeconds } : {}),
    ...(lossShare > 0 ? { lossShare } : {}),
    ...(networkTitle === network ? {} : { networkTitle }),
    ...(outage === null ? {} : { outage }),
    ...(cases.some(hasRadio) ? { radio: true } : {}),
    ...(cases.some(hasBackplane) ? { nodes: true } : {}),
    objective: objectiveOf(cases),
  };
}

/** Objective of the searches, which a whole run shares; null without a search. */
function objectiveOf(cases: readonly Case[]): Objective | null {
  const trials = cases.flatMap((one) => one.trials);
  const [first] = trials.flatMap((trial) => (trial.state === 'failed' ? [] : (trial.capacity ?? [])));
  return first?.objective ?? null;
}

const hasBackplane = ({ trials }: Case): boolean =>
  trials.some((trial) => trial.state !== 'failed' && trial.usage.backplane !== undefined);

const hasRadio = ({ trials }: Case): boolean =>
  trials.some((trial) => trial.state !== 'failed' && trial.radio !== undefined);

/** Range from which the outages were drawn, or else the shortest and longest of the trials; null if there was none. */
function outageOf(cases: readonly Case[], asked: Results['plan']['outage']): NonNullable<Question['outage']> | null {
  const outages = outagesOf(cases);
  if (outages.length === 0 || Math.max(...outages) < SHORTEST_OUTAGE_SECONDS) return null;
  return asked === undefined
    ? { low: Math.min(...outages), high: Math.max(...outages) }
    : { low: asked.minSeconds, high: asked.maxSeconds };
}

/** Time below which a fault is over at once. */
const SHORTEST_OUTAGE_SECONDS = 0.05;

/** Times between the fault and its end, of every trial that has one. */
export const outagesOf = (cases: readonly Case[]): number[] =>
  cases
    .flatMap((one) => one.trials)
    .flatMap((trial) =>
      trial.state === 'failed' || trial.recovery === undefined
        ? []
        : [trial.recovery.backSeconds - trial.recovery.faultSeconds],
    );

/** `p99 ≤ 50 ms`. */
export const objectiveText = ({ percentile, seconds }: Objective): string =>
  `p${percentile} ≤ ${Number((seconds * 1e3).toPrecision(6))} ms`;

/** Title of a case's transport; its id if the results do not describe it. */
export function describe(
  { transports }: Results,
  { transport, variant }: Case,
): Pick<TransportInfo, 'title' | 'floor'> {
  const info = transports.find((candidate) => candidate.id === transport && candidate.variant === variant);
  return { title: info?.title ?? flagOf({ transport, variant }), floor: info?.floor ?? false };
}

/** Transports without a case in a group, because they cannot do it or the machine could not load them. */
export function unsupportedIn({ transports, plan }: Results, { question, cases }: CaseGroup): Absent[] {
  const left = (plan.leftOut ?? []).filter((one) => concerns(one, question));
  const said = left.map(absent);
  if (question.encoding !== 'binary') return said;
  const incapable = transports
    .filter(({ id, variant, capabilities }) => {
      const present = cases.some((one) => one.transport === id && one.variant === variant);
      return !present && !capabilities.binary;
    })
    .map(
      ({ id, variant }): Absent => ({
        name: flagOf({ transport: id, variant }),
        word: 'not supported',
        reason: 'carries no binary messages',
      }),
    );
  return [...said, ...incapable.filter(({ name }) => !said.some((one) => one.name === name))];
}

const absent = ({ name, kind = 'not supported', reason }: NonNullable<Results['plan']['leftOut']>[number]): Absent => ({
  name,
  word: kind,
  reason: bareReason(reason),
});

/** Number of trials that a plan has of a case: some have fewer than others. */
export function plannedTrials({ order, trials }: Results['plan'], caseId: string): number {
  const planned = order.filter((block) => block.includes(caseId)).length;
  // An order of other ids is that of cases that have been renamed.
  return planned === 0 ? trials : planned;
}

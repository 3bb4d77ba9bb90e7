import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { median } from '../../../bench/results/numbers.ts';
import type { Case, MeasuredTrial } from '../../../bench/results/schema.ts';
import { reportOf } from '../../kinds/lookup.ts';
import type { Group } from '../../model/model.ts';

/** CPU seconds per message of both sides, medians over the valid trials. */
export type Effort = {
  readonly caseId: string;
  readonly name: string;
  readonly floor: boolean;
  /** Null if it was not measured, as on somebody else's server. */
  readonly server: number | null;
  readonly generator: number;
  /** Busy share of the busiest load worker in the worst trial, 0 to 1. */
  readonly busy: number;
  /** True if the generator's figure is an upper bound: of several workers only the busiest one's share is known. */
  readonly atMost: boolean;
};

export function effortsOf(all: readonly Case[], { rows, question }: Pick<Group, 'rows' | 'question'>): Effort[] {
  const { effort } = reportOf(question);
  if (effort === null) return [];
  const worked = effort.generator === 'worked';
  const cases = new Map(all.map((one) => [one.id, one]));
  return rows.flatMap(({ caseId, name, floor }): Effort[] => {
    const one = cases.get(caseId);
    const trials = (one?.trials ?? [])
      .filter((trial) => trial.state === 'valid')
      .filter(({ messages, capacity }) => messages.delivered > 0 && capacity?.rate !== 0)
      // Messages that were still queued have cost something too.
      .filter(({ overload }) => overload === undefined)
      .filter((trial) => whyNotMeasured(trial, ['usage.generator.cpuSeconds', 'usage.generator.busy']) === undefined);
    const served = trials.filter((trial) => whyNotMeasured(trial, ['usage.server.cpuSeconds']) === undefined);
    if (trials.length === 0) return [];
    const each = (read: (trial: MeasuredTrial) => number, over = trials) =>
      median(over.map((trial) => read(trial) / trial.messages.delivered));
    return [
      {
        caseId,
        name,
        floor,
        server: served.length === 0 ? null : each(({ usage }) => usage.server.cpuSeconds, served),
        generator: each(worked ? workSeconds : ({ usage }) => usage.generator.cpuSeconds),
        busy: Math.max(...trials.map(({ usage }) => usage.generator.busy)),
        atMost: worked && trials.some(({ usage }) => usage.generator.workers > 1),
      },
    ];
  });
}

/** Busy time; CPU time would include the pacer's spinning until the next due time. */
const workSeconds = ({ usage: { generator }, seconds }: MeasuredTrial): number =>
  generator.busy * seconds * generator.workers;

/** Growth of resident memory with open sessions. */
export type Growth = {
  readonly caseId: string;
  readonly name: string;
  readonly floor: boolean;
  /** Server bytes above those at the first step; medians over the valid trials. */
  readonly steps: readonly { readonly sessions: number; readonly bytes: number }[];
};

export function growthOf(all: readonly Case[], { rows }: Pick<Group, 'rows'>): Growth[] {
  const cases = new Map(all.map((one) => [one.id, one]));
  return rows.flatMap(({ caseId, name, floor }): Growth[] => {
    const steps = stepsOf(cases.get(caseId));
    return steps.length < 2 ? [] : [{ caseId, name, floor, steps }];
  });
}

function stepsOf(one: Case | undefined): { sessions: number; bytes: number }[] {
  if (one === undefined) return [];
  const read = one.trials.flatMap((trial) => {
    if (trial.state !== 'valid' || trial.memory === undefined) return [];
    if (whyNotMeasured(trial, ['memory.steps']) !== undefined) return [];
    const steps = trial.memory.steps.toSorted((a, b) => a.sessions - b.sessions);
    const [first] = steps;
    return steps.map(({ sessions, serverRssBytes }) => ({
      sessions,
      bytes: serverRssBytes - (first?.serverRssBytes ?? 0),
    }));
  });
  const bySessions = [...Map.groupBy(read, ({ sessions }) => sessions)];
  return bySessions
    .map(([sessions, those]) => ({ sessions, bytes: median(those.map(({ bytes }) => bytes)) }))
    .toSorted((a, b) => a.sessions - b.sessions);
}

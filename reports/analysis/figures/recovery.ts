import { flagOf } from '../../../bench/results/case.ts';
import { POLICIES } from '../../../bench/results/dimensions.ts';
import { median } from '../../../bench/results/numbers.ts';
import type { Case, Recovery, Times } from '../../../bench/results/schema.ts';
import type { Policy } from '../../../bench/results/values.ts';
import type { Group } from '../../model/model.ts';

/** Time of a typical session and of all but a twentieth, in seconds from the fault: medians over the valid trials. */
export type Span = { readonly p50: number; readonly p95: number };

/** Course of a case's sessions through a fault. Times in seconds from the fault. */
export type Course = {
  readonly caseId: string;
  /** Name as in the tables, and that of the transport without the policy. */
  readonly name: string;
  readonly flag: string;
  readonly policy: Policy;
  readonly floor: boolean;
  /** Moment at which the path is back, and end of the observation. */
  readonly back: number;
  readonly end: number;
  /** Null if no session noticed an end, or came back by a new connection. */
  readonly noticed: Span | null;
  readonly usable: Span | null;
  /** Moment at which a typical session that came back misses nothing more; null if each lost messages for good. */
  readonly caughtUp: number | null;
  /** Attempts of a trial in each part of the time, where there were any. */
  readonly attempts: readonly { readonly at: number; readonly count: number }[];
  /** Sessions of all valid trials together. */
  readonly sessions: Pick<Recovery['sessions'], 'all' | 'survived' | 'cameBack' | 'gone'>;
  /** Messages per session that is there again; null if none is. */
  readonly lost: number | null;
  readonly twice: number | null;
};

/** Courses in the order of the group's rows, those of one transport together: with its library's policy first, then managed. */
export function coursesOf(all: readonly Case[], { rows }: Pick<Group, 'rows'>): Course[] {
  const cases = new Map(all.map((one) => [one.id, one]));
  const courses = rows.flatMap(({ caseId, name, floor }): Course[] => {
    const one = cases.get(caseId);
    const course = one === undefined ? null : courseOf(one);
    return one === undefined || course === null
      ? []
      : [{ caseId, name, flag: flagOf(one), policy: policyOf(one), floor, ...course }];
  });
  return [...Map.groupBy(courses, ({ flag }) => flag).values()].flatMap((those) =>
    those.toSorted((a, b) => POLICIES.indexOf(b.policy) - POLICIES.indexOf(a.policy)),
  );
}

/** Policy of reconnecting of a case with a fault. */
export const policyOf = ({ dimensions }: Case): Policy =>
  POLICIES.find((one) => one === dimensions?.reconnect) ?? 'managed';

function courseOf({ trials }: Case): Omit<Course, 'caseId' | 'name' | 'flag' | 'policy' | 'floor'> | null {
  const found = trials.flatMap((trial) => (trial.state === 'valid' ? (trial.recovery ?? []) : []));
  if (found.length === 0) return null;
  const sum = (read: (one: Recovery) => number): number => found.reduce((total, one) => total + read(one), 0);
  const sessions = {
    all: sum((one) => one.sessions.all),
    survived: sum((one) => one.sessions.survived),
    cameBack: sum((one) => one.sessions.cameBack),
    gone: sum((one) => one.sessions.gone),
  };
  const there = sessions.all - sessions.gone;
  const outage = ({ backSeconds, faultSeconds }: Recovery): number => backSeconds - faultSeconds;
  const caughtUp = found.flatMap((one) =>
    one.reconnection.p50 === null || one.catchUp.p50 === null
      ? []
      : [outage(one) + one.reconnection.p50 + one.catchUp.p50],
  );
  return {
    back: median(found.map(outage)),
    end: median(found.map(({ endSeconds, faultSeconds }) => endSeconds - faultSeconds)),
    noticed: spanOf(found.map(({ detection }) => ({ times: detection, from: 0 }))),
    usable: spanOf(found.map((one) => ({ times: one.reconnection, from: outage(one) }))),
    caughtUp: caughtUp.length === 0 ? null : median(caughtUp),
    attempts: attemptsOf(found),
    sessions,
    lost: there === 0 ? null : sum(({ messages }) => messages.lost) / there,
    twice: there === 0 ? null : sum(({ messages }) => messages.duplicated) / there,
  };
}

function spanOf(of: readonly { readonly times: Times; readonly from: number }[]): Span | null {
  const known = of.flatMap(({ times: { p50, p95, max }, from }) =>
    p50 === null ? [] : [{ p50: from + p50, p95: from + (p95 ?? max ?? p50) }],
  );
  return known.length === 0
    ? null
    : { p50: median(known.map((one) => one.p50)), p95: median(known.map((one) => one.p95)) };
}

/** Attempts by their distance from the fault, in parts as long as those of the trials' timelines. */
function attemptsOf(found: readonly Recovery[]): Course['attempts'] {
  const length = partLength(found);
  const placed = found.flatMap(({ timeline, faultSeconds }) =>
    timeline.flatMap(({ seconds, attempts }) =>
      attempts === 0 ? [] : [{ part: Math.round((seconds - faultSeconds) / length), attempts }],
    ),
  );
  return [...Map.groupBy(placed, ({ part }) => part)]
    .map(([part, those]) => ({
      at: (part + 0.5) * length,
      count: those.reduce((total, one) => total + one.attempts, 0) / found.length,
    }))
    .toSorted((a, b) => a.at - b.at);
}

const partLength = (found: readonly Recovery[]): number => {
  const lengths = found.flatMap(({ timeline: [first, second] }) =>
    first === undefined || second === undefined ? [] : [second.seconds - first.seconds],
  );
  return lengths.length === 0 ? 1 : Math.max(median(lengths), 0.001);
};

/** Seconds before a break of the axis, and those behind it; null where it needs none. */
export type Reach = { readonly until: number; readonly behind: { readonly from: number; readonly to: number } | null };

/** Smallest factor between two neighbouring moments at which the axis is broken. */
const BREAK = 2;
const MARGIN = 1.06;

/** Reach of an axis for moments of very different size: it is broken where the step to the next one is widest, behind the outage. */
export function reachOf(courses: readonly Course[]): Reach {
  const back = Math.max(...courses.map((one) => one.back));
  const moments = courses
    .flatMap(({ noticed, usable, caughtUp }) => [noticed?.p50, noticed?.p95, usable?.p50, usable?.p95, caughtUp])
    .flatMap((moment) => (moment == null ? [] : [moment]))
    .concat(back)
    .toSorted((a, b) => a - b);
  const last = Math.max(moments.at(-1) ?? 0, back * 1.2, 0.1);
  const steps = moments.flatMap((moment, index) => {
    const next = moments[index + 1];
    return next === undefined || moment < back || moment <= 0 ? [] : [{ moment, next, factor: next / moment }];
  });
  const [widest] = steps.toSorted((a, b) => b.factor - a.factor);
  if (widest === undefined || widest.factor < BREAK || last < 2 * back + 5)
    return { until: last * MARGIN, behind: null };
  return {
    until: Math.max(widest.moment, back * 1.2) * MARGIN,
    behind: { from: widest.next / MARGIN, to: last * 1.02 },
  };
}

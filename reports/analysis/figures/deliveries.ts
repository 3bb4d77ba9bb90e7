import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import type { Case, MeasuredTrial, Results } from '../../../bench/results/schema.ts';
import { lostIn } from '../../../bench/results/values.ts';
import { isJudged } from '../../kinds/lookup.ts';
import { countOf, integer, list } from '../../model/format.ts';
import type { Group, Objective } from '../../model/model.ts';
import { decode } from '../decode.ts';

/** Fate of the expected deliveries in all measured trials, rejected ones too. */
export type Deliveries = {
  readonly caseId: string;
  readonly name: string;
  readonly trials: number;
  readonly due: number;
  readonly owed: number;
  readonly delivered: number;
  /** Deliveries later than the objective; null without an objective. */
  readonly late: number | null;
  /** Each is null where a trial did not measure it. */
  readonly lost: number | null;
  /** Still queued when the drain ended; not in `lost`. */
  readonly overdue: number | null;
  readonly unsent: number | null;
  readonly duplicated: number | null;
  readonly reordered: number | null;
  readonly corrupt: number | null;
  readonly unexpected: number | null;
};

export const FAULTS = [
  'late',
  'lost',
  'overdue',
  'unsent',
  'duplicated',
  'reordered',
  'corrupt',
  'unexpected',
] as const;
export type Fault = (typeof FAULTS)[number];

export const FAULT_WORDS: Readonly<Record<Fault, string>> = {
  late: 'late',
  lost: 'lost',
  overdue: 'still queued',
  unsent: 'not sent',
  duplicated: 'duplicated',
  reordered: 'out of order',
  corrupt: 'corrupt',
  unexpected: 'unexpected',
};

/** True if some judged case sent messages. */
export const hasDeliveries = ({ cases }: Pick<Results, 'cases'>): boolean =>
  cases.some((one) => isJudged(one) && one.trials.some((trial) => trial.state !== 'failed' && trial.messages.due > 0));

/** Rows in the group's order; none if the scenario sends no messages. */
export function deliveriesOf(all: readonly Case[], { rows, question }: Pick<Group, 'rows' | 'question'>): Deliveries[] {
  const cases = new Map(all.map((one) => [one.id, one]));
  return rows.flatMap(({ caseId, name }): Deliveries[] => {
    const measured = (cases.get(caseId)?.trials ?? []).filter((trial) => trial.state !== 'failed');
    const sum = (read: (trial: MeasuredTrial) => number) => measured.reduce((total, trial) => total + read(trial), 0);
    const count = (key: Exclude<Fault, 'late'>): number | null =>
      measured.some((trial) => whyNotMeasured(trial, [`messages.${key}`]) !== undefined)
        ? null
        : sum(({ messages }) => (key === 'lost' ? lostIn(messages) : (messages[key] ?? 0)));
    const due = sum(({ messages }) => messages.due);
    if (due === 0) return [];
    const { objective } = question;
    return [
      {
        caseId,
        name,
        trials: measured.length,
        due,
        owed: sum(({ messages }) => messages.expected),
        delivered: sum(({ messages }) => messages.delivered),
        late: objective === null ? null : sum((trial) => lateIn(trial, objective)),
        lost: count('lost'),
        overdue: count('overdue'),
        unsent: count('unsent'),
        duplicated: count('duplicated'),
        reordered: count('reordered'),
        corrupt: count('corrupt'),
        unexpected: count('unexpected'),
      },
    ];
  });
}

function lateIn({ latency }: MeasuredTrial, { seconds }: Objective): number {
  const response = decode(latency.response);
  if (!response.readable) return 0;
  const { count, seconds: values, cumulative } = response.distribution;
  const within = values.findLastIndex((value) => value <= seconds);
  return count - (within < 0 ? 0 : (cumulative[within] ?? 0));
}

export const faultsIn = (row: Deliveries): Fault[] => FAULTS.filter((fault) => (row[fault] ?? 0) > 0);

/** Share of a fault in the expected deliveries, or of unsent messages in those due. */
export const shareOf = (row: Deliveries, fault: Fault): number =>
  (row[fault] ?? 0) / Math.max(1, fault === 'unsent' ? row.due : row.owed);

/** Summary for all questions of a run: no faults, or the worst case of each. */
export function deliveriesTakeaway(rows: readonly Deliveries[]): string {
  const owed = rows.reduce((total, row) => total + row.owed, 0);
  const trials = rows.reduce((total, row) => total + row.trials, 0);
  const unknown = FAULTS.filter((fault) => fault !== 'late' && rows.some((row) => row[fault] === null));
  const unmeasured =
    unknown.length === 0
      ? ''
      : ` Not measured everywhere: ${list(
          unknown.map((fault) => FAULT_WORDS[fault]),
          'and',
        )}.`;
  const over = `${countOf(owed, 'expected delivery', 'expected deliveries')} in ${countOf(trials, 'trial')}`;
  const faulty = rows.filter((row) => faultsIn(row).length > 0);
  if (faulty.length === 0) {
    const promised = rows.some(({ late }) => late !== null) ? ', none later than the objective' : '';
    return `No delivery was lost, duplicated, corrupt or out of order: all ${over} arrived once and in order${promised}.${unmeasured}`;
  }
  const worst = FAULTS.flatMap((fault) => {
    const [most] = faulty.toSorted((a, b) => shareOf(b, fault) - shareOf(a, fault));
    const count = most?.[fault] ?? 0;
    return most === undefined || count === 0
      ? []
      : [
          `${integer(count)} of ${integer(fault === 'unsent' ? most.due : most.owed)} ${FAULT_WORDS[fault]} (${most.name})`,
        ];
  });
  const clean = rows.length - faulty.length;
  const rest = clean === 0 ? '' : ` ${clean} of ${countOf(rows.length, 'case')} had no such fault.`;
  return `Not every delivery arrived once, in order and in time. Worst cases: ${list(worst, 'and')}.${rest}${unmeasured}`;
}

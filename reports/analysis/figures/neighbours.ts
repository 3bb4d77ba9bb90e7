import { median } from '../../../bench/results/numbers.ts';
import type { Case, Slow } from '../../../bench/results/schema.ts';
import type { Cell, Group, TrialView } from '../../model/model.ts';

/** Subscribers beside slow ones: medians over the valid trials, in seconds. */
export type Neighbours = {
  readonly caseId: string;
  readonly name: string;
  readonly floor: boolean;
  /** p99 of those who read, without and with slow readers; null with too few samples. */
  readonly without: number | null;
  readonly with: number | null;
  readonly growth: Cell;
  readonly trials: readonly TrialView[];
};

/** Rows in the group's order, without those that have no valid trial. */
export function neighboursOf(all: readonly Case[], { rows }: Pick<Group, 'rows'>): Neighbours[] {
  const cases = new Map(all.map((one) => [one.id, one]));
  return rows.flatMap(({ caseId, name, floor, cells, trials }): Neighbours[] => {
    const found = (cases.get(caseId)?.trials ?? []).flatMap((trial) =>
      trial.state === 'valid' ? (trial.slow ?? []) : [],
    );
    if (found.length === 0) return [];
    return [
      {
        caseId,
        name,
        floor,
        without: p99Of(found, 'without'),
        with: p99Of(found, 'with'),
        growth: cells.memoryGrowth,
        trials,
      },
    ];
  });
}

function p99Of(found: readonly Slow[], which: 'without' | 'with'): number | null {
  const values = found.flatMap((one) => one[which].p99 ?? []);
  return values.length === 0 ? null : median(values);
}

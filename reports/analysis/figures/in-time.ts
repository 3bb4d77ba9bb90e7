import type { Cell, Group, Row } from '../../model/model.ts';

/** Percentile of one transport over a network, in seconds. */
export type Mark = {
  readonly percentile: 'p50' | 'p99' | 'p99.9';
  readonly seconds: number;
  readonly bounded: boolean;
  /** False if only all trials together have enough samples beyond it. */
  readonly firm: boolean;
};

/** Latencies of one transport over a network, and its share in time. */
export type InTime = {
  readonly caseId: string;
  readonly name: string;
  readonly floor: boolean;
  readonly marks: readonly Mark[];
  readonly share: Cell;
};

/** Rows by falling share in time; empty for a question without a network or without messages on a schedule. */
export function inTimeOf({ rows, metrics }: Pick<Group, 'rows' | 'metrics'>): InTime[] {
  if (!metrics.includes('in-time')) return [];
  return rows
    .filter(({ validTrials }) => validTrials > 0)
    .map((row) => ({
      caseId: row.caseId,
      name: row.name,
      floor: row.floor,
      marks: marksOf(row),
      share: row.cells['in-time'],
    }))
    .filter(({ marks, share }) => marks.length > 0 || share.state === 'shown')
    .toSorted((a, b) => shareIn(b) - shareIn(a) || (a.name < b.name ? -1 : 1));
}

export const shareIn = ({ share }: Pick<InTime, 'share'>): number => (share.state === 'shown' ? share.median : -1);

function marksOf({ cells, curve }: Row): Mark[] {
  return (['p50', 'p99', 'p99.9'] as const).flatMap((percentile): Mark[] => {
    const cell = cells[percentile];
    if (cell.state === 'shown') return [{ percentile, seconds: cell.median, bounded: cell.bounded > 0, firm: true }];
    const at = Number(percentile.slice(1)) / 100;
    const point = curve.find((one) => Math.abs(one.percentile - at) < 1e-9);
    return point === undefined ? [] : [{ percentile, seconds: point.seconds, bounded: false, firm: false }];
  });
}

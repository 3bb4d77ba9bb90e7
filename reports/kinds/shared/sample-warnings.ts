import { SAMPLES_BEYOND } from '../../../bench/results/rules.ts';
import { list } from '../../model/format.ts';
import type { Metric } from '../../model/metrics.ts';
import type { Row, Warning } from '../../model/model.ts';

/** Warns of a percentile for which some valid trials have too few samples; `remedy` names the way to get enough. */
export function tooFewSamples(
  rows: readonly Row[],
  { id, name }: Metric,
  {
    share,
    where,
    remedy,
  }: {
    readonly share: number;
    readonly where: string;
    readonly remedy: (rows: readonly Row[], needed: number) => string;
  },
): Warning[] {
  const found = rows.flatMap((row) => {
    const cell = row.cells[id];
    return cell.state === 'not shown' && row.validTrials > 0 ? [{ row, reason: cell.reason }] : [];
  });
  const [first] = found;
  if (first === undefined) return [];
  const names = list(
    found.map(({ row }) => row.name),
    'and',
  );
  const action = remedy(
    found.map(({ row }) => row),
    SAMPLES_BEYOND / share,
  );
  return [{ text: `${name} not shown for ${names} (${where}): ${first.reason}.`, action }];
}

/** Makes a sentence of a reason. */
export const sentence = (text: string): string => `${capitalised(text).replace(/\.$/, '')}.`;

export const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

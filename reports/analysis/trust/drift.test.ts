import { describe, expect, test } from 'vitest';
import type { Cell, Group } from '../../model/model.ts';
import { ECHO, makeResults, SEVEN } from '../../testing/fixtures.ts';
import { analyse } from '../analyse.ts';
import { driftOf } from './drift.ts';

const [template] = analyse(makeResults({ transports: { a: {}, b: {}, c: {} }, scenarios: [ECHO] }), {
  resamples: 200,
}).groups;

/** Every case with the same effect of each block on its own level. */
function groupWith(effects: readonly number[]): Group {
  if (template === undefined) throw new Error('the run asks nothing');
  const rows = template.rows.map((row, index) => {
    const level = 0.001 * (index + 1);
    const values = effects.map((effect, block) => ({ block, value: level * effect }));
    const cell: Cell = { ...shownOf(row.cells[template.primary]), median: level, values };
    return { ...row, cells: { ...row.cells, [template.primary]: cell } };
  });
  return { ...template, rows };
}

function shownOf(cell: Cell): Extract<Cell, { state: 'shown' }> {
  if (cell.state !== 'shown') throw new Error(cell.reason);
  return cell;
}

describe('how a machine changed over a run', () => {
  test('a machine that gets slower by 2 % a block is 8.2 % slower after four more', () => {
    const drift = driftOf([groupWith([1, 1.02, 1.02 ** 2, 1.02 ** 3, 1.02 ** 4])]);
    expect(drift?.change).toBeCloseTo(1.02 ** 4 - 1, 9);
    expect(drift?.interval.low).toBeCloseTo(1.02 ** 4 - 1, 6);
  });

  test('blocks that scatter without a direction are no drift: the interval holds zero', () => {
    const drift = driftOf([groupWith([1, 1.1, 0.95, 1.08, 0.97, 1.02])]);
    expect(drift?.interval.low).toBeLessThan(0);
    expect(drift?.interval.high).toBeGreaterThan(0);
  });

  test('three blocks are too few to tell a line from chance', () => {
    expect(driftOf([groupWith([1, 2, 3])])).toBeNull();
    expect(driftOf([])).toBeNull();
  });

  test('a transport that is slow in one block alone moves the machine little', () => {
    const { groups } = analyse(makeResults({ transports: SEVEN, scenarios: [ECHO], seed: 3 }), { resamples: 200 });
    expect(Math.abs(driftOf(groups)?.change ?? 1)).toBeLessThan(0.05);
  });
});

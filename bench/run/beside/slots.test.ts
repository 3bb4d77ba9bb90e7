import { expect, test } from 'vitest';
import { ROOTS } from '../machine/roots.ts';
import { pinSlot } from './slots.ts';

/** Place without a topology: every core is one of its own. */
const roots = { ...ROOTS, sys: '/nowhere' };
const pinned = (at: number, cores: readonly number[], workers = 1) => pinSlot(at, workers, roots, cores, true);

test('on two cores all slots share them: the servers one, the load workers the other', () => {
  for (const at of [0, 1, 7]) expect(pinned(at, [0, 1])).toEqual({ server: '0', workers: ['1'] });
});

test('with more cores, slots that are neighbours share none', () => {
  const found = [0, 1, 2, 3, 4].map((at) => pinned(at, [0, 1, 2, 3, 4, 5, 6]));
  expect(found.map((one) => [one?.server, one?.workers].join())).toEqual(['0,1', '2,3', '4,5', '0,1', '2,3']);
});

test('where nothing can be pinned, nothing is', () => {
  expect(pinned(1, [3])).toBeUndefined();
  expect(pinSlot(1, 1, roots, [0, 1, 2, 3], false)).toBeUndefined();
});

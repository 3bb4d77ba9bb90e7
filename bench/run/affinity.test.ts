import { expect, test } from 'vitest';
import { parseCores, pinCores } from './affinity.ts';

test('core lists are read as the kernel writes them', () => {
  expect(parseCores('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(parseCores('3')).toEqual([3]);
});

test('the server has a core of its own, the workers share the others in turn', () => {
  expect(pinCores(3, [2, 4, 6], true)).toEqual({ server: '2', workers: ['4', '6', '4'] });
  expect(pinCores(1, [0, 1], true)).toEqual({ server: '0', workers: ['1'] });
});

test('where binding is not to be had, nothing is claimed', () => {
  expect(pinCores(1, [0], true)).toBeUndefined();
  expect(pinCores(1, null, true)).toBeUndefined();
  expect(pinCores(1, [0, 1], false)).toBeUndefined();
});

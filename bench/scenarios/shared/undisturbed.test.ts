import { expect, test } from 'vitest';
import type { Contention } from '../../results/machine/cores.ts';
import { worstOf } from './undisturbed.ts';

const core = {
  cores: '0',
  roles: ['server'],
  seconds: 2,
  ownSeconds: 1,
  interruptSeconds: 0,
  stolenSeconds: 0,
};

/** Window in which others took a core, and the server waited for it, for some seconds. */
const window = (othersSeconds: number, waitSeconds: number): Contention => ({
  cores: [{ ...core, othersSeconds, waitSeconds }],
  waits: [waitSeconds],
  notMeasured: [],
});

test('of several windows the most disturbed counts, whether others ran or we waited', () => {
  const [calm, taken, waited] = [window(0.01, 0), window(0.5, 0.1), window(0.01, 0.9)];
  expect(worstOf([calm, taken])).toBe(taken);
  expect(worstOf([taken, waited, calm])).toBe(waited);
});

test('windows that were not watched are no calm ones', () => {
  const silent: Contention = { waits: [undefined], notMeasured: [] };
  const taken = window(0.5, 0.1);
  expect(worstOf([undefined, silent, taken])).toBe(taken);
  expect(worstOf([undefined])).toBeUndefined();
  expect(worstOf([silent])).toBe(silent);
});

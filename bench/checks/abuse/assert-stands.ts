import { expect } from 'vitest';
import type { Found } from '../../transports/index.ts';
import { assail, type Outcome } from './harness.ts';

/** Asserts that a transport stands every attack: bad peers are cut, nobody else notices, and nothing stays of them. */
export async function assertStands(found: Found): Promise<Outcome> {
  const outcome = await assail(found);
  const { failures, attacks, probed } = outcome;
  expect(failures).toEqual([]);
  expect(attacks.length).toBeGreaterThan(2);
  // Five of each probe at the least, however soon the attacks are over.
  expect(probed).toBeGreaterThanOrEqual(100);
  return outcome;
}

import { expect } from 'vitest';
import type { TransportChoice } from '../../transports/index.ts';
import { type AttackOutcome, runAttacks } from './harness.ts';

/** Asserts that a transport stands every attack: bad peers are cut, nobody else notices, and nothing stays of them. */
export async function assertStands(choice: TransportChoice): Promise<AttackOutcome> {
  const outcome = await runAttacks(choice);
  const { failures, attacks, probed } = outcome;
  expect(failures).toEqual([]);
  expect(attacks.length).toBeGreaterThan(2);
  // Five of each probe at the least, however soon the attacks are over.
  expect(probed).toBeGreaterThanOrEqual(100);
  return outcome;
}

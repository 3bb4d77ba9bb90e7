import { expect } from 'vitest';
import type { Trial } from '../../results/schema.ts';
import { capabilitiesOf, type TransportChoice } from '../../transports/index.ts';

/** Messages that a trial should have had. */
export interface Sent {
  readonly messages: number;
  /** Number of sessions that each goes to. */
  readonly receivers: number;
}

/**
 * Expects that everything that was due has left and is accounted for, and that nothing is missing or out of order where the transport
 * promises that. Returns what was delivered, in words.
 */
export function expectClosed(trial: Trial, choice: TransportChoice, { messages: due, receivers }: Sent): string {
  if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  const { messages } = trial;
  const { reliable, ordered } = capabilitiesOf(choice);
  const expected = due * receivers;
  const none = { duplicated: 0, corrupt: 0, unexpected: 0, errors: {} };
  const kept = { ...none, ...(reliable ? { lost: 0 } : {}), ...(ordered ? { reordered: 0 } : {}) };
  expect(messages).toMatchObject({ due, sent: due, expected, ...kept });
  expect(messages.delivered + messages.lost).toBe(expected);
  return `${messages.delivered} of ${expected} delivered`;
}

import { expect, test } from 'vitest';
import { DatagramAckTracker } from './datagram-ack-tracker.ts';

test('asks once after so many bytes, and again only after an answer', () => {
  let asked = 0;
  const acks = new DatagramAckTracker(1_000, () => asked++);
  for (let sent = 0; sent < 9; sent++) acks.sent(100);
  expect([asked, acks.waitingBytes]).toEqual([0, 900]);
  acks.sent(100);
  for (let sent = 0; sent < 50; sent++) acks.sent(100);
  expect([asked, acks.waitingBytes]).toEqual([1, 6_000]);
});

test('an answer says that what was sent before the question has been taken, and no more', () => {
  let asked = 0;
  const acks = new DatagramAckTracker(1_000, () => asked++);
  acks.sent(1_000);
  acks.sent(300);
  acks.answered();
  expect([asked, acks.waitingBytes]).toEqual([1, 300]);
  // An answer without a question has no effect.
  acks.answered();
  expect(acks.waitingBytes).toBe(300);
  acks.sent(700);
  expect(asked).toBe(2);
});

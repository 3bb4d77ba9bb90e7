import { expect, test } from 'vitest';
import { DatagramSigns } from './datagram-signs.ts';

test('asks once after so many bytes, and again only after an answer', () => {
  let asked = 0;
  const signs = new DatagramSigns(1_000, () => asked++);
  for (let sent = 0; sent < 9; sent++) signs.sent(100);
  expect([asked, signs.waitingBytes]).toEqual([0, 900]);
  signs.sent(100);
  for (let sent = 0; sent < 50; sent++) signs.sent(100);
  expect([asked, signs.waitingBytes]).toEqual([1, 6_000]);
});

test('an answer says that what was sent before the question has been taken, and no more', () => {
  let asked = 0;
  const signs = new DatagramSigns(1_000, () => asked++);
  signs.sent(1_000);
  signs.sent(300);
  signs.answered();
  expect([asked, signs.waitingBytes]).toEqual([1, 300]);
  // One that nobody asked for says nothing.
  signs.answered();
  expect(signs.waitingBytes).toBe(300);
  signs.sent(700);
  expect(asked).toBe(2);
});

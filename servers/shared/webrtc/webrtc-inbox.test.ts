import { expect, test } from 'vitest';
import { Inbox } from './webrtc-inbox.ts';

function inbox() {
  const peer = { sent: 0 };
  return { peer, box: new Inbox(() => peer.sent) };
}

test('what was received and not handed over waits, with what keeping it costs', () => {
  const { peer, box } = inbox();
  expect([box.isEmpty, box.waitingBytes]).toEqual([true, 0]);
  peer.sent = 5 * 1_000;
  box.take('x'.repeat(1_000));
  // Four waiting messages of the size of the known one.
  expect([box.isEmpty, box.waitingBytes]).toEqual([false, 4 * (1_000 + 256)]);
  for (let left = 4; left > 0; left--) box.take(new Uint8Array(1_000));
  expect([box.isEmpty, box.waitingBytes]).toEqual([true, 0]);
});

test('small messages after large ones are soon known to be small', () => {
  const { peer, box } = inbox();
  peer.sent = 1_000 * 60_000 + 100_000 * 10;
  for (let large = 0; large < 1_000; large++) box.take(new Uint8Array(60_000));
  const taken = box.waitingBytes;
  for (let small = 0; small < 4_000; small++) box.take('x'.repeat(10));
  // Estimated as 96,000 small messages, no longer as a seventeenth of a large one.
  expect(taken).toBeLessThan(1_100_000);
  expect(box.waitingBytes).toBeGreaterThan(0.95 * 96_000 * (10 + 256));
});

test('text is counted as it was sent, and what is none never as more than that', () => {
  const { peer, box } = inbox();
  peer.sent = Buffer.byteLength('zwölf €');
  box.take('zwölf €');
  expect(box.isEmpty).toBe(true);
  // Two bytes that are not UTF-8, each delivered as a character of three bytes.
  peer.sent += 2 + 100;
  box.take(Buffer.of(0xff, 0xff).toString());
  expect(box.waitingBytes).toBeGreaterThanOrEqual(100);
});

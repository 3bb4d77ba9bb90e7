import { expect, test } from 'vitest';
import { dotsOf, scaleOf, segmentsOf, tickText, WIDTH, xOf, yOf } from './scale.ts';

const at = (atMs: number, roundTripMs: number) => ({ atMs, roundTripMs });

test('one scale shows every round trip of all lanes in the last half minute', () => {
  expect(scaleOf([[], []], 0)).toEqual({ from: 0, to: 2 });
  expect(scaleOf([[at(1_000, 3)], [at(2_000, 420)]], 3_000)).toEqual({ from: 0, to: 3 });
  expect(scaleOf([[at(1_000, 0.2)]], 3_000)).toEqual({ from: -1, to: 0 });
  expect(scaleOf([[at(0, 9_000), at(40_000, 5)]], 41_000)).toEqual({ from: 0, to: 1 });
});

test('higher is longer, and the newest is on the right', () => {
  const scale = { from: 0, to: 3 };
  expect(yOf(1_000, scale)).toBeLessThan(yOf(10, scale));
  expect(yOf(0.01, scale)).toBe(yOf(1, scale));
  expect([xOf(30_000, 30_000), xOf(0, 30_000), xOf(15_000, 30_000)]).toEqual([WIDTH, 0, WIDTH / 2]);
  expect(dotsOf([at(0, 10), at(29_000, 10)], scale, 31_000)).toMatch(/^M280\.0,[\d.]+h0$/);
});

test('the strip shows how long the connection had each status', () => {
  const changes = [
    { atMs: 0, status: 'connecting', text: '' },
    { atMs: 3_000, status: 'open', text: '' },
    { atMs: 18_000, status: 'reconnecting', text: 'lost' },
  ] as const;
  expect(segmentsOf(changes, 30_000)).toEqual([
    { status: 'connecting', x: 0, width: 30 },
    { status: 'open', x: 30, width: 150 },
    { status: 'reconnecting', x: 180, width: 120 },
  ]);
  expect(segmentsOf(changes, 48_000)).toEqual([{ status: 'reconnecting', x: 0, width: WIDTH }]);
});

test.each([
  [-1, '0.1 ms'],
  [0, '1 ms'],
  [2, '100 ms'],
  [3, '1 s'],
  [4, '10 s'],
])('10^%i ms is %s', (power, text) => expect(tickText(power)).toBe(text));

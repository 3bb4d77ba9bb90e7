import { expect, test } from 'vitest';
import { Departures } from './departures.ts';

test('items leave by their time, and by their arrival where times are equal', () => {
  const departures = new Departures<number>();
  const times = Array.from({ length: 2_000 }, (_, number) => (number * 7_919) % 101);
  for (const [number, atMs] of times.entries()) departures.add(atMs, number);
  const expected = times
    .map((atMs, number) => ({ atMs, number }))
    .toSorted((a, b) => a.atMs - b.atMs || a.number - b.number);
  const left = Array.from({ length: times.length }, () => departures.takeDue(Number.POSITIVE_INFINITY)?.item);
  expect(left).toEqual(expected.map(({ number }) => number));
  expect(departures.length).toBe(0);
});

test('nothing leaves before its time', () => {
  const departures = new Departures<string>();
  departures.add(5, 'late');
  departures.add(3, 'early');
  expect(departures.nextMs).toBe(3);
  expect(departures.takeDue(2.9)).toBeUndefined();
  expect(departures.takeDue(3)).toMatchObject({ item: 'early', atMs: 3 });
  expect(departures.nextMs).toBe(5);
  departures.clear();
  expect(departures.nextMs).toBe(Number.POSITIVE_INFINITY);
});

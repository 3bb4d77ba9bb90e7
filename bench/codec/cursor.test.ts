import { expect, test } from 'vitest';
import { formatCursor, isCursor, parseCursor } from './cursor.ts';

test('a cursor is a number where nothing is kept, and a place in the log and a number where something is', () => {
  expect(formatCursor(7, undefined)).toBe(7);
  expect(formatCursor(7, 'qhzkwmda-41')).toBe('qhzkwmda-41.7');
  expect(parseCursor('7')).toEqual({ count: 7, place: '' });
  expect(parseCursor('qhzkwmda-41.7')).toEqual({ count: 7, place: 'qhzkwmda-41' });
  expect(parseCursor('qhzkwmda--1.0')).toEqual({ count: 0, place: 'qhzkwmda--1' });
});

test.each(['', '.', '-1', '1e3', '0x10', ' 7', '٧', 'Infinity', 'qhzkwmda-41.', 'qhzkwmda-41.-1', '9'.repeat(100)])(
  'a count that is none reads from the beginning: %j',
  (text) => expect(parseCursor(text).count).toBe(0),
);

test.each([0, 7, 2 ** 53 - 1, 'qhzkwmda-41.7', 'qhzkwmda--1.0'])('a client takes %j', (value) =>
  expect(isCursor(value)).toBe(true),
);

test.each([
  1.5,
  Number.NaN,
  2 ** 53,
  null,
  {},
  ['qhzkwmda-41.7'],
  '',
  '7',
  'qhzkwmda-41',
  'qhzkwmda-41.',
  'qhzkwmda-41.7&x=y',
  'qhzkwmda-41.7 ',
  '__proto__.7',
  `qhzkwmda-41.${'7'.repeat(100)}`,
])('a client does not take %j', (value) => expect(isCursor(value)).toBe(false));

import { expect, test } from 'vitest';
import { isName } from './upstream.ts';

test.each(['abc', 'V1StGXR8_Z5jdHi6B-myT', 'a:b@c', 'a%20b', '...'])('%j can be a part of a path', (name) => {
  expect(isName(name)).toBe(true);
  expect(new URL(`http://h/messages/${name}`).pathname).toBe(`/messages/${name}`);
});

test.each([
  '',
  '.',
  '..',
  '%2e%2E',
  '.%2e',
  'a/b',
  'a?b',
  'a#b',
  'a b',
  'a\\b',
  'a\r\nb',
  'ä',
  'x'.repeat(501),
  5,
  null,
  undefined,
])('%j cannot', (name) => {
  expect(isName(name)).toBe(false);
});

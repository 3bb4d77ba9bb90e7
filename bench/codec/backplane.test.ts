import { expect, test } from 'vitest';
import { idOfOffset, offsetOfId, unwrapped, wrapped } from './backplane.ts';

test('a message comes out of its envelope as the kind that it was, or that its trial has', () => {
  const bytes = new TextEncoder().encode('grüße');
  expect(unwrapped(wrapped('grüße', undefined))).toBe('grüße');
  expect(unwrapped(wrapped(bytes, 'text'))).toBe('grüße');
  for (const encoding of [undefined, 'binary'] as const)
    expect(Uint8Array.from(Buffer.from(unwrapped(wrapped(bytes, encoding))))).toEqual(bytes);
  expect(() => unwrapped(Buffer.from('hello'))).toThrow(/no message; let no other program use its channel/);
});

test('an entry has the place of its record, and the place before the first is no entry', () => {
  expect([-1, 0, 41].map(idOfOffset)).toEqual(['0-0', '0-1', '0-42']);
  expect(['0-1', '0-42', '0-0', '5-1', 'x'].map(offsetOfId)).toEqual([0, 41, undefined, undefined, undefined]);
});

import { expect, test } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

test('bytes of every length come back', () => {
  for (let length = 0; length < 20; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 37);
    expect(fromBase64(toBase64(bytes))).toEqual(Buffer.from(bytes));
    expect(fromBase64(toBase64(bytes).replaceAll('=', ''))).toEqual(Buffer.from(bytes));
  }
});

test.each(['?', '??', 'AAA?', 'AAAAA', 'AA AA AA', 'Grüße', '{}', null, undefined, 5, {}, []])(
  '%j is no base64',
  (text) => {
    expect(fromBase64(text)).toBeUndefined();
  },
);

import { expect, test } from 'vitest';
import { type Cell, csvOf } from './csv.ts';

const line = (...cells: Cell[]): string => csvOf([cells]);

test('cells are quoted where they must be', () => {
  expect(line('plain', 'a,b', 'say "so"', 'two\r\nlines', '')).toBe('plain,"a,b","say ""so""","two\r\nlines",\r\n');
});

test('numbers keep every digit, and what is missing is empty', () => {
  expect(line(0.1 + 0.2, -5, 1e-9, 12_345_678_901, null, Number.NaN, true)).toBe(
    '0.30000000000000004,-5,1e-9,12345678901,,,true\r\n',
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1', '=HYPERLINK("http://x","y")'])(
  'text that a spreadsheet would calculate stays text: %j',
  (text) => {
    expect(line(text)).toBe(`"'${text.replaceAll('"', '""')}"\r\n`);
  },
);

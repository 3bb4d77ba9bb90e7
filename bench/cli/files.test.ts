import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isInteractive } from '../../reports/terminal/progress.ts';
import { appendStepSummary } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const summary = join(folder, 'summary.md');
function appended(text: string, before: string): string {
  writeFileSync(summary, before);
  const errors: string[] = [];
  appendStepSummary(text, { environment: { GITHUB_STEP_SUMMARY: summary }, error: (said) => errors.push(said) });
  expect(errors).toEqual([]);
  return readFileSync(summary, 'utf8');
}

test('a summary that fits is appended whole', () => {
  expect(appended('| a |', 'before\n')).toBe('before\n| a |\n');
});

test.each([0, 1, 1_000])(
  'a summary over 1 MiB stops at a whole row, %i bytes of which were there before',
  (earlier) => {
    const row = '| ws – 転送 | 1.2 |\n';
    const text = appended(row.repeat(60_000), 'x'.repeat(earlier));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2 ** 20);
    expect(Buffer.byteLength(text)).toBeGreaterThan(2 ** 20 - 200);
    const [rows = '', note] = text.slice(earlier).split('\n\n');
    expect(`${rows}\n`).toBe(row.repeat(rows.split('\n').length));
    expect(note).toMatch(/^The rest is left out, because a job summary holds 1 MiB/);
  },
);

test.each<readonly [string | undefined, boolean]>([
  [undefined, true],
  ['', true],
  ['false', true],
  ['False', true],
  ['0', true],
  ['true', false],
  ['1', false],
  ['woodpecker', false],
])('with CI=%s a terminal is one that a person reads: %s', (CI, interactive) => {
  expect(isInteractive(true, { CI })).toBe(interactive);
  expect(isInteractive(false, { CI })).toBe(false);
});

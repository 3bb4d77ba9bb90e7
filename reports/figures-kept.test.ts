import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readResults } from '../bench/results/file.ts';
import { figuresOf } from './testing/figures.ts';

/**
 * Path of a file of docs/example-run. Its figures.json keeps the numbers of its report: words may change, numbers may not. A commit that
 * computes a number differently writes the file again (`npx vitest run reports/figures-kept -u`) and gives the reason.
 */
const inExample = (name: string): string => fileURLToPath(new URL(`../docs/example-run/${name}`, import.meta.url));

describe('figures of the example run', async () => {
  const figures = await figuresOf(readResults(inExample('results.json')));

  test('are enough to notice a change', () => {
    expect(figures.terminal.length).toBeGreaterThan(20);
    expect(figures.page.flat().length).toBeGreaterThan(500);
    expect(Object.values(figures.advice).flat().length).toBeGreaterThan(500);
  });

  test('are unchanged in the terminal, in the page’s tables and in the advice', async () => {
    await expect(`${JSON.stringify(figures, null, 1)}\n`).toMatchFileSnapshot(inExample('figures.json'));
  });
});

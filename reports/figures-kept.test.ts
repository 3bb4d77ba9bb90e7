import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readResults } from '../bench/results/file.ts';
import { figuresOf } from './testing/figures.ts';

/**
 * Numbers that the report of docs/example-run shows, as figures.json keeps them: words may change, numbers may not. Who changes how
 * a number is worked out writes the file again (`npx vitest run reports/figures-kept -u`) and says why in the commit.
 */
const inExample = (name: string): string => fileURLToPath(new URL(`../docs/example-run/${name}`, import.meta.url));

describe('figures of the example run', async () => {
  const figures = await figuresOf(readResults(inExample('results.json')));

  test('there are enough of them to notice a change', () => {
    expect(figures.terminal.length).toBeGreaterThan(20);
    expect(figures.page.flat().length).toBeGreaterThan(500);
    expect(Object.values(figures.advice).flat().length).toBeGreaterThan(500);
  });

  test('stand in the terminal, in the page’s tables and in the advice as before', async () => {
    await expect(`${JSON.stringify(figures, null, 1)}\n`).toMatchFileSnapshot(inExample('figures.json'));
  });
});

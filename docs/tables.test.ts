import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { transportNames, transports } from '../bench/transports/index.ts';

/** Names in the first column of the table under a heading. */
async function namesIn(file: string, heading: string): Promise<string[]> {
  const text = await readFile(new URL(file, import.meta.url), 'utf8');
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => Array.from((row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g), ([, name = '']) => name));
}

describe('each transport and variant has its row, once', () => {
  test.each([
    ['security.md', 'Where each transport carries its token'],
    ['security.md', 'Schemes and pages'],
    ['limits.md', 'Each transport'],
  ])('%s, %s', async (file, heading) => {
    expect((await namesIn(file, heading)).sort()).toEqual(transportNames().sort());
  });
});

test.each(transports)(
  '$id has a page that names its variants, and a section on what goes over the wire',
  async (one) => {
    const page = await readFile(new URL(`transports/${one.id}.md`, import.meta.url), 'utf8');
    expect(one.variants.map(({ id }) => `\`${one.id}:${id}\``).filter((name) => !page.includes(name))).toEqual([]);
    expect(page).toMatch(/^(## )?Sources/m);
    const protocols = await readFile(new URL('protocols.md', import.meta.url), 'utf8');
    expect(protocols).toContain(`\n## ${one.id}\n`);
  },
);

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { transportNames, transports } from '../bench/transports/index.ts';
import { documents } from './tables.ts';

const page = (id: string): string => readFileSync(new URL(`transports/${id}.md`, import.meta.url), 'utf8');

/** Names in the first column of a page's table. */
function namesUnder(id: string, heading: string): string[] {
  const [, section = ''] = page(id).split(`\n### ${heading}\n`);
  const rows = (section.split(/\n##+ /)[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => Array.from((row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g), ([, name = '']) => name));
}

describe('each transport and variant has its row, once', () => {
  test.each(['Token', 'Addresses', 'Limits'])('%s', (heading) => {
    const named = transports.flatMap(({ id }) => namesUnder(id, heading));
    expect(named.toSorted()).toEqual(transportNames().toSorted());
  });

  test.each(['Messages', 'Protocol'])('%s', (heading) => {
    for (const { id } of transports) expect(namesUnder(id, heading), id).toContain(id);
  });
});

test.each(documents)('tables of $file are current: npm run docs', ({ text, renewed }) => {
  expect(text()).toMatch(/<!-- table: /);
  expect(text()).toBe(renewed());
});

test.each(transports)(
  '$id has a page that names its variants, what goes over the wire and its sources',
  ({ id, variants }) => {
    const text = page(id);
    expect(variants.map((one) => `\`${id}:${one.id}\``).filter((name) => !text.includes(name))).toEqual([]);
    expect(text).toMatch(/^## On the wire$/m);
    expect(text).toMatch(/^(## )?Sources/m);
  },
);

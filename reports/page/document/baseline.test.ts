import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { newerNames, newerStyles, newerSyntax } from '../testing/compatibility.ts';
import { loadScript } from './bundle.ts';

/** Features that a browser of the baseline lacks and that the page does without there, each with what happens then. */
const DISPENSABLE: Readonly<Record<'script' | 'style', Readonly<Record<string, string>>>> = {
  script: {
    '.moveBefore()': 'the library asks first whether it is there',
  },
  style: {
    ':details-content': 'on paper, closed details stay closed',
    ':has': 'a chosen answer of the advisor has no coloured border, two lines stand closer together',
    '@page': 'paper has the margins and the orientation that the reader chooses',
    '@property': 'what it declares is used below @supports alone',
    'break-after: avoid': 'on paper, a heading may end a page',
    'content-visibility': 'the browser lays out at once what is far below the screen',
    'content-visibility: auto': 'the browser lays out at once what is far below the screen',
    'content-visibility: visible': 'there is nothing to undo',
    'font-family: ui-monospace': 'the next font of the list is used',
    'forced-color-adjust': 'swatches have the colours that the reader forces',
    'forced-color-adjust: none': 'swatches have the colours that the reader forces',
    size: 'a descriptor of @page, which the data lists below that rule: paper is upright where it is unknown',
  },
};

const featuresOf = (found: readonly { readonly feature: string }[]): string[] =>
  found.map(({ feature }) => feature).toSorted();

describe('the script of a report', async () => {
  const script = await loadScript();

  test('has no syntax that the oldest browsers lack', () => {
    expect(newerSyntax(script)).toEqual([]);
  });

  test('calls nothing that the oldest browsers lack, except where it can do without', () => {
    expect(featuresOf(newerNames(script))).toEqual(Object.keys(DISPENSABLE.script));
  });
});

test('the style of a report uses nothing that the oldest browsers lack, except where it can do without', async () => {
  const folder = new URL('./styles/', import.meta.url);
  const sheets = (await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8'));
  expect(featuresOf(newerStyles((await Promise.all(sheets)).join('\n')))).toEqual(Object.keys(DISPENSABLE.style));
});

describe('what is newer than the oldest browsers', () => {
  test.each([
    ['Array.fromAsync([])', 'Array.fromAsync'],
    ['Object.groupBy(list, keyOf)', 'Object.groupBy'],
    ['Map.groupBy(list, keyOf)', 'Map.groupBy'],
    ['const make = Promise.withResolvers', 'Promise.withResolvers'],
    ['Promise.try(work)', 'Promise.try'],
    ['a.union(b)', '.union()'],
    ['a.isSubsetOf(b)', '.isSubsetOf()'],
    ['element.togglePopover()', '.togglePopover()'],
    ['bytes.toBase64()', '.toBase64()'],
    ['Temporal.Now.instant()', 'Temporal'],
    ['new URLPattern("/")', 'URLPattern'],
    ['element.checkVisibility()', '.checkVisibility()'],
    ['Iterator.from(list)', 'Iterator.from'],
    ['showOpenFilePicker()', 'showOpenFilePicker'],
  ])('is found in the script: %s', (code, feature) => {
    expect(featuresOf(newerNames(code))).toContain(feature);
  });

  test.each(['list.toSorted()', 'list.at(-1)', 'structuredClone(value)', 'state.lost', 'list.findLast(isLost)'])(
    'is not seen in %s',
    (code) => {
      expect(newerNames(code)).toEqual([]);
    },
  );

  test.each([
    ['{ using file = open(); }', 'using declarations'],
    ['@sealed class A {}', 'decorators'],
    ['class A { accessor a = 1 }', 'accessors'],
    ['import a from "./a.json" with { type: "json" }', 'import attributes'],
    ['import("./a.json", { with: { type: "json" } })', 'import attributes'],
    ['/(?i:a)b/', 'modifiers in a regular expression'],
    ['/(?<year>a)|(?<year>b)/', 'duplicate named groups'],
  ])('is found in syntax: %s', (code, name) => {
    expect(newerSyntax(code)).toEqual([name]);
  });

  test.each(['class A { static { run(); } #a = 1; }', 'a ??= b?.c', '/(?:a)(?<=b)(?<c>d)/v', 'await a'])(
    'is not seen in syntax: %s',
    (code) => {
      expect(newerSyntax(code)).toEqual([]);
    },
  );

  test.each([
    ['a { text-wrap: balance; }', 'text-wrap'],
    ['a { color: light-dark(#000, #fff); }', 'light-dark()'],
    ['a:has(b) { color: red; }', ':has'],
    ['a:popover-open { color: red; }', ':popover-open'],
    ['@starting-style { a { color: red; } }', '@starting-style'],
    ['a { field-sizing: content; }', 'field-sizing'],
    ['a { display: flow-root; anchor-name: --a; }', 'anchor-name'],
  ])('is found in the style: %s', (sheet, feature) => {
    expect(featuresOf(newerStyles(sheet))).toContain(feature);
  });

  test('is not seen where the browser is asked first', () => {
    expect(newerStyles('@supports (text-wrap: balance) { a { text-wrap: balance; } } b { color: red; }')).toEqual([]);
  });
});

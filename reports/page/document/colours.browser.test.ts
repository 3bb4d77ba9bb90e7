import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAMILIES } from '../../../bench/results/values.ts';
import { makeReport } from '../../report.ts';
import { ECHO, EVERY_KIND, makeResults, SEVEN, type TransportSpec } from '../../testing/fixtures.ts';
import { RECOVERY_RUN } from '../../testing/recovery.ts';
import { type Reader, startReader } from '../testing/browser.ts';
import { ALL_VISIONS, colourOf, contrast, difference, seenBy } from '../testing/vision.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await startReader();
});
afterAll(() => reader?.close());

/** Parts of a message's bytes, which only colour and order distinguish. */
const PORTIONS = ['payload', 'overhead', 'headers'];
const THEMES = ['light', 'dark'] as const;

/** Least colour difference between lines and small marks, far above the just noticeable 2.3. */
const MIN_BETWEEN_MARKS = 20;
/** Least colour difference between parts of a bar, which touch each other. */
const MIN_BETWEEN_PARTS = 8;

const THIRTY_TWO: Record<string, TransportSpec> = Object.fromEntries(
  Array.from({ length: 32 }, (_, index) => [
    `t${index}`,
    { p50Ms: 1 + index / 8, floor: index === 0, family: FAMILIES[(index * index) % FAMILIES.length] ?? 'other' },
  ]),
);

const PAGES = {
  'every kind': { transports: SEVEN, scenarios: EVERY_KIND, wire: 'link' },
  'faults and slow readers': RECOVERY_RUN,
  '32 transports': { transports: THIRTY_TWO, scenarios: [ECHO], trials: 6 },
} as const;

const colours = async (page: Page, names: readonly string[]): Promise<Map<string, ReturnType<typeof colourOf>>> => {
  const values = await page.evaluate<string[]>(
    `${JSON.stringify(names)}.map((name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name))`,
  );
  return new Map(names.map((name, index) => [name, colourOf(values[index] ?? '')]));
};

type Drawn = {
  readonly name: string;
  readonly label: string;
  readonly family: string;
  readonly dash: string;
  readonly marks: readonly string[];
};

/** Script that lists the visible properties of each chart's series. */
const DRAWN = `[...document.querySelectorAll('svg.chart')].map((chart) => ({
  title: chart.closest('figure')?.querySelector('h3')?.textContent ?? '',
  series: [...chart.querySelectorAll('.series')].map((series) => ({
    name: series.dataset.series,
    label: series.querySelector('text.label')?.lastChild?.textContent ?? '',
    family: /family-(\\S+)/.exec(series.getAttribute('class'))?.[1] ?? '',
    dash: series.querySelector('.series-line')?.getAttribute('stroke-dasharray') ?? '',
    marks: [...series.querySelectorAll('.series-mark, .dominated')].map((mark) => mark.getAttribute('d')).slice(-1),
  })),
}))`;

type DrawnChart = { readonly title: string; readonly series: readonly Drawn[] };

describe.each(Object.entries(PAGES))('%s', (_name, spec) => {
  test.each(THEMES)(
    'any two series of a chart can be distinguished with any colour vision: %s',
    async (colorScheme) => {
      const { html } = await makeReport(makeResults(spec), { resamples: 500 });
      await reader.open(html, { colorScheme }, async (page) => {
        const charts = await page.evaluate<DrawnChart[]>(DRAWN);
        const palette = await colours(page, FAMILIES);
        expect(charts.length).toBeGreaterThanOrEqual(3);
        const confused: string[] = [];
        for (const { title, series } of charts) {
          for (const [index, one] of series.entries()) {
            if (one.label === '') confused.push(`${title}: ${one.name} has no label`);
            for (const other of series.slice(index + 1)) {
              const [a, b] = [palette.get(one.family), palette.get(other.family)];
              const byColour =
                a !== undefined &&
                b !== undefined &&
                ALL_VISIONS.every((vision) => difference(seenBy(vision, a), seenBy(vision, b)) >= MIN_BETWEEN_MARKS);
              const byShape = one.dash !== other.dash || one.marks.join() !== other.marks.join();
              const byLabel = one.label !== other.label;
              if (!byColour && !byShape && !byLabel) confused.push(`${title}: ${one.name} and ${other.name}`);
            }
          }
        }
        expect(confused).toEqual([]);
      });
    },
  );
});

test.each(THEMES)('marks contrast with the card, and parts of a bar with each other: %s', async (colorScheme) => {
  const { html } = await makeReport(makeResults({ transports: SEVEN }), { resamples: 500 });
  await reader.open(html, { colorScheme }, async (page) => {
    const palette = await colours(page, [...FAMILIES, ...PORTIONS, 'card']);
    const of = (name: string) => palette.get(name) ?? colourOf('#000000');
    for (const name of [...FAMILIES, ...PORTIONS]) {
      expect(contrast(of(name), of('card')), name).toBeGreaterThanOrEqual(3);
    }
    for (const vision of ALL_VISIONS) {
      for (const [index, one] of PORTIONS.entries()) {
        for (const other of PORTIONS.slice(index + 1)) {
          const far = difference(seenBy(vision, of(one)), seenBy(vision, of(other)));
          expect(far, `${one} and ${other}, ${vision}`).toBeGreaterThanOrEqual(MIN_BETWEEN_PARTS);
        }
      }
    }
  });
});

test('the simulation brings red and green close together for people without green cones', () => {
  const [red, green] = [colourOf('#c00000'), colourOf('#607000')];
  expect(difference(red, green)).toBeGreaterThan(60);
  expect(difference(seenBy('deuteranopia', red), seenBy('deuteranopia', green))).toBeLessThan(30);
  expect(seenBy('greyscale', colourOf('#ffffff'))[0]).toBeCloseTo(1, 9);
  expect(difference(colourOf('#000000'), colourOf('#ffffff'))).toBeCloseTo(100, 0);
});

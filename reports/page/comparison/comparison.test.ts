import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Results } from '../../../bench/results/schema.ts';
import { compare } from '../../compare/compare.ts';
import { BROADCAST, CAPACITY, ECHO, EVERY_KIND, makeResults, type RunSpec, SEVEN } from '../../testing/fixtures.ts';
import { renderComparison } from '../document/render.ts';
import { markupOf, stylesOf, textOf } from '../testing/markup.ts';

const run = (spec: Partial<RunSpec> = {}): Results => ({
  ...makeResults({ transports: SEVEN, trials: 7, ...spec }),
  id: `run-${spec.seed ?? 1}`,
});
const page = (base: Results, next: Results): Promise<string> =>
  renderComparison(compare(base, next, { resamples: 200 }));
const slow = { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 0.17 * 1.2 } };

describe('the page of two runs', () => {
  test('states the changes first, and draws every comparison', async () => {
    const html = await page(
      run({ scenarios: [ECHO, BROADCAST] }),
      run({ scenarios: [ECHO, BROADCAST], transports: slow, seed: 2 }),
    );
    expect(textOf(html)).toMatch(/Against the base run: 4 worse, \d+ equivalent and \d+ not separated/);
    expect(html.match(/<circle class=series-mark/g)).toHaveLength(84);
    expect(textOf(html)).toMatch(/36 comparisons: 2 worse; the first is ws, p\d\d latency \+\d\d %\./);
    expect(textOf(html)).toMatch(/too small to count \( ?±5 % of times, rates and memory, ±2 % of bytes ?\)/);
    expect(textOf(html)).toContain('Machine, versions and settings of the two runs are the same');
  });

  test('is complete without a script, requests nothing, and has equal bytes each time', async () => {
    const runs = [run({ scenarios: EVERY_KIND }), run({ scenarios: EVERY_KIND, transports: slow, seed: 2 })] as const;
    const html = await page(...runs);
    const [markup, style] = [markupOf(html), stylesOf(html)];
    // The page has one script, and the data embedded for it.
    expect(html.match(/<script(?: type="text\/plain" id="carried-comparison")?>/g)).toHaveLength(2);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(markup).not.toMatch(/<(?:input|select|button)/);
    expect(markup).not.toMatch(/\ssrc=|href="(?!#)|https?:\/\//i);
    expect(style).not.toMatch(/url\(|@import/i);
    expect(html).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(markup).not.toMatch(/NaN|Infinity|undefined|\[object/);
    expect(await page(...runs)).toBe(html);
  });

  test('marks the threshold of a regression, on the side of worse results', async () => {
    const runs = [run({ scenarios: [CAPACITY, ECHO] }), run({ scenarios: [CAPACITY, ECHO], seed: 2 })] as const;
    const html = await renderComparison(compare(...runs, { resamples: 200, metrics: ['capacity', 'p50'] }), {
      mark: 0.1,
    });
    const middle = (190 + 470) / 2;
    const marks = [...html.matchAll(/class="?regression-mark"?[^<>]* x1="?([\d.]+)"?/g)].map(
      ([, x]) => Number(x) > middle,
    );
    expect(marks.toSorted()).toEqual([...Array(7).fill(false), ...Array(7).fill(true)]);
    expect(textOf(html)).toContain('Dashed: worse by 10 %.');
    expect(await page(...runs)).not.toMatch(/class="?regression-mark/);
  });

  test.each<[string, Results, RegExp]>([
    [
      'another question',
      run({ scenarios: [{ ...ECHO, rate: 500 }], seed: 2 }),
      /No verdicts.*Not compared.*rate 1200 msg\/s → 500 msg\/s/,
    ],
    ['a quick look', run({ trials: 1, seed: 2 }), /Nothing to draw: no comparison could be judged/],
    ['nothing in common', run({ aa: true, seed: 2 }), /nothing to compare.*A\/A run no yes/],
    [
      'another machine',
      run({ environment: { cpu: 'Other' }, seed: 2 }),
      /Across environments.*processor Invented CPU @ 2\.50GHz Other/,
    ],
    ['only the floor', run({ transports: { tcp: SEVEN.tcp ?? {} }, seed: 2 }), /Only the floor is in both runs/],
    ['interrupted at once', run({ done: 0, state: 'interrupted', seed: 2 }), /No verdicts.*no trial was run/],
  ])('%s', async (_, next, said) => {
    const html = await page(run(), next);
    expect(textOf(html)).toMatch(said);
    expect(markupOf(html)).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('shows text from outside as inert text', async () => {
    const evil = '</script><img src=x onerror=alert(1)>';
    const transports = { [evil]: { title: evil }, b: {} };
    const html = await page(run({ transports }), run({ transports, seed: 2, environment: { cpu: evil } }));
    expect(markupOf(html)).not.toMatch(/<img|<\/script/);
  });
});

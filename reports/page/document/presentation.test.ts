import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeReport } from '../../report.ts';
import { BROADCAST, ECHO, makeResults, SEVEN } from '../../testing/fixtures.ts';
import { presentationOf, withPresentation } from './presentation.ts';

const SHEET = `
:root { --grid: #e6e9ed; }
.line { fill: none; stroke: var(--series); stroke-width: 2; }
.grid, .row-line { stroke: var(--grid); }
.area { fill: color-mix(in srgb, var(--series) 13%, transparent); }
.mark { fill: var(--series); stroke: var(--card); }
.part { fill: var(--grid); stroke: #fff; }
.chart .line { stroke: red; }
@media print { .line { fill: black; } }
`;

test('classes draw shapes as their rules say, without conditions and without colours of series', () => {
  expect(Object.fromEntries(presentationOf(SHEET))).toEqual({
    line: { fill: 'none', stroke: 'gray' },
    grid: { stroke: '#e6e9ed' },
    'row-line': { stroke: '#e6e9ed' },
    area: { fill: 'none' },
    part: { fill: '#e6e9ed' },
  });
});

test('only shapes get attributes, of all their classes', () => {
  const given = presentationOf(SHEET);
  expect(withPresentation('<path class="line few" d="M0,0"/><text class="grid">a</text><p class="line">', given)).toBe(
    '<path class="line few" fill="none" stroke="gray" d="M0,0"/><text class="grid">a</text><p class="line">',
  );
  expect(withPresentation('<line x1="1" class="grid line"/><rect class="mark"/>', given)).toBe(
    '<line x1="1" class="grid line" stroke="gray" fill="none"/><rect class="mark"/>',
  );
});

test('without its style sheet no line of a report is invisible, and no curve filled', async () => {
  const styles = new URL('styles/', import.meta.url);
  const sheet = readdirSync(styles).map((name) => readFileSync(new URL(name, styles), 'utf8'));
  const unfilled = [...presentationOf(sheet.join('\n'))].flatMap(([name, { fill }]) => (fill === 'none' ? [name] : []));
  expect(unfilled).toContain('series-line');
  const { html } = await makeReport(makeResults({ transports: SEVEN, scenarios: [ECHO, BROADCAST] }), {
    resamples: 200,
  });
  const shapes = [...html.matchAll(/<(line|path)( [^<>]*class=[^<>]*)>/g)];
  expect(shapes.length).toBeGreaterThan(100);
  for (const [tag, shape, attributes = ''] of shapes) {
    const [, quoted = '', bare = ''] = /class=(?:"([^"]*)"|([\w-]+))/.exec(attributes) ?? [];
    if (shape === 'line') expect(tag).toMatch(/ stroke=/);
    else if (`${quoted}${bare}`.split(' ').some((name) => unfilled.includes(name))) expect(tag).toMatch(/ fill="?none/);
  }
});

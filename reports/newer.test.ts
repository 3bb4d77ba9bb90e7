import { expect, test } from 'vitest';
import { parseResults } from '../bench/results/file.ts';
import type { Results } from '../bench/results/schema.ts';
import { analyse } from './analysis/analyse.ts';
import { compare } from './compare/compare.ts';
import { comparisonMarkdown } from './markdown/comparison.ts';
import { summaryMarkdown } from './markdown/summary.ts';
import { markupOf, textOf } from './page/testing/markup.ts';
import { trialsCsv } from './raw/trials-csv.ts';
import { makeReport } from './report.ts';
import { comparisonText } from './terminal/comparison.ts';
import { summary } from './terminal/summary.ts';
import { ECHO, makeResults, SEVEN } from './testing/fixtures.ts';

/** Run of this version; tests rewrite parts of it as a later version might. */
const today = makeResults({
  transports: { ws: SEVEN.ws ?? {}, sse: SEVEN.sse ?? {} },
  scenarios: [ECHO, { ...ECHO, scenario: 'fan-in' }, { ...ECHO, scenario: 'high' }],
  wire: 'link',
});

const text = JSON.stringify({
  ...today,
  environment: { ...today.environment, link: 'mesh' },
  cases: today.cases.map((one) => ({
    ...one,
    ...(one.scenario === 'fan-in' ? { kind: 'fan-in', trials: [{ state: 'valid', figure: 3 }] } : {}),
    ...(one.scenario === 'high' ? { dimensions: { altitude: 3 } } : {}),
    trials: one.trials.map((trial) =>
      one.id.startsWith('ws/echo') && trial.block === 0
        ? {
            ...trial,
            state: 'suspect',
            reasons: ['nobody sneezed: two did'],
            broken: [{ rule: 'nobody-sneezed', text: 'two did' }],
          }
        : trial,
    ),
  })),
});

const read = (): Results => parseResults(text, 'newer.json');
const flat = (value: string): string => value.replaceAll(/\s+/g, ' ');

const NAMED = [
  /ws\/fan-in\S* and sse\/fan-in/,
  /kind “fan-in” was written by a newer version/,
  /ws\/high\S* and sse\/high/,
  /dimension “altitude” was written by a newer version/,
  /bytes of every case/,
  /link “mesh” was written by a newer version/,
];

const hasAll = (shown: string): void => {
  for (const name of NAMED) expect(flat(shown)).toMatch(name);
};

test('terminal, Markdown and page set newer cases aside by name, and show the rest', async () => {
  const results = read();
  const { html, analysis } = await makeReport(results, { resamples: 100 });
  expect(analysis.groups.map(({ question }) => question.scenario)).toEqual(['echo']);
  expect(analysis.counts).toMatchObject({ planned: 12, valid: 11, suspect: 1, missing: 0 });
  const [row] = analysis.groups[0]?.rows ?? [];
  expect(row?.cells.p99.state).toBe('shown');
  expect(row?.cells.bytes).toEqual({
    state: 'not shown',
    reason: 'not shown: link “mesh” was written by a newer version',
  });

  for (const shown of [
    summary(results, analysis, { width: 200, colour: false }),
    summaryMarkdown(results, analysis),
    textOf(markupOf(html)),
  ]) {
    hasAll(shown);
    expect(flat(shown)).toContain('nobody sneezed: two did');
  }
});

test('an unknown rule is shown by its text, also if it was broken more than once', () => {
  const results = read();
  const warnings = analyse(results, { resamples: 100 }).warnings.map(({ text: said }) => said);
  expect(warnings.some((said) => said.includes('1 of 6 trials suspect: nobody sneezed: two did'))).toBe(true);
});

test('for a run of newer cases only, the report says that nothing can be shown', () => {
  const results = parseResults(
    JSON.stringify({ ...today, cases: today.cases.map((one) => ({ ...one, kind: 'x' })) }),
    'x',
  );
  expect(analyse(results, { resamples: 100 }).status).toMatchObject({
    kind: 'invalid',
    consequence: 'Nothing of this run can be shown, because a newer version wrote all of its cases.',
  });
});

test('compare names the cases that it sets aside in either run', () => {
  const comparison = compare(today, read(), { resamples: 100 });
  expect(comparison.rows.map(({ scenario }) => scenario)).toEqual(expect.arrayContaining(['echo']));
  const bytes = comparison.rows.filter(({ metric, scenario }) => metric.id === 'bytes' && scenario === 'echo');
  expect(bytes.map(({ next }) => next.state)).toEqual(['not shown', 'not shown']);
  hasAll(comparisonText(comparison, { width: 200, colour: false, all: true }));
  hasAll(comparisonMarkdown(comparison, { all: true }));
  expect(comparison.onlyInBase.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining(['kind “fan-in” was written by a newer version']),
  );
  expect(comparison.warnings.some(({ text: said }) => said.includes('Not shown of the new run'))).toBe(true);
});

test('the CSV has a line with the reason for each case set aside, and no zero for its bytes', () => {
  const results = read();
  const [header = '', ...lines] = trialsCsv(results, analyse(results, { resamples: 100 }))
    .trimEnd()
    .split('\r\n');
  const columns = header.split(',');
  const cellsOf = (line: string) => new Map(line.split(',').map((cell, index) => [columns[index], cell]));
  const apart = lines.filter((line) => line.includes('set aside')).map(cellsOf);
  expect(apart.map((cells) => cells.get('case'))).toEqual([
    expect.stringContaining('ws/fan-in'),
    expect.stringContaining('sse/fan-in'),
    expect.stringContaining('ws/high'),
    expect.stringContaining('sse/high'),
    'bytes of every case',
  ]);
  const rest = lines.filter((line) => !line.includes('set aside')).map(cellsOf);
  expect(rest).toHaveLength(12);
  expect(new Set(rest.map((cells) => cells.get('wire_up_bytes')))).toEqual(new Set(['']));
});

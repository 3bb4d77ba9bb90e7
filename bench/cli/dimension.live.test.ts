import { describe, expect, test, vi } from 'vitest';
import { analyse } from '../../reports/analysis/analyse.ts';
import { judgeThresholds } from '../../reports/analysis/thresholds.ts';
import { compare } from '../../reports/compare/compare.ts';
import { summaryMarkdown } from '../../reports/markdown/summary.ts';
import { makeReport, summary, trialsCsv, wireTable } from '../../reports/report.ts';
import { comparisonText } from '../../reports/terminal/comparison.ts';
import { makeResults, type ScenarioSpec, SEVEN } from '../../reports/testing/fixtures.ts';
import { commandFor, readOptions } from '../plan/options.ts';
import { describeCase, makePlan } from '../plan/plan.ts';
import type { Given } from '../plan/readers.ts';
import { unknownDimensions } from '../results/case.ts';
import type { Dimension } from '../results/dimensions.ts';
import { type Results, resultsSchema } from '../results/schema.ts';
import { readThresholds } from './thresholds.ts';

/**
 * Two made-up dimensions: cases that differ in `weather` answer different questions, those that differ in `roof` are compared.
 * They consist only of their rows in the two tables; all behaviour below follows from those.
 */
const rows = vi.hoisted(() => {
  const weather: Dimension = {
    name: 'weather',
    title: 'weather',
    defaultOf: () => 'dry',
    values: ['dry', 'wet'],
    comparable: false,
    phrase: (value, isDefault) => (isDefault ? null : `in ${value} weather`),
  };
  // Its default depends on another dimension.
  const roof: Dimension = {
    name: 'roof',
    title: 'roof',
    defaultOf: ({ dimensions }) => dimensions?.weather === 'wet',
    comparable: true,
  };
  return { weather, roof };
});

vi.mock(import('../results/dimensions.ts'), async (original) => {
  const table = await original();
  return { ...table, DIMENSIONS: [...table.DIMENSIONS, rows.weather, rows.roof] };
});

vi.mock(import('../plan/settings.ts'), async (original) => {
  const [table, { readChoices }] = [await original(), await import('../plan/readers.ts')];
  const weather = table.setting({
    option: 'weathers',
    argument: '<kinds>',
    help: 'dry, wet or both',
    usual: 'dry',
    read: (given, { problems }) => readChoices(given, ['dry', 'wet'], problems) ?? ['dry'],
    write: (values) => (String(values) === 'dry' ? null : String(values)),
    spans: (values) => values,
  });
  return { ...table, RUN_SETTINGS: { ...table.RUN_SETTINGS, weather } };
});

const given = (settings: Readonly<Record<string, string>>): Record<string, Given> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, { value, where: `--${name}` }]));

function optionsOf(settings: Readonly<Record<string, string>>) {
  const read = readOptions(given({ transports: 'ws,sse', scenarios: 'echo', ...settings }));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return read.options;
}

const ECHO: ScenarioSpec = { scenario: 'echo', clients: 100, rate: 1200 };
const WET: ScenarioSpec = { ...ECHO, dimensions: { weather: 'wet' } };
const { ws = {}, sse = {} } = SEVEN;
const run = (scenarios: readonly ScenarioSpec[], seed = 1): Results =>
  resultsSchema.parse({ ...makeResults({ transports: { ws, sse }, scenarios, trials: 6, seed }), id: `run-${seed}` });
const both = run([ECHO, WET]);
const analysis = analyse(both, { resamples: 200 });

describe('a new dimension', () => {
  test('is a setting that spans the cases, and is in their ids, the plan and the command', () => {
    const options = optionsOf({ weather: 'dry,wet' });
    const { cases } = makePlan(options);
    expect(cases.map(({ id }) => id)).toEqual([
      'ws/echo/c100/r1000/s128/text',
      'sse/echo/c100/r1000/s128/text',
      'ws/echo/c100/r1000/s128/text/weather=wet',
      'sse/echo/c100/r1000/s128/text/weather=wet',
    ]);
    expect(cases.map(({ dimensions }) => dimensions?.weather)).toEqual(['dry', 'dry', 'wet', 'wet']);
    expect(cases.map((planned) => describeCase(planned).dimensions)).toEqual([
      undefined,
      undefined,
      { weather: 'wet' },
      { weather: 'wet' },
    ]);
    expect(commandFor(options)).toContain(' --weather dry,wet');
    expect(commandFor(optionsOf({}))).not.toContain('weather');
  });

  test('is checked as every other setting is', () => {
    const read = readOptions(given({ weather: 'dri' }));
    expect(read).toEqual({ problems: ['--weather takes dry, wet, not "dri", did you mean "dry"?'] });
  });

  test('separates questions, and is in their keys, titles and answers', () => {
    expect(analysis.groups.map(({ id, title }) => [id, title])).toEqual([
      ['load/echo/c100/r1200/s128/text/plain/none', 'echo with 100 clients at 1,200 msg/s of 128 B'],
      [
        'load/echo/c100/r1200/s128/text/plain/none/weather=wet',
        'echo with 100 clients at 1,200 msg/s of 128 B in wet weather',
      ],
    ]);
    expect(analysis.groups.every(({ rows: those }) => those.length === 2)).toBe(true);
  });

  test('is in the terminal, in Markdown and in the table of exchanges', () => {
    expect(summary(both, analysis, { width: 120, colour: false })).toContain('of 128 B in wet weather');
    expect(summaryMarkdown(both, analysis)).toContain(
      '### echo with 100 clients at 1,200 msg/s of 128 B in wet weather',
    );
    const wire = { scenario: 'wire', kind: 'wire', clients: 1, rate: 0 } as const;
    const { wire: exchanges } = analyse(run([wire, { ...wire, dimensions: { weather: 'wet' } }]));
    expect(wireTable(exchanges, { width: 160 }).join('\n')).toMatch(/^ws \(weather=wet\) /m);
  });

  test('is a column of the CSV, after all other columns', () => {
    const [header = '', ...lines] = trialsCsv(both, analysis).trimEnd().split('\r\n');
    expect(header).toMatch(/,network,block,.*,opening_in_flight,.*,weather,roof$/);
    expect(lines.filter((line) => line.endsWith(',dry,false'))).toHaveLength(12);
    expect(lines.filter((line) => line.endsWith(',wet,true'))).toHaveLength(12);
  });

  test('is on the page: in the picker, in the answers and in the data', async () => {
    const { html } = await makeReport(both, { resamples: 200 });
    const text = html.replaceAll('\u00a0', ' ');
    expect(text).toMatch(/<label>[^/]*<input[^>]*name="question"[^>]*\/?><span>echo with [^<]* in wet weather<\/span>/);
    expect(text.split('in wet weather').length).toBeGreaterThan(4);
  });

  test('keeps two runs from being compared where it differs, and says so', () => {
    const between = compare(run([ECHO]), run([WET], 2), { resamples: 200 });
    expect(between.rows).toEqual([]);
    expect(between.raw[0]?.because).toEqual([{ what: 'weather', base: 'dry', next: 'wet' }]);
    const alike = compare(both, run([ECHO, WET], 2), { resamples: 200 });
    expect(alike.raw).toEqual([]);
    expect(new Set(alike.rows.map(({ question }) => question)).size).toBe(2);
    expect(comparisonText(alike, { width: 160, colour: false, all: true })).toContain('in wet weather');
  });

  test('is not known to a version without its row', () => {
    const later = { ...both.cases[0], dimensions: { weather: 'stormy', moon: 'full' } };
    expect(unknownDimensions(later)).toEqual(['weather=stormy', 'moon']);
  });
});

describe('a threshold', () => {
  const read = (text: string, weather = 'dry,wet') => {
    const options = optionsOf({ weather });
    const cases = makePlan(options).cases.map(describeCase);
    return readThresholds({ value: text, where: '--threshold' }, { ...options, cases });
  };
  const coveredBy = (text: string) =>
    judgeThresholds(both, read(text).thresholds).map(({ caseId }) => caseId?.slice('ws/echo/c100/'.length));

  test('covers only the default of a new dimension unless it names a value', () => {
    expect(coveredBy('ws.echo.p50<50ms')).toEqual(['r1200/s128/text']);
    expect(coveredBy('ws.echo[weather=wet].p50<50ms')).toEqual(['r1200/s128/text/weather=wet']);
    expect(coveredBy('ws.echo[weather=dry, size=128].p50<50ms,sse.echo.p50<50ms')).toHaveLength(2);
  });

  test('must name a value if the run has no case with the default', () => {
    expect(read('ws.echo.p50<50ms', 'wet').problems).toEqual([
      '--threshold: "ws.echo.p50<50ms" covers only the default weather, which is not measured; name a value, such as ws.echo[weather=wet]',
    ]);
    expect(read('ws.echo[weather=wet].p50<50ms', 'wet').problems).toEqual([]);
  });

  test('names what is measured', () => {
    expect(read('ws.echo[weather=stormy].p50<50ms').problems).toEqual([
      '--threshold: "ws.echo[weather=stormy].p50<50ms": no case of ws.echo has weather stormy; measured: dry, wet',
    ]);
  });
});

describe('a new dimension in which cases may be compared', () => {
  const open = { ...ECHO, dimensions: { weather: 'dry', roof: true } };

  test('has its cases in one table, distinguished by name and id', () => {
    const { groups } = analyse(run([ECHO, open]), { resamples: 200 });
    expect(groups.map(({ title }) => title)).toEqual(['echo with 100 clients at 1,200 msg/s of 128 B']);
    expect(groups[0]?.rows.map(({ name }) => name).toSorted()).toEqual(['sse', 'sse (roof=on)', 'ws', 'ws (roof=on)']);
    expect(groups[0]?.rows.map(({ caseId }) => caseId)).toContain('ws/echo/c100/r1200/s128/text/roof=on');
  });

  test('may differ between two runs that are compared, and is named as what differs', () => {
    const between = compare(run([ECHO]), run([open], 2), { resamples: 200 });
    expect(between.raw).toEqual([]);
    expect(between.rows.length).toBeGreaterThan(0);
    expect(between.differences).toContainEqual({ what: 'roof of ws (echo)', base: 'off', next: 'on', of: 'settings' });
  });

  test('pairs equal values first', () => {
    const between = compare(run([ECHO, open]), run([open, ECHO], 2), { resamples: 200 });
    expect(between.differences).toEqual([]);
    expect(new Set(between.rows.map(({ name }) => name))).toEqual(
      new Set(['sse', 'sse (roof=on)', 'ws', 'ws (roof=on)']),
    );
  });
});

import { describe, expect, test, vi } from 'vitest';
import type { Results } from '../../bench/results/schema.ts';
import { advise } from '../advice/advise.ts';
import { BLANK, readDraft } from '../advice/questions/draft.ts';
import { analyse } from '../analysis/analyse.ts';
import { textOf } from '../analysis/sentences.ts';
import { judgeThresholds } from '../analysis/thresholds.ts';
import { compare } from '../compare/compare.ts';
import { comparisonMarkdown } from '../markdown/comparison.ts';
import { summaryMarkdown } from '../markdown/summary.ts';
import { countOf } from '../model/format.ts';
import { renderBody } from '../page/document/page.tsx';
import { trialsCsv } from '../raw/trials-csv.ts';
import { notShown } from '../stats/distribution.ts';
import { comparisonText } from '../terminal/comparison.ts';
import { summary } from '../terminal/summary.ts';
import { CONNECT, makeResults } from '../testing/fixtures.ts';
import { METRICS } from './lookup.ts';
import type { KindReport, KindShape, MeasuredMetric } from './shape.ts';

/** A kind of scenario that is made up here: what a new module beside the others would hold, and nothing besides. */
declare module '../model/metrics.ts' {
  interface MetricIds {
    fanIn: true;
  }
}

const fanIn = vi.hoisted(
  (): MeasuredMetric => ({
    metric: {
      id: 'fanIn',
      name: 'fan-in time',
      title: 'fan-in time',
      header: 'Fan-in',
      column: 'fan-in ms',
      keep: 9,
      unit: 'ms',
      scale: 1e3,
      band: 'time',
      best: 'less',
      words: { better: 'faster', worse: 'slower' },
    },
    number: 43,
    sources: ['opening.seconds'],
    csv: 'fan_in_seconds',
    measure: ({ trial: { opening } }) =>
      opening === undefined ? notShown('nothing was collected') : { shown: true, value: opening.seconds / 100 },
  }),
);

const collecting = vi.hoisted(
  (): KindShape => ({
    metrics: [fanIn],
    title: ({ scenario, clients }) => `${scenario} of ${countOf(clients, 'session')}`,
    subject: ({ clients }) => `${countOf(clients, 'session')} that collect`,
    scenarioText: (scenario) => scenario,
    limit: 'one kind of collecting',
    judged: { primary: () => 'fanIn', incomparable: [], betweenRuns: ['fanIn'] },
    steadyRate: false,
    warmedUp: false,
    trialLength: 'until done',
    wireCost: null,
    csv: [{ header: 'sessions_collecting', path: 'opening.sessions', cell: ({ opening }) => opening?.sessions }],
    advice: null,
  }),
);

const collectingReport = vi.hoisted(
  (): KindReport => ({
    notes: () => ['Fan-in: from a usable session to the last message that was collected.'],
    warnings: ({ rows }, where) => [{ text: `${rows.length} transports collect (${where}).`, action: 'Expect it.' }],
    trust: [],
    isEcho: () => false,
    figures: ['intervals'],
    effort: null,
    definitions: [['Fan-in', 'How long a made-up session goes on collecting messages.']],
    trialColumns: () => [{ header: 'Collecting sessions', text: ({ opening }) => String(opening?.sessions ?? '—') }],
  }),
);

vi.mock('./index.ts', async (original) => {
  const { KINDS, REPORTS } = await original<typeof import('./index.ts')>();
  return { KINDS: { ...KINDS, 'fan-in': collecting }, REPORTS: { ...REPORTS, 'fan-in': collectingReport } };
});

/** A run of the made-up kind: trials of opening sessions under another name. */
function runOf(sessionRate: number): Results {
  const transports = { ws: { sessionRate: 1000 }, sse: { sessionRate } };
  const text = JSON.stringify(makeResults({ transports, scenarios: [CONNECT] }));
  return JSON.parse(text.replaceAll('"connect","kind":"connect"', '"fan-in","kind":"fan-in"'));
}

describe('a kind of scenario that no other file knows', () => {
  const results = runOf(500);
  const analysis = analyse(results, { resamples: 500 });
  const [group] = analysis.groups;

  test('is judged by its own metric', () => {
    expect(METRICS.map(({ id }) => id)).toContain('fanIn');
    expect(group).toMatchObject({ title: 'fan-in of 2,000 sessions', primary: 'fanIn', metrics: ['fanIn'] });
    expect(group?.rows.map(({ name }) => name)).toEqual(['ws', 'sse']);
    expect(textOf(group?.answer ?? [])).toMatch(
      /^For 2,000 sessions that collect over a wire without delay or loss: use ws: .* slower in fan-in/,
    );
    expect(group?.notCovered.own).toBe('one kind of collecting');
    expect(analysis.warnings.map(({ text }) => text)).toEqual(['2 transports collect (fan-in).']);
  });

  test('has its table and notes in the terminal and in Markdown', () => {
    const text = summary(results, analysis, { width: 120, colour: false });
    expect(text).toContain('fan-in ms');
    expect(text).toMatch(/sse +39\.7.*▼ worse/);
    expect(text).toContain('Fan-in: from a usable session');
    expect(summaryMarkdown(results, analysis)).toMatch(/### fan-in of 2,000 sessions[\s\S]*fan-in ms/);
  });

  test('has its section, figures, trial columns and terms in the page', () => {
    const html = renderBody(results, analysis, 'sha');
    expect(html).toContain('fan-in of 2,000 sessions</h2>');
    expect(html).toContain('id="question-1-intervals"');
    expect(html).not.toContain('id="question-1-percentiles"');
    expect(html).toContain('Collecting sessions 2000');
    expect(html).toContain('How long a made-up session goes on collecting messages.');
  });

  test('is compared with another run', () => {
    const comparison = compare(results, runOf(250), { resamples: 500 });
    const row = comparison.rows.find(({ name }) => name === 'sse');
    expect(row).toMatchObject({ kind: 'fan-in', metric: { id: 'fanIn' }, verdict: { word: 'worse' } });
    expect(comparisonText(comparison, { width: 120, colour: false, all: false })).toContain('fan-in ms');
    expect(comparisonMarkdown(comparison, { all: true })).toContain('fan-in ms');
  });

  test('fills CSV columns of its own, behind all others', () => {
    const [head = '', first = ''] = trialsCsv(results, analysis).split('\r\n');
    expect(head).toMatch(
      /opening_in_flight,.*,sessions_collecting,.*,radio_.*,fault,reconnect.*,redis_cpu_seconds_per_message,fan_in_seconds$/,
    );
    expect(first).toMatch(/,2000,,*0\.0\d+,*$/);
  });

  test('keeps to thresholds, and is no advice where it has no part in it', () => {
    const threshold = { text: 'sse.fan-in.fanIn<1ms', flag: 'sse', scenario: 'fan-in' };
    const judged = judgeThresholds(results, [{ ...threshold, metric: 'fanIn', operator: '<', limit: 1e-3 }]);
    expect(judged.map(({ outcome }) => outcome)).toEqual(['missed']);
    const { answers } = readDraft(BLANK);
    if (answers === null) throw new Error('blank answers are answers');
    expect(advise({ results, analysis }, answers).outcome).toBe('none');
  });
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventLog } from '../bench/cli/live/events.ts';
import { advise } from '../reports/advice/advise.ts';
import type { Answers } from '../reports/advice/model.ts';
import { EQUAL } from '../reports/advice/questions/criteria.ts';
import type { NeedId } from '../reports/advice/questions/needs.ts';
import { adviceDocument } from '../reports/advice/words.ts';
import { analyse } from '../reports/analysis/analyse.ts';
import { compare } from '../reports/compare/compare.ts';
import { comparisonDocument } from '../reports/compare/compare-document.ts';
import { outcomeOf } from '../reports/compare/compare-outcome.ts';
import { EVERY_KIND, makeResults, SEVEN } from '../reports/testing/fixtures.ts';
import { adviceSchema, comparisonSchema, eventSchema, schemas } from './schemas.ts';

test.each(schemas)('$file is current: npm run docs', ({ file, text }) => {
  expect(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).toBe(text());
});

const base = makeResults({ transports: SEVEN, scenarios: EVERY_KIND });
const next = makeResults({ transports: { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 3 } }, scenarios: EVERY_KIND, seed: 2 });

/** Value after it was written and read again. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a comparison keeps to its schema, which names its every field', () => {
  const other = { ...next, cases: next.cases.slice(2) };
  const comparison = compare(base, other, { resamples: 100 });
  const document = asJson(comparisonDocument(comparison, outcomeOf(comparison, 0.05)));
  expect(comparisonSchema.parse(document)).toEqual(document);
});

test('advice keeps to its schema, which names its every field', () => {
  const measured = { results: base, analysis: analyse(base, { resamples: 100 }) };
  const load = { scenario: null, preferred: null, clients: null, rate: null, size: null };
  for (const needs of [[], ['browser', 'lossy']] satisfies NeedId[][]) {
    const answers = {
      preset: null,
      needs,
      load,
      objective: { percentile: 99, seconds: 0.1 },
      weights: EQUAL,
      judged: [{ transport: 'ws', criterion: 'simplicity', level: 1 }],
      judgement: true,
    } satisfies Answers;
    const document = JSON.parse(adviceDocument(advise(measured, answers, { draws: 100 })));
    expect(adviceSchema.parse(document)).toEqual(document);
  }
});

test('every line of the events keeps to its schema', () => {
  const lines: unknown[] = [];
  const log = eventLog((line) => lines.push(JSON.parse(line)));
  log.run({ event: 'started', results: base });
  log.run({ event: 'ended', results: base });
  const analysis = analyse(base, { resamples: 100 });
  log.end({ results: base, analysis, thresholds: [], exitCode: 0, files: { results: 'a', report: 'b' } });
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(eventSchema.parse(line)).toEqual(line);
});

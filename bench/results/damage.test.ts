import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ECHO, makeResults } from '../../reports/testing/fixtures.ts';
import { HISTOGRAMS, type HistogramName } from './damage.ts';
import { formatResults, parseResults, UnreadableResults } from './file.ts';
import type { MeasuredTrial, Results } from './schema.ts';
import { summariseLatency } from './summary.ts';
import { decodeText } from './text.ts';

const sound = makeResults({
  transports: { ws: {}, sse: {} },
  scenarios: [ECHO, { ...ECHO, scenario: 'broadcast' }],
  trials: 2,
});
const text = formatResults(sound);

function measured(index: number, at: number): MeasuredTrial {
  const trial = sound.cases[index]?.trials[at];
  if (trial === undefined || trial.state === 'failed') throw new Error('the fixture has no such trial');
  return trial;
}

/** Changes the second trial of the third case. */
function changed(change: (trial: MeasuredTrial) => MeasuredTrial): Results {
  return {
    ...sound,
    cases: sound.cases.map((one, index) => ({
      ...one,
      trials: one.trials.map((trial, at) =>
        index === 2 && at === 1 && trial.state !== 'failed' ? { ...trial, ...change(trial) } : trial,
      ),
    })),
  };
}

const why = (document: string): string => {
  try {
    parseResults(document, 'run.json');
  } catch (error) {
    if (error instanceof UnreadableResults) return error.message;
    throw error;
  }
  return 'read';
};

const BROKEN: readonly (readonly [how: string, change: (encoded: string) => string, says: string])[] = [
  ['is empty', () => '', 'is missing'],
  ['is cut in half', (one) => one.slice(0, one.length / 2), 'cannot be decoded'],
  ['is cut at a whole group of base64', (one) => one.slice(0, Math.floor(one.length / 8) * 4), 'cannot be decoded'],
  ['has a character that is no base64', (one) => `${one.slice(0, 20)}%${one.slice(21)}`, 'cannot be decoded'],
  ['has altered bytes', (one) => `${one.slice(0, 40)}AAAA${one.slice(44)}`, 'cannot be decoded'],
  ['is another text', () => 'histogram', 'cannot be decoded'],
  ['is compressed otherwise', (one) => gzipSync(Buffer.from(one, 'base64')).toString('base64'), 'cannot be decoded'],
  ['is of the first version', (one) => `HISTFAAA${one.slice(8)}`.replace('HIST', 'AAAA'), 'cannot be decoded'],
];

describe('a damaged histogram is named with its file, its trial and its case', () => {
  const names = HISTOGRAMS.filter((name) => name in measured(2, 1).latency);
  test.each(names.flatMap((name) => BROKEN.map(([how, change, says]) => ({ name, how, change, says }))))(
    '“$name” $how',
    ({ name, change, says }) => {
      const damaged = changed(({ latency, ...rest }) => ({
        ...rest,
        latency: { ...latency, [name]: change(latency[name] ?? '') },
      }));
      const id = sound.cases[2]?.id;
      expect(why(formatResults(damaged))).toMatch(
        `run.json is damaged: the histogram “${name}” of trial 2 of ${id} ${says}. Give an undamaged copy`,
      );
    },
  );

  test('one that its summary contradicts', () => {
    const summed = changed((trial) => ({
      ...trial,
      latency: { ...trial.latency, summary: summariseLatency(trial.latency) },
    }));
    expect(why(formatResults(summed))).toBe('read');
    const damaged = changed((trial) => ({
      ...trial,
      latency: {
        ...trial.latency,
        response: measured(0, 0).latency.connect,
        summary: summariseLatency(trial.latency),
      },
    }));
    expect(why(formatResults(damaged))).toMatch(
      /“response” of trial 2 of \S+ has \d+ samples, and its summary counts \d/,
    );
  });

  test('many are counted, not listed', () => {
    const damaged = changed((trial) => {
      const none: Partial<Record<HistogramName, string>> = Object.fromEntries(names.map((name) => [name, '']));
      return { ...trial, latency: { ...trial.latency, ...none } };
    });
    expect(why(formatResults(damaged))).toMatch(/; and \d more\. Give/);
  });
});

test.each([
  ['a case that stands twice', { ...sound, cases: [...sound.cases, ...sound.cases.slice(0, 1)] }, /two cases are /],
  [
    'a trial that stands twice',
    { ...sound, cases: sound.cases.map((one) => ({ ...one, trials: [...one.trials, ...one.trials.slice(0, 1)] })) },
    /two trials of \S+ are number \d+ of the run/,
  ],
])('%s is named', (_, damaged, says) => {
  expect(why(formatResults(damaged))).toMatch(says);
});

test.each<readonly [what: string, damage: (text: string) => string, says: RegExp]>([
  ['an empty file', () => ' \n', /^run\.json is empty/],
  ['a file that was cut', (one) => one.slice(0, one.length / 2), /^run\.json ends in the middle/],
  ['two documents', (one) => one + one, /^run\.json holds several documents/],
  ['lines of events', () => '{"event":"plan"}\n{"event":"ended"}\n', /^run\.json holds several documents/],
  ['a page', () => '<!doctype html><title>x</title>', /^run\.json is a page/],
  ['a compressed file', (one) => decodeText(gzipSync(one)), /^run\.json is compressed/],
  ['NaN', (one) => one.replace(/"delivered": \d+/, '"delivered": NaN'), /^run\.json is not JSON, because it has NaN/],
  [
    'a number as text',
    (one) => one.replace(/"delivered": (\d+)/, '"delivered": "$1"'),
    /messages\.delivered: .*number/,
  ],
  ['a negative count', (one) => one.replace(/"lost": \d+/, '"lost": -1'), /messages\.lost: .*>=0/],
  ['a number beyond all', (one) => one.replace(/"delivered": \d+/, '"delivered": 1e400'), /messages\.delivered: /],
  ['a list', (one) => `[${one}]`, /^run\.json is not JSON|^run\.json does not hold/],
  ['null', () => 'null', /^run\.json does not hold/],
])('%s is named, and no internal error', (_, damage, says) => {
  expect(why(damage(text))).toMatch(says);
});

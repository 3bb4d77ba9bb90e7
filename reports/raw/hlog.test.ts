import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  HistogramLogReader,
  JsHistogram,
  listTags,
} from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { withoutHistograms } from '../page/document/embedded-data.ts';
import { ECHO, IDLE, makeResults } from '../testing/fixtures.ts';
import { endsOf, histogramLog, pooledLog } from './hlog.ts';
import { fileNameOf } from './names.ts';
import { pooledResponses } from './pooled.ts';

const RESULTS = makeResults({
  transports: {
    tcp: { floor: true },
    'a b,c\n#d': { faults: { 1: { state: 'suspect', reasons: ['x'] }, 2: { state: 'failed', reasons: ['y'] } } },
  },
  scenarios: [ECHO, IDLE],
  trials: 3,
});

test.each([
  ['nothing', []],
  ['small values', [0, 1, 5, 2_047]],
  ['values of every size', [3, 2_048, 99_999, 12_345_678, 2 ** 33, 3_599e9]],
  ['a repeated value', new Array(70_000).fill(123_456)],
])('count and maximum are those of the library: %s', async (_, values) => {
  for (const lowestDiscernibleValue of [1, 1_000]) {
    const kept = build({ lowestDiscernibleValue, highestTrackableValue: 3.6e12, numberOfSignificantValueDigits: 3 });
    for (const value of values) kept.recordValue(value);
    const encoded = encodeIntoCompressedBase64(kept);
    if (!(kept instanceof JsHistogram)) throw new Error('a histogram whose buckets cannot be read');
    const max = values.length === 0 ? 0 : kept.highestEquivalentValue(Math.max(...values));
    expect(await endsOf(encoded)).toEqual({ count: values.length, maxNs: max });
  }
});

test('what is no histogram is none', async () => {
  for (const text of ['', 'AAAA', '€', 'HISTFAAAAAB42g==']) expect(await endsOf(text)).toBeNull();
});

test('the log reads back with the library: every histogram, under its tag, at its time', async () => {
  const log = await histogramLog(RESULTS);
  expect(log.split('\n')[1]).toBe('#[Histogram log format version 1.3]');
  const reader = new HistogramLogReader(log);
  const expected = RESULTS.cases
    .flatMap((one) => one.trials.map((trial) => ({ one, trial })))
    .toSorted((a, b) => a.trial.order - b.trial.order)
    .flatMap(({ one, trial }) => {
      if (trial.state === 'failed') return [];
      const kinds = ['response', 'service', 'lag', 'connect'] as const;
      return kinds.flatMap((kind) => {
        const encoded = trial.latency[kind];
        const { totalCount } = decodeFromCompressedBase64(encoded);
        const tag = [
          one.id.replace('a b,c\n#d', 'a_b_c_#d'),
          kind,
          ...(trial.state === 'valid' ? [] : [trial.state]),
        ].join('/');
        return totalCount === 0 ? [] : [{ tag, encoded, start: Date.parse(trial.startedAt), seconds: trial.seconds }];
      });
    });
  // An idle trial has times of opening alone.
  expect(expected).toHaveLength(3 * (4 + 1) + 2 * (4 + 1));
  for (const { tag, encoded, start, seconds } of expected) {
    const read = reader.nextIntervalHistogram();
    if (read === null) throw new Error('the log is too short');
    expect(read.tag).toBe(tag);
    expect(read.startTimeStampMsec).toBe(start);
    expect(read.endTimeStampMsec).toBeCloseTo(start + seconds * 1e3, 3);
    expect(encodeIntoCompressedBase64(read)).toBe(encodeIntoCompressedBase64(decodeFromCompressedBase64(encoded)));
  }
  expect(reader.nextIntervalHistogram()).toBeNull();
  expect(listTags(log)).toContain('a_b_c_#d/echo/c100/r1200/s128/text/response/suspect');
});

test('every line keeps to the format’s definition: tag, three numbers, a histogram, and no blank lines', async () => {
  const lines = (await histogramLog(RESULTS)).split('\n');
  expect(lines.at(-1)).toBe('');
  for (const line of lines.slice(0, -1)) {
    expect(line).toMatch(
      /^(#\[.*\]|"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"|Tag=[^,\s]+,\d+\.\d{3},\d+\.\d{3},\d+\.\d{3},HISTF[\w+/=]+)$/,
    );
  }
});

test('what a page carries makes a log too: a line a case, its valid trials added together', async () => {
  const pooled = pooledResponses(RESULTS);
  const reader = new HistogramLogReader(await pooledLog(withoutHistograms(RESULTS), pooled));
  const timed = RESULTS.cases.filter(({ kind }) => kind !== 'idle');
  expect(timed).toHaveLength(2);
  for (const { id, trials } of timed) {
    const valid = trials.filter((trial) => trial.state === 'valid');
    const sum = build({ lowestDiscernibleValue: 1, highestTrackableValue: 3.6e12, numberOfSignificantValueDigits: 3 });
    for (const { latency } of valid) sum.add(decodeFromCompressedBase64(latency.response));
    const read = reader.nextIntervalHistogram();
    expect(read?.tag).toBe(`${id.replace('a b,c\n#d', 'a_b_c_#d')}/response/pooled`);
    expect(encodeIntoCompressedBase64(read!)).toBe(encodeIntoCompressedBase64(sum));
    const lengthMs = valid.reduce((total, { seconds }) => total + seconds * 1e3, 0);
    expect(read!.endTimeStampMsec - read!.startTimeStampMsec).toBeCloseTo(lengthMs, 3);
  }
  expect(reader.nextIntervalHistogram()).toBeNull();
});

test('files are named after the run, whatever it is called', () => {
  expect(fileNameOf({ id: '2026-11-23T06-18-00Z-ab' }, 'trials')).toBe('2026-11-23T06-18-00Z-ab-trials.csv');
  expect(fileNameOf({ id: '../../etc/passwd\n' }, 'histograms')).toBe('__.._etc_passwd_-histograms.hlog');
});

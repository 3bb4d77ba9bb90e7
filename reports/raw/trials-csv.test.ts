import { expect, test } from 'vitest';
import { analyse } from '../analysis/analyse.ts';
import { withoutHistograms } from '../page/document/embedded-data.ts';
import { EVERY_KIND, makeResults, SEVEN } from '../testing/fixtures.ts';
import { trialsCsv } from './trials-csv.ts';

const HOSTILE = '=HYPERLINK("http://x"),"click"\r\n@cmd';
const results = makeResults({
  transports: {
    ...SEVEN,
    [HOSTILE]: {
      faults: { 0: { state: 'failed', reasons: ['+died, "badly"'] }, 1: { state: 'suspect', reasons: ['-1', 'lost'] } },
    },
  },
  scenarios: EVERY_KIND,
  trials: 2,
});
const analysis = analyse(results, { resamples: 100 });

/** RFC 4180, read back: quoted cells may hold anything. */
function parse(csv: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    lines.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') lines.push([]);
  }
  return lines.slice(0, -1);
}

const [header = [], ...rows] = parse(trialsCsv(results, analysis));
const cell = (row: readonly string[], name: string): string => {
  expect(header).toContain(name);
  return row[header.indexOf(name)] ?? '';
};

test('a line a trial, all of one length, under names that are each there once', () => {
  expect(rows).toHaveLength(results.cases.length * 2);
  for (const row of rows) expect(row).toHaveLength(header.length);
  expect(new Set(header).size).toBe(header.length);
  for (const name of header) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
});

test('numbers are those of the results, to the last digit', () => {
  const trials = results.cases.flatMap((one) => one.trials.map((trial) => ({ one, trial })));
  for (const [index, { one, trial }] of trials.entries()) {
    const row = rows[index] ?? [];
    expect(cell(row, 'state')).toBe(trial.state);
    expect(Number(cell(row, 'order'))).toBe(trial.order);
    if (trial.state === 'failed') {
      expect(row.slice(header.indexOf('seconds')).join('')).toBe('');
      continue;
    }
    expect(Number(cell(row, 'delivered'))).toBe(trial.messages.delivered);
    expect(Number(cell(row, 'server_cpu_seconds'))).toBe(trial.usage.server.cpuSeconds);
    expect(Number(cell(row, 'others_share_max'))).toBeCloseTo(0.004, 9);
    expect(Number(cell(row, 'wait_share_max'))).toBeCloseTo(0.002, 9);
    expect(cell(row, 'stolen_seconds')).toBe('0');
    expect(Number(cell(row, 'wire_up_bytes'))).toBe(trial.wire.up);
    expect(cell(row, 'wire_up_packets')).toBe(trial.wire.packetsUp === undefined ? '' : String(trial.wire.packetsUp));
    const view = analysis.groups
      .flatMap((group) => group.rows)
      .find(({ caseId }) => caseId === one.id)
      ?.trials.find(({ order }) => order === trial.order);
    if (view === undefined || view.state === 'failed') continue;
    const { p50, memory } = view.values;
    expect(cell(row, 'response_p50_seconds')).toBe(p50.shown ? String(p50.value) : '');
    expect(cell(row, 'server_memory_bytes')).toBe(memory.shown ? String(memory.value) : '');
  }
});

test('nothing of it is a formula, and what came in comes out', () => {
  const hostile = rows.filter((row) => cell(row, 'transport') === `'${HOSTILE}`);
  expect(hostile.length).toBeGreaterThan(0);
  expect(hostile.map((row) => cell(row, 'reasons'))).toEqual(expect.arrayContaining([`'+died, "badly"`, `'-1; lost`]));
  const numeric = /^-?\d+(\.\d+)?(e-?\d+)?$/;
  for (const text of rows.flat()) if (!numeric.test(text)) expect(text).not.toMatch(/^\s*[=+\-@]/);
});

test('a page makes the same file from what it carries', () => {
  const carried: typeof results = JSON.parse(JSON.stringify(withoutHistograms(results)));
  expect(trialsCsv(carried, JSON.parse(JSON.stringify(analysis)))).toBe(trialsCsv(results, analysis));
});

import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../../reports/terminal/text.ts';
import { type CeilingRow, ratioOf, spreadOf } from '../../checks/crosscheck/ceiling.ts';
import { analyticTruth } from '../../checks/crosscheck/freeze.ts';
import { ceilingTable, comparisonTable, freezeTable } from './crosscheck-tables.ts';

describe('the analytic truth of a freeze', () => {
  test.each([
    // The slowest 1 % of 30 s of messages are those of the first 0.3 s of the freeze.
    [1, 30, { p50: 0, p90: 0, p99: 0.7, max: 1 }],
    [4, 30, { p50: 0, p90: 1, p99: 3.7, max: 4 }],
    [8, 10, { p50: 3, p90: 7, p99: 7.9, max: 8 }],
    [0, 30, { p50: 0, p90: 0, p99: 0, max: 0 }],
  ])('%d s of %d s', (frozenSeconds, seconds, truth) => {
    const found = analyticTruth(frozenSeconds, seconds);
    for (const name of ['p50', 'p90', 'p99', 'max'] as const) expect(found[name]).toBeCloseTo(truth[name], 9);
  });

  test('equals that of evenly spaced messages, counted one by one', () => {
    const [rate, seconds, frozen, from] = [1_000, 30, 1, 15];
    const waits = Array.from({ length: rate * seconds }, (_, message) => {
      const due = message / rate;
      return due >= from && due < from + frozen ? from + frozen - due : 0;
    }).toSorted((a, b) => a - b);
    const truth = analyticTruth(frozen, seconds);
    for (const [name, percentile] of [
      ['p50', 50],
      ['p90', 90],
      ['p99', 99],
    ] as const) {
      const counted = waits[Math.ceil((percentile / 100) * waits.length) - 1]!;
      expect(Math.abs(counted - truth[name])).toBeLessThan(1.5 / rate);
    }
  });
});

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[4, 1, 2], { median: 2, min: 1, max: 4 }],
  [[8, 1, 2, 4], { median: 3, min: 1, max: 8 }],
])('the spread of %j', (values, spread) => expect(spreadOf(values)).toEqual(spread));

const loops = (...costs: number[]) =>
  costs.map((cost) => ({ cpuSecondsPerMessage: cost / 1e6, messagesPerSecond: 1e5 / cost }));
const rows: CeilingRow[] = [
  {
    transport: 'ws',
    exchange: 'echo',
    ours: loops(12, 24, 11),
    bare: { name: 'bare-ws', target: { beyondSeconds: 2e-6 }, readings: loops(10, 20, 10) },
  },
  {
    transport: 'sse',
    exchange: 'plain request',
    ours: loops(30),
    bare: { name: 'autocannon', target: { ratio: 1.3 }, readings: loops(20) },
  },
  { transport: 'mqtt', exchange: 'echo', ours: loops(40), bare: null },
];

test('a ratio pairs loops that ran in the same turn, so that a slow minute cancels out', () => {
  const close = (value: number) => expect.closeTo(value, 9);
  expect(ratioOf(rows[0]!)).toEqual({ median: close(1.2), min: close(1.1), max: close(1.2) });
  expect(ratioOf(rows[2]!)).toBeUndefined();
});

const wide = { width: 120, colour: false };
const at = (width: number) => ({ width, colour: false });

test('the table of costs', () => {
  expect(ceilingTable(rows, wide)).toEqual([
    'transport  exchange       CPU µs  msg/s  bare        bare µs  bare msg/s  beyond µs  ratio      range             target',
    'ws         echo             12.0   8333  bare-ws        10.0       10000        2.0   1.20  1.10–1.20  ≤ 2.0 µs beyond ✓',
    'sse        plain request    30.0   3333  autocannon     20.0        5000       10.0   1.50  1.50–1.50            ≤ 1.3 ✕',
    'mqtt       echo             40.0   2500',
  ]);
});

test('on a narrow terminal it keeps the cost of a message and its ratio to the bare loop', () => {
  expect(ceilingTable(rows, at(40))).toEqual([
    'transport  exchange       CPU µs  ratio',
    'ws         echo             12.0   1.20',
    'sse        plain request    30.0   1.50',
    'mqtt       echo             40.0',
  ]);
  expect(ceilingTable(rows, at(36))[2]).toBe('sse        plain    30.0   1.50');
});

const latencySeconds = { p50: 0.000_12, p90: 0.001_5, p99: 0.0345, max: 1.002 };
const comparison = {
  transport: 'sse',
  readings: [
    {
      tool: 'wirebench, from due',
      due: 5_000,
      sent: 5_000,
      completed: 4_999,
      samples: 4_999,
      latencySeconds,
      cpuSecondsPerRequest: 0.000_0226,
    },
  ],
};

test('the table of two generators under one load', () => {
  expect(comparisonTable(comparison, wide)).toEqual([
    'sse                  offered  sent  completed  p50 ms  p90 ms  p99 ms  max ms  CPU µs/request',
    'wirebench, from due     5000  5000       4999    0.12    1.50      35    1002            22.6',
  ]);
  expect(comparisonTable(comparison, at(60))).toEqual([
    'sse                  completed  p50 ms  p99 ms  max ms',
    'wirebench, from due       4999    0.12      35    1002',
  ]);
  expect(comparisonTable(comparison, at(40))[0]).toBe('sse                  p99 ms  max ms');
});

const frozen = {
  transport: 'sse',
  truth: analyticTruth(1, 30),
  readings: [
    {
      tool: 'wirebench',
      due: 3_000,
      sent: 3_000,
      completed: 3_000,
      samples: 3_040,
      latencySeconds,
      frozenSeconds: 1.004,
    },
  ],
};

test('the table of a freeze begins with the exact values', () => {
  expect(freezeTable(frozen, wide)).toEqual([
    'sse                 offered  completed  samples  p50 ms  p90 ms  p99 ms  max ms  frozen ms',
    'truth (arithmetic)     3000       3000     3000    0.00    0.00     700    1000',
    'wirebench              3000       3000     3040    0.12    1.50      35    1002       1004',
  ]);
});

test.each([20, 30, 40, 60, 80, 100])('nothing is wider than %i columns', (width) => {
  const tables = [
    ceilingTable(rows, at(width)),
    comparisonTable(comparison, at(width)),
    freezeTable(frozen, at(width)),
  ];
  expect(Math.max(...tables.flat().map(columnsOf))).toBeLessThanOrEqual(width);
});

test('a target is green only if it is met', () => {
  const [, met = '', missed = ''] = ceilingTable(rows, { ...wide, colour: true });
  expect(met.replaceAll(/ +(?=≤)/g, '')).toContain('\u001b[32m≤ 2.0 µs beyond ✓');
  expect(missed.replaceAll(/ +(?=≤)/g, '')).toContain('\u001b[31m≤ 1.3 ✕');
});

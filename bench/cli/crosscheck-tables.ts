import type { CeilingRow, LoopReading } from './ceiling.ts';
import type { Comparison, FreezeReport } from './crosscheck.ts';
import type { Percentiles } from './orders.ts';

/** Middle and ends of several observations. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const median = (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

/** What ours cost as a multiple of the bare loop that ran beside it, over the turns. Undefined where there is none. */
export function ratioOf({ ours, bare }: CeilingRow): Spread | undefined {
  if (bare === null) return undefined;
  return spreadOf(ours.map((one, turn) => one.cpuSecondsPerMessage / bare.readings[turn]!.cpuSecondsPerMessage));
}

export function comparisonTable({ transport, readings }: Comparison): string {
  const rows = readings.map(({ tool, due, sent, completed, latencySeconds, cpuSecondsPerRequest }) => [
    tool,
    ...[due, sent, completed].map(String),
    ...percentiles(latencySeconds),
    microseconds(cpuSecondsPerRequest),
  ]);
  return aligned([[transport, 'offered', 'sent', 'completed', ...PERCENTILES, 'CPU µs/request'], ...rows]);
}

export function freezeTable({ transport, truth, readings }: FreezeReport): string {
  const due = String(readings[0]?.due ?? 0);
  const rows = readings.map((reading) => [
    reading.tool,
    ...[reading.due, reading.completed, reading.samples].map(String),
    ...percentiles(reading.latencySeconds),
    milliseconds(reading.frozenSeconds),
  ]);
  return aligned([
    [transport, 'offered', 'completed', 'samples', ...PERCENTILES, 'frozen ms'],
    ['truth (arithmetic)', due, due, due, ...percentiles(truth), ''],
    ...rows,
  ]);
}

export function ceilingTable(rows: readonly CeilingRow[]): string {
  const lines = rows.map((row) => {
    const ratio = ratioOf(row);
    return [
      row.transport,
      row.exchange,
      ...cost(row.ours),
      row.bare?.name ?? '',
      ...(row.bare === null ? ['', ''] : cost(row.bare.readings)),
      ratio === undefined ? '' : ratio.median.toFixed(2),
      ratio === undefined ? '' : `${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)}`,
      row.bare === null || ratio === undefined
        ? ''
        : `≤ ${row.bare.target} ${ratio.median <= row.bare.target ? '✓' : '✕'}`,
    ];
  });
  const header = ['transport', 'exchange', 'CPU µs', 'msg/s', 'bare', 'CPU µs', 'msg/s', 'ratio', 'range', 'target'];
  return aligned([header, ...lines], [0, 1, 4]);
}

const PERCENTILES = ['p50 ms', 'p90 ms', 'p99 ms', 'max ms'];

const percentiles = ({ p50, p90, p99, max }: Percentiles): string[] => [p50, p90, p99, max].map(milliseconds);
const milliseconds = (seconds: number): string => (seconds * 1e3).toFixed(seconds < 0.01 ? 2 : 0);
const microseconds = (seconds: number): string => (seconds * 1e6).toFixed(1);

function cost(readings: readonly LoopReading[]): [string, string] {
  return [
    microseconds(spreadOf(readings.map((one) => one.cpuSecondsPerMessage)).median),
    spreadOf(readings.map((one) => one.messagesPerSecond)).median.toFixed(0),
  ];
}

/** Columns of text; those named hold words and are set flush left, the others figures. */
export function aligned(rows: readonly (readonly string[])[], words: readonly number[] = [0]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    words.includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}

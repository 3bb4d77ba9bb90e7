import { bare, paints } from '../../../reports/terminal/paint.ts';
import { type TextCell, type TextColumn, table } from '../../../reports/terminal/table.ts';
import {
  beyondOf,
  type CeilingRow,
  isMet,
  type LoopReading,
  ratioOf,
  spreadOf,
} from '../../checks/crosscheck/ceiling.ts';
import type { Comparison, FreezeReport } from '../../checks/crosscheck/crosscheck.ts';
import type { Percentiles } from '../../checks/crosscheck/protocol.ts';

/** Layout of a table. */
export interface TableOptions {
  readonly width: number;
  readonly colour: boolean;
}

/** Table of both tools under one load. A narrow terminal loses the least important columns first. */
export function comparisonTable({ transport, readings }: Comparison, options: TableOptions): string[] {
  const times = percentilesOf(readings.map(({ latencySeconds }) => latencySeconds));
  return tableOf(
    [
      words(transport, readings, ({ tool }) => tool),
      figures('offered', readings, ({ due }) => String(due), { drop: 4 }),
      figures('sent', readings, ({ sent }) => String(sent), { drop: 3 }),
      figures('completed', readings, ({ completed }) => String(completed), { drop: 5 }),
      ...times,
      figures('CPU µs/request', readings, ({ cpuSecondsPerRequest: cost }) => microseconds(cost), { drop: 1 }),
    ],
    options,
  );
}

/** Table of both tools while the server is paused; its first row has the exact values. */
export function freezeTable({ transport, truth, readings }: FreezeReport, options: TableOptions): string[] {
  const due = readings[0]?.due ?? 0;
  const rows = [
    { tool: 'truth (arithmetic)', due, completed: due, samples: due, latencySeconds: truth, frozenSeconds: null },
    ...readings,
  ];
  const frozen = ({ frozenSeconds: seconds }: (typeof rows)[number]): string =>
    seconds === null ? '' : milliseconds(seconds);
  return tableOf(
    [
      words(transport, rows, ({ tool }) => tool),
      figures('offered', rows, (row) => String(row.due), { drop: 1 }),
      figures('completed', rows, ({ completed }) => String(completed), { drop: 3 }),
      figures('samples', rows, ({ samples }) => String(samples), { drop: 4 }),
      ...percentilesOf(rows.map(({ latencySeconds }) => latencySeconds)),
      figures('frozen ms', rows, frozen, { drop: 5 }),
    ],
    options,
  );
}

export function ceilingTable(rows: readonly CeilingRow[], options: TableOptions): string[] {
  const paint = paints(options.colour);
  const read = rows.map((row) => ({ ...row, ratio: ratioOf(row), beyond: beyondOf(row), met: isMet(row) }));
  type Read = (typeof read)[number];
  const others = (text: (readings: readonly LoopReading[]) => string) => (row: Read) =>
    row.bare === null ? '' : text(row.bare.readings);
  const target = ({ bare: other, met }: Read): TextCell => {
    if (other === null) return bare('');
    const limit =
      'ratio' in other.target ? other.target.ratio : `${microseconds(other.target.beyondSeconds)} µs beyond`;
    return { text: `≤ ${limit} ${met ? '✓' : '✕'}`, paint: met ? paint.green : paint.red };
  };
  return tableOf(
    [
      words('transport', read, ({ transport }) => transport),
      {
        ...words('exchange', read, ({ exchange }) => exchange),
        drop: 8,
        shorter: { header: 'what', cells: read.map(({ exchange }) => bare(exchange === 'echo' ? 'echo' : 'plain')) },
      },
      figures('CPU µs', read, ({ ours }) => cost(ours)),
      figures('msg/s', read, ({ ours }) => pace(ours), { drop: 2 }),
      { ...words('bare', read, (row) => row.bare?.name ?? ''), drop: 5 },
      figures('bare µs', read, others(cost), { drop: 4 }),
      figures('bare msg/s', read, others(pace), { drop: 1 }),
      figures('beyond µs', read, ({ beyond }) => (beyond ? microseconds(beyond.median) : ''), { drop: 6 }),
      figures('ratio', read, ({ ratio }) => ratio?.median.toFixed(2) ?? ''),
      figures('range', read, ({ ratio }) => (ratio ? `${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}` : ''), {
        drop: 3,
      }),
      { header: 'target', align: 'right', drop: 7, cells: read.map(target) },
    ],
    options,
  );
}

/** Columns of percentiles. p99 and the maximum are dropped last, because the tools differ in them. */
function percentilesOf(times: readonly Percentiles[]): TextColumn[] {
  return [
    figures('p50 ms', times, ({ p50 }) => milliseconds(p50), { drop: 6 }),
    figures('p90 ms', times, ({ p90 }) => milliseconds(p90), { drop: 2 }),
    figures('p99 ms', times, ({ p99 }) => milliseconds(p99)),
    figures('max ms', times, ({ max }) => milliseconds(max)),
  ];
}

const tableOf = (columns: readonly TextColumn[], { width, colour }: TableOptions): string[] =>
  table(columns, width, paints(colour).dim);

const words = <Row>(header: string, rows: readonly Row[], text: (row: Row) => string): TextColumn => ({
  header,
  align: 'left',
  cells: rows.map((row) => bare(text(row))),
});

const figures = <Row>(
  header: string,
  rows: readonly Row[],
  text: (row: Row) => string,
  rest: Pick<TextColumn, 'drop'> = {},
): TextColumn => ({ header, align: 'right', cells: rows.map((row) => bare(text(row))), ...rest });

const milliseconds = (seconds: number): string => (seconds * 1e3).toFixed(seconds < 0.01 ? 2 : 0);
const microseconds = (seconds: number): string => (seconds * 1e6).toFixed(1);
const cost = (readings: readonly LoopReading[]): string =>
  microseconds(spreadOf(readings.map((one) => one.cpuSecondsPerMessage)).median);
const pace = (readings: readonly LoopReading[]): string =>
  spreadOf(readings.map((one) => one.messagesPerSecond)).median.toFixed(0);

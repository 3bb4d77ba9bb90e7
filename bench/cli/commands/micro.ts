import { countOf } from '../../../reports/model/format.ts';
import { bare, paints, proseWidth } from '../../../reports/terminal/paint.ts';
import { type TextColumn, table, widthOf } from '../../../reports/terminal/table.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { estimateSeconds, type MicroRow, measureMicro } from '../../checks/micro/measure.ts';
import { echoOf, JSON_ALONE } from '../../checks/micro/steps.ts';
import { readOptions } from '../../plan/options.ts';
import type { Given } from '../../plan/readers.ts';
import type { Setting } from '../../plan/settings.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { isAgreed, type LongFlags } from '../long.ts';
import { approximately } from '../numbers.ts';

export interface MicroFlags extends LongFlags {
  readonly transports?: string;
  readonly size?: string;
  readonly seconds?: string;
  readonly json?: true;
}

const USUAL = { size: '128', seconds: '0.5' };
const SECONDS = { least: 0.001, most: 60 };

/** Prints what each protocol's encoding and decoding costs per message. */
export async function microCommand(
  flags: MicroFlags,
  unknown: readonly string[],
  context: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { io, interrupted } = context;
  const { names, sizes, secondsPerStep } = readFlags(flags, unknown);
  const echoes = await Promise.all(names.map(echoOf));
  const without = names.filter((_, index) => echoes[index] === undefined);
  if (without.length > 0) io.talk(`Left out, because it has no steps to measure: ${without.join(', ')}\n`);
  const asked = { transports: [JSON_ALONE, ...names], sizes, secondsPerStep };
  const seconds = await estimateSeconds(asked);
  io.talk(`Encoding and decoding, step by step: about ${approximately(seconds)}.\n`);
  if (!(await isAgreed(seconds, flags, context))) return EXIT.interrupted;

  const rows = await measureMicro({ ...asked, signal: interrupted }, (what) => io.talk(`  ${what}\n`));
  io.out(flags.json ? `${JSON.stringify({ rows }, null, 2)}\n` : describe(rows, io));
  return interrupted.aborted ? EXIT.interrupted : EXIT.done;
}

function readFlags(
  flags: MicroFlags,
  unknown: readonly string[],
): { names: readonly string[]; sizes: readonly number[]; secondsPerStep: number } {
  const given: Partial<Record<Setting, Given>> = { size: { value: flags.size ?? USUAL.size, where: '--size' } };
  if (flags.transports !== undefined) given.transports = { value: flags.transports, where: '--transports' };
  const read = readOptions(given);
  const problems = [...unknown, ...('problems' in read ? read.problems : [])];
  const secondsPerStep = Number(flags.seconds ?? USUAL.seconds);
  if (!(secondsPerStep >= SECONDS.least && secondsPerStep <= SECONDS.most)) {
    problems.push(`--seconds takes a number from ${SECONDS.least} to ${SECONDS.most}, not "${flags.seconds}"`);
  }
  if (problems.length > 0 || 'problems' in read) throw new UsageError(problems);
  return { names: read.options.transports, sizes: read.options.sizes ?? [], secondsPerStep };
}

function describe(rows: readonly MicroRow[], { width, colour }: Io): string {
  const header = paints(colour).dim;
  const tables = Array.from(
    Map.groupBy(rows, ({ size }) => size),
    ([size, ofSize]) => {
      const flat = flatColumns(ofSize);
      const columns = widthOf(flat) <= width() - INDENT.length ? flat : nestedColumns(ofSize);
      const lines = table(columns, width() - INDENT.length, header);
      return [`Messages of ${countOf(size, 'byte')}`, ...lines.map((line) => `${INDENT}${line}`), ''];
    },
  );
  return `${[...tables.flat(), ...wrap(FOOT, proseWidth(width()))].join('\n')}\n`;
}

const INDENT = '  ';
const FOOT =
  'The rows of a step add up. HTTP heads and everything a system call does are in none, unless a row names them.';

type Line = readonly [name: string, row: MicroRow | undefined];

/** A line for each row; names that are those of the row above are not repeated. */
function flatColumns(rows: readonly MicroRow[]): TextColumn[] {
  const lines = rows.map((row): Line => [row.what, row]);
  const names = rows.map(({ transport, step }, index) => {
    const above = rows[index - 1];
    const isSameTransport = above?.transport === transport;
    return { transport: isSameTransport ? '' : transport, step: isSameTransport && above?.step === step ? '' : step };
  });
  return [
    { header: 'transport', align: 'left', cells: names.map(({ transport }) => bare(transport)) },
    { header: 'step', align: 'left', cells: names.map(({ step }) => bare(step)) },
    ...whatAndTimes(lines, 'ns per message'),
  ];
}

/** Where there is no room for names beside each other they stand below each other: transport, step, and what is done in it. */
function nestedColumns(rows: readonly MicroRow[]): TextColumn[] {
  const lines = rows.flatMap((row, index): Line[] => {
    const above = rows[index - 1];
    const isSameTransport = above?.transport === row.transport;
    const isSameStep = isSameTransport && above?.step === row.step;
    return [
      ...(isSameTransport ? [] : [[row.transport, undefined] as const]),
      ...(isSameStep ? [] : [[`  ${row.step}`, undefined] as const]),
      [`    ${row.what}`, row],
    ];
  });
  return whatAndTimes(lines, 'ns/msg');
}

const whatAndTimes = (lines: readonly Line[], unit: string): TextColumn[] => [
  { header: 'what', align: 'left', cells: lines.map(([name]) => bare(name)) },
  {
    header: unit,
    align: 'right',
    cells: lines.map(([, row]) => bare(row === undefined ? '' : nanoseconds(row.secondsMedian))),
  },
  {
    header: 'middle half',
    align: 'right',
    drop: 1,
    cells: lines.map(([, row]) =>
      bare(row === undefined ? '' : `${nanoseconds(row.secondsLow)}–${nanoseconds(row.secondsHigh)}`),
    ),
  },
];

const nanoseconds = (seconds: number): string => Math.round(seconds * 1e9).toLocaleString('en');

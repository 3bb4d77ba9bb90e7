import { estimateSeconds, type MicroRow, measureMicro } from '../micro/measure.ts';
import { echoOf, JSON_ALONE } from '../micro/steps.ts';
import { type Given, readOptions, type Setting } from '../plan/options.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';
import type { Io } from './io.ts';

export interface MicroFlags {
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
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { names, sizes, secondsPerStep } = readFlags(flags);
  const without = names.filter((name) => echoOf(name) === undefined);
  if (without.length > 0) io.talk(`Left out, because it has no steps to measure: ${without.join(', ')}\n`);
  const asked = { transports: [JSON_ALONE, ...names], sizes, secondsPerStep };
  io.talk(`About ${Math.ceil(estimateSeconds(asked))} s.\n`);

  const rows = await measureMicro({ ...asked, signal: interrupted });
  io.out(flags.json ? `${JSON.stringify({ rows }, null, 2)}\n` : table(rows));
  return interrupted.aborted ? EXIT.interrupted : EXIT.done;
}

function readFlags(flags: MicroFlags): { names: readonly string[]; sizes: readonly number[]; secondsPerStep: number } {
  const given: Partial<Record<Setting, Given>> = { size: { value: flags.size ?? USUAL.size, where: '--size' } };
  if (flags.transports !== undefined) given.transports = { value: flags.transports, where: '--transports' };
  const read = readOptions(given);
  const problems = 'problems' in read ? [...read.problems] : [];
  const secondsPerStep = Number(flags.seconds ?? USUAL.seconds);
  if (!(secondsPerStep >= SECONDS.least && secondsPerStep <= SECONDS.most)) {
    problems.push(`--seconds takes a number from ${SECONDS.least} to ${SECONDS.most}, not "${flags.seconds}"`);
  }
  if (problems.length > 0 || 'problems' in read) throw new UsageError(problems);
  return { names: read.options.transports, sizes: read.options.sizes ?? [], secondsPerStep };
}

const HEAD = ['transport', 'step', 'what', 'ns per message', 'middle half'];

/** Names that are those of the row above are not repeated. */
function table(rows: readonly MicroRow[]): string {
  const bySize = Map.groupBy(rows, ({ size }) => size);
  const tables = Array.from(bySize, ([size, ofSize]) => {
    const cells = ofSize.map(({ transport, step, what, secondsMedian, secondsLow, secondsHigh }, index) => {
      const above = ofSize[index - 1];
      const isSameTransport = above?.transport === transport;
      return [
        isSameTransport ? '' : transport,
        isSameTransport && above?.step === step ? '' : step,
        what,
        nanoseconds(secondsMedian),
        `${nanoseconds(secondsLow)}–${nanoseconds(secondsHigh)}`,
      ];
    });
    return [`Messages of ${size} bytes`, ...columns([HEAD, ...cells])].join('\n');
  });
  return [...tables, FOOT].join('\n\n').concat('\n');
}

const FOOT =
  'The rows of a step add up. HTTP heads and everything a system call does are in none, unless a row names them.';

function nanoseconds(seconds: number): string {
  return Math.round(seconds * 1e9).toLocaleString('en');
}

/** Text to the left, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number): string =>
    column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(padded).join('  ')}`);
}

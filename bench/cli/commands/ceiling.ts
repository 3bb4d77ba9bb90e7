import { countOf } from '../../../reports/model/format.ts';
import { proseWidth } from '../../../reports/terminal/paint.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { type CeilingOptions, type CeilingRow, ceiling, estimateSeconds } from '../../checks/crosscheck/ceiling.ts';
import { LEAST_SIZE, MOST_SENDERS } from '../../codec/header.ts';
import { listOf, suggestion } from '../../plan/readers.ts';
import { MOST_SIZE } from '../../plan/settings.ts';
import { pinCores } from '../../run/affinity.ts';
import { openFiles, tooFewFiles } from '../../run/limits.ts';
import { transports } from '../../transports/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { isAgreed, type LongFlags } from '../long.ts';
import { approximately, type NumberFlag, readNumbers } from '../numbers.ts';
import { ceilingTable } from './crosscheck-tables.ts';

/** The flags that take a number. */
export const CEILING_FLAGS = {
  clients: { usual: 100, least: 1, most: MOST_SENDERS, whole: true },
  size: { usual: 64, least: LEAST_SIZE, most: MOST_SIZE, whole: true },
  duration: { usual: 3, least: 0.1, most: 3_600 },
  trials: { usual: 5, least: 1, most: 1_000, whole: true },
} as const satisfies Record<string, NumberFlag>;

export type CeilingFlags = Readonly<Partial<Record<keyof typeof CEILING_FLAGS | 'transports', string>>> & {
  readonly json?: true;
} & LongFlags;

/** Measures what a message costs our generator, beside bare loops that record nothing. */
export async function ceilingCommand(
  flags: CeilingFlags,
  unknown: readonly string[],
  context: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { io, interrupted } = context;
  const { chosen, problems } = readTransports(flags.transports);
  const found = [...unknown, ...problems];
  const { clients, size, duration, trials } = readNumbers(flags, CEILING_FLAGS, {
    found,
    // Those that send by requests have a second connection each.
    check: ({ clients: count }) =>
      tooFewFiles(countOf(count, 'session'), 2 * count, { files: openFiles()?.hard ?? null, flag: '--clients' }),
  });
  const options = { clients, size, trials, durationSeconds: duration, transports: chosen };
  const seconds = estimateSeconds(options);
  io.talk(`Closed loops, ours and bare ones in turns: about ${approximately(seconds)}.\n`);
  if (!(await isAgreed(seconds, flags, context))) return EXIT.interrupted;
  const pinning = pinCores(1);
  try {
    const rows = await ceiling(options, { pinning, signal: interrupted }, (what) => io.talk(`  ${what}\n`));
    const { transports: measured, ...numbers } = options;
    const document = {
      options: { transports: measured.map(({ id }) => id), ...numbers },
      ...pinning,
      loop: 'closed',
      rows,
    };
    io.out(flags.json ? `${JSON.stringify(document, null, 2)}\n` : describe(options, rows, io));
    return EXIT.done;
  } catch (error) {
    if (interrupted.aborted) return EXIT.interrupted;
    io.complain(`${error instanceof Error ? error.message : error}\n`);
    return EXIT.failed;
  }
}

function readTransports(names: string | undefined): { chosen: CeilingOptions['transports']; problems: string[] } {
  if (names === undefined) return { chosen: transports, problems: [] };
  const known = transports.map(({ id }) => id);
  const named = listOf(names);
  const unknown = named.filter((name) => !known.includes(name));
  const problems = unknown.map((name) => `--transports: unknown transport "${name}"${suggestion(name, known)}`);
  if (named.length === 0) problems.push(`--transports names no transport; there are: ${known.join(', ')}`);
  return { chosen: transports.filter(({ id }) => named.includes(id)), problems };
}

function describe(
  { clients, size, durationSeconds, trials }: CeilingOptions,
  rows: readonly CeilingRow[],
  { width, colour }: Io,
): string {
  const prose = (text: string): string[] => wrap(text, proseWidth(width()));
  return [
    ...prose(
      `Closed loop: each of ${countOf(clients, 'session')} sends again when its message has come back. ${size} bytes, ${durationSeconds} s, ${countOf(trials, 'turn')} each.`,
    ),
    '',
    ...ceilingTable(rows, { width: width(), colour }),
    '',
    ...prose(
      'CPU µs: of the generator’s process, per message; medians over the turns. its: of the bare loop. ratio: ours ÷ bare, turn by turn.',
    ),
    ...prose('This is what the generator can do, and no latency: whoever waits for an answer offers less.'),
    '',
  ].join('\n');
}

import { LEAST_SIZE, MOST_SENDERS } from '../codec/header.ts';
import { type CeilingOptions, ceiling, estimateSeconds } from '../crosscheck/ceiling.ts';
import { ceilingTable } from '../crosscheck/table.ts';
import { MOST_SIZE, suggestion } from '../plan/options.ts';
import { transports } from '../registry.ts';
import { place } from '../run/affinity.ts';
import { EXIT, type ExitCode, UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { approximately, type NumberFlag, readNumbers } from './numbers.ts';

/** The flags that take a number. */
export const CEILING_FLAGS = {
  clients: { usual: 100, least: 1, most: MOST_SENDERS, whole: true },
  size: { usual: 64, least: LEAST_SIZE, most: MOST_SIZE, whole: true },
  duration: { usual: 3, least: 0.1, most: 3_600 },
  trials: { usual: 5, least: 1, most: 1_000, whole: true },
} as const satisfies Record<string, NumberFlag>;

export type CeilingFlags = Readonly<Partial<Record<keyof typeof CEILING_FLAGS | 'transports', string>>> & {
  readonly json?: true;
};

/** Measures what a message costs our generator, beside bare loops that record nothing. */
export async function ceilingCommand(
  flags: CeilingFlags,
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { clients, size, duration, trials } = readNumbers(flags, CEILING_FLAGS);
  const options = {
    ...{ clients, size, trials, durationSeconds: duration },
    transports: readTransports(flags.transports),
  };
  io.talk(`Closed loops, ours and bare ones in turns: about ${approximately(estimateSeconds(options))}.\n`);
  const placement = place(1);
  try {
    const rows = await ceiling(options, { placement, signal: interrupted }, (what) => io.talk(`  ${what}\n`));
    const { transports: chosen, ...numbers } = options;
    const document = {
      options: { transports: chosen.map(({ id }) => id), ...numbers },
      ...placement,
      loop: 'closed',
      rows,
    };
    io.out(flags.json ? `${JSON.stringify(document, null, 2)}\n` : describe(options, ceilingTable(rows)));
    return EXIT.done;
  } catch (error) {
    if (interrupted.aborted) return EXIT.interrupted;
    io.complain(`${error instanceof Error ? error.message : error}\n`);
    return EXIT.failed;
  }
}

function readTransports(names: string | undefined): CeilingOptions['transports'] {
  if (names === undefined) return transports;
  const known = transports.map(({ id }) => id);
  const chosen = names.split(',').map((name) => name.trim());
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UsageError(unknown.map((name) => `--transports: unknown transport "${name}"${suggestion(name, known)}`));
  }
  return transports.filter(({ id }) => chosen.includes(id));
}

function describe({ clients, size, durationSeconds, trials }: CeilingOptions, table: string): string {
  return [
    `Closed loop: each of ${clients} sessions sends again when its message has come back. ${size} bytes, ${durationSeconds} s, ${trials} turns each.`,
    '',
    table,
    'CPU µs: of the generator’s process, per message; medians over the turns. ratio: ours ÷ bare, turn by turn.',
    'This is what the generator can do, and no latency: whoever waits for an answer offers less.',
    '',
  ].join('\n');
}

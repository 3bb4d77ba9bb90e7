import { countOf } from '../../../reports/model/format.ts';
import { proseWidth } from '../../../reports/terminal/paint.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import {
  type Crosscheck,
  type CrosscheckOptions,
  crosscheck,
  estimateSeconds,
  FROZEN_LOAD,
} from '../../checks/crosscheck/crosscheck.ts';
import { LEAST_SIZE, MOST_SENDERS } from '../../codec/header.ts';
import { MOST_SIZE } from '../../plan/settings.ts';
import { pinCores } from '../../run/affinity.ts';
import { openFiles, tooFewFiles } from '../../run/limits.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { isAgreed, type LongFlags } from '../long.ts';
import { approximately, type NumberFlag, readNumbers } from '../numbers.ts';
import { comparisonTable, freezeTable } from './crosscheck-tables.ts';

/** The flags, each a number. */
export const CROSSCHECK_FLAGS = {
  rate: { usual: 1_000, least: 1, most: 1_000_000, whole: true },
  connections: { usual: 50, least: 1, most: MOST_SENDERS, whole: true },
  duration: { usual: 5, least: 0.1, most: 3_600 },
  size: { usual: 64, least: LEAST_SIZE, most: MOST_SIZE, whole: true },
  // The other tool gives an answer up after ten seconds.
  freeze: { usual: 1, least: 0, most: 8 },
} as const satisfies Record<string, NumberFlag>;

export type CrosscheckFlags = Readonly<Partial<Record<keyof typeof CROSSCHECK_FLAGS, string>>> & {
  readonly json?: true;
} & LongFlags;

/** Puts the same loads to another load generator and to ours, and shows both. */
export async function crosscheckCommand(
  flags: CrosscheckFlags,
  unknown: readonly string[],
  context: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { io, interrupted } = context;
  const { rate, connections, duration, size, freeze } = readNumbers(flags, CROSSCHECK_FLAGS, {
    found: unknown,
    check: (numbers) => [...unevenly(numbers), ...tooMany(numbers)],
  });
  const options: CrosscheckOptions = {
    rate,
    connections,
    size,
    durationSeconds: duration,
    freezeSeconds: freeze,
    frozenLoad: FROZEN_LOAD,
  };
  const seconds = estimateSeconds(options);
  io.talk(`Another load generator beside ours: about ${approximately(seconds)}.\n`);
  if (!(await isAgreed(seconds, flags, context))) return EXIT.interrupted;
  const surroundings = { pinning: pinCores(1), signal: interrupted };
  try {
    const result = await crosscheck(options, surroundings, (what) => io.talk(`  ${what}\n`));
    io.out(
      flags.json
        ? `${JSON.stringify({ options, ...surroundings.pinning, ...result }, null, 2)}\n`
        : describe(options, result, io),
    );
    return isComplete(result) ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (interrupted.aborted) return EXIT.interrupted;
    io.complain(`${error instanceof Error ? error.message : error}\n`);
    return EXIT.failed;
  }
}

/** Loads that autocannon cannot offer: each of its connections sends at least one request, and one a second. */
function unevenly({ rate, connections, duration }: Record<keyof typeof CROSSCHECK_FLAGS, number>): string[] {
  if (rate < connections) return ['--rate must be at least --connections: each connection sends one request a second'];
  if (rate * duration < connections) return ['--rate × --duration must be at least --connections'];
  return [];
}

/** Either generator opens as many at once, and the server has to hold them. */
const tooMany = ({ connections }: Record<keyof typeof CROSSCHECK_FLAGS, number>): string[] =>
  tooFewFiles(countOf(connections, 'connection'), connections, {
    files: openFiles()?.hard ?? null,
    flag: '--connections',
  });

/** Whether every request that was offered left and was answered. */
function isComplete({ comparisons, freeze }: Crosscheck): boolean {
  return [...comparisons, ...(freeze === null ? [] : [freeze])].every(({ readings }) =>
    readings.every(({ due, sent, completed }) => due === sent && sent === completed),
  );
}

function describe(options: CrosscheckOptions, { comparisons, freeze }: Crosscheck, { width, colour }: Io): string {
  const { rate, connections, durationSeconds, size, frozenLoad, freezeSeconds } = options;
  const prose = (text: string): string[] => wrap(text, proseWidth(width()));
  const layout = { width: width(), colour };
  const load = (perSecond: number, over: number, seconds: number): string =>
    `${perSecond} requests/s for ${seconds} s over ${countOf(over, 'connection')}, ${size} bytes`;
  const lines = [
    ...prose(`Plain HTTP, ${load(rate, connections, durationSeconds)}`),
    ...comparisons.flatMap((one) => ['', ...comparisonTable(one, layout)]),
    '',
    ...prose(
      'autocannon sends each second’s requests in a burst at its start and times them from when they left; ours are evenly spaced. Ours waits for the next one by turning with its event loop, which is CPU time too: what a message costs is what `npm run ceiling` measures.',
    ),
  ];
  if (freeze !== null) {
    lines.push(
      '',
      ...prose(
        `The server stands still for ${freezeSeconds} s, ${load(frozenLoad.rate, frozenLoad.connections, frozenLoad.seconds)}`,
      ),
      '',
      ...freezeTable(freeze, layout),
      '',
      ...prose('Truth: evenly spaced messages wait for what is left of the freeze; their service time comes on top.'),
    );
  }
  return `${lines.join('\n')}\n`;
}

import { LEAST_SIZE, MOST_SENDERS } from '../codec/header.ts';
import {
  type Crosscheck,
  type CrosscheckOptions,
  crosscheck,
  estimateSeconds,
  FROZEN_LOAD,
} from '../crosscheck/crosscheck.ts';
import { comparisonTable, freezeTable } from '../crosscheck/table.ts';
import { MOST_SIZE } from '../plan/options.ts';
import { place } from '../run/affinity.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { approximately, type NumberFlag, readNumbers } from './numbers.ts';

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
};

/** Puts the same loads to another load generator and to ours, and shows both. */
export async function crosscheckCommand(
  flags: CrosscheckFlags,
  { io, interrupted }: { io: Io; interrupted: AbortSignal },
): Promise<ExitCode> {
  const { rate, connections, duration, size, freeze } = readNumbers(flags, CROSSCHECK_FLAGS, unevenly);
  const options: CrosscheckOptions = {
    ...{ rate, connections, size, durationSeconds: duration },
    ...{ freezeSeconds: freeze, frozenLoad: FROZEN_LOAD },
  };
  io.talk(`Another load generator beside ours: about ${approximately(estimateSeconds(options))}.\n`);
  const surroundings = { placement: place(1), signal: interrupted };
  try {
    const result = await crosscheck(options, surroundings, (what) => io.talk(`  ${what}\n`));
    io.out(
      flags.json
        ? `${JSON.stringify({ options, ...surroundings.placement, ...result }, null, 2)}\n`
        : describe(options, result),
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

/** Whether every request that was offered left and was answered. */
function isComplete({ comparisons, freeze }: Crosscheck): boolean {
  return [...comparisons, ...(freeze === null ? [] : [freeze])].every(({ readings }) =>
    readings.every(({ due, sent, completed }) => due === sent && sent === completed),
  );
}

function describe(options: CrosscheckOptions, { comparisons, freeze }: Crosscheck): string {
  const { rate, connections, durationSeconds, size, frozenLoad, freezeSeconds } = options;
  const load = (perSecond: number, over: number, seconds: number): string =>
    `${perSecond} requests/s for ${seconds} s over ${over} connections, ${size} bytes`;
  const parts = [
    `Plain HTTP, ${load(rate, connections, durationSeconds)}`,
    '',
    ...comparisons.map(comparisonTable),
    'autocannon sends each second’s requests in a burst at its start and times them from when they left; ours are evenly',
    'spaced. Ours waits for the next one by turning with its event loop, which is CPU time too: what a message costs is',
    'what `npm run ceiling` measures.',
  ];
  if (freeze !== null) {
    parts.push(
      '',
      `The server stands still for ${freezeSeconds} s, ${load(frozenLoad.rate, frozenLoad.connections, frozenLoad.seconds)}`,
      '',
      freezeTable(freeze),
      'Truth: evenly spaced messages wait for what is left of the freeze; their service time comes on top.',
    );
  }
  return `${parts.join('\n')}\n`;
}

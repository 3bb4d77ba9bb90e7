import { countOf } from '../../../reports/model/format.ts';
import { proseWidth } from '../../../reports/terminal/paint.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { type CeilingOptions, type CeilingRow, ceiling, planLoops } from '../../checks/crosscheck/ceiling.ts';
import { MAX_SENDERS, MIN_SIZE } from '../../codec/header.ts';
import { errorText } from '../../error-text.ts';
import { listOf, suggestion } from '../../plan/readers.ts';
import { MAX_SIZE } from '../../plan/settings.ts';
import { pinCores } from '../../run/affinity.ts';
import { openFiles } from '../../run/limits.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import { tooFewFiles } from '../../run/scale/processes.ts';
import { describeVariables } from '../../run/variables.ts';
import { type TransportEntry, transports } from '../../transports/index.ts';
import { defineCommand } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { approximately } from '../eta.ts';
import { EXIT, refuseIf } from '../exit.ts';
import { numberFlag, textFlag, toggle } from '../flags.ts';
import type { Io } from '../io.ts';
import { PLAN, printPlan } from '../plan-output.ts';
import { KEEP_ENV, keptVariables, otherRunLines, variableLines } from '../surroundings.ts';
import { ceilingTable } from './crosscheck-tables.ts';

/** Measures what a message costs our generator, compared with bare loops that record nothing. */
export const command = defineCommand({
  name: 'ceiling',
  description: 'measure what a message costs our load generator, compared with bare loops that record nothing',
  flags: {
    transports: textFlag({ argument: '<names>', help: 'transports to measure, separated by commas', usual: 'all' }),
    clients: numberFlag('<number>', 'sessions, each in a closed loop', {
      usual: 100,
      min: 1,
      max: MAX_SENDERS,
      whole: true,
    }),
    size: numberFlag('<number>', 'bytes of a message', { usual: 64, min: MIN_SIZE, max: MAX_SIZE, whole: true }),
    duration: numberFlag('<seconds>', 'measured time of each loop', { usual: 3, min: 0.1, max: 3_600 }),
    trials: numberFlag('<number>', 'how often our loop and the bare one take turns', {
      usual: 5,
      min: 1,
      max: 1_000,
      whole: true,
    }),
    'keep-env': KEEP_ENV,
    json: toggle('print one JSON document'),
    plan: PLAN,
    yes: YES,
  },
  graceful: true,
  async run(
    { transports: names, clients, size, duration, trials, 'keep-env': keep, ...flags },
    { problems, ...context },
  ) {
    const { io, interrupted } = context;
    const { chosen, leftOut } = await readTransports(names, problems);
    if (problems.length === 0) {
      // A session that sends by requests has a second connection.
      const files = { files: openFiles()?.hard ?? null, flag: '--clients' };
      problems.push(...tooFewFiles(countOf(clients, 'session'), 2 * clients, files));
    }
    const variables = keptVariables(keep, io, problems);
    refuseIf(problems);
    const options = { clients, size, trials, durationSeconds: duration, transports: chosen };
    const { transports: measured, ...numbers } = options;
    const settings = { transports: measured.map(({ id }) => id), ...numbers };
    const steps = planLoops(options);
    const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
    const text = [
      `Runs our closed loops and bare ones in turn: about ${approximately(seconds)}.`,
      ...leftOut.map((one) => `Left out: ${one}.`),
      ...variableLines(variables),
      ...otherRunLines(io),
      '',
    ].join('\n');
    if (flags.plan) return printPlan({ command: 'ceiling', text, steps, settings, json: flags.json }, io);
    io.info(text);
    if (!(await confirm(seconds, flags, context))) return EXIT.interrupted;
    const pinning = pinCores(1);
    try {
      const rows = await ceiling(options, { pinning, variables, signal: interrupted }, (what) =>
        io.info(`  ${what}\n`),
      );
      const document = { options: settings, ...pinning, variables: describeVariables(variables), loop: 'closed', rows };
      io.out(flags.json ? `${JSON.stringify(document, null, 2)}\n` : describe(options, rows, io));
      return EXIT.done;
    } catch (error) {
      if (interrupted.aborted) return EXIT.interrupted;
      io.error(`${errorText(error)}\n`);
      return EXIT.failed;
    }
  },
});

/** Transports to measure. One that this machine lacks is left out and listed, or refused if it was named. */
async function readTransports(
  names: string | undefined,
  problems: string[],
): Promise<{ chosen: readonly TransportEntry[]; leftOut: readonly string[] }> {
  const known = transports.map(({ id }) => id);
  const named = names === undefined ? known : listOf(names);
  const unknown = named.filter((name) => !known.includes(name));
  problems.push(...unknown.map((name) => `--transports: unknown transport "${name}"${suggestion(name, known)}`));
  if (named.length === 0) problems.push(`--transports names no transport; there are: ${known.join(', ')}`);
  const chosen: TransportEntry[] = [];
  const leftOut: string[] = [];
  for (const entry of transports.filter(({ id }) => named.includes(id))) {
    const why = await whyUnavailable({ entry, variant: null });
    if (why === undefined) chosen.push(entry);
    else if (names === undefined) leftOut.push(`${entry.id}: unavailable here: ${why}`);
    else problems.push(`${entry.id} is unavailable here: ${why}; leave it out of --transports`);
  }
  return { chosen, leftOut };
}

function describe(
  { clients, size, durationSeconds, trials }: CeilingOptions,
  rows: readonly CeilingRow[],
  { width, colour }: Io,
): string {
  const prose = (text: string): string[] => wrap(text, proseWidth(width()));
  return [
    ...prose(
      `Closed loop: each of ${countOf(clients, 'session')} sends its next message when the last has come back. ${size} bytes, ${durationSeconds} s, ${countOf(trials, 'turn')} each.`,
    ),
    '',
    ...ceilingTable(rows, { width: width(), colour }),
    '',
    ...prose(
      'CPU µs: CPU time of the generator’s process per message; medians over the turns. bare: the bare loop. beyond and ratio: ours − bare and ours ÷ bare, turn by turn.',
    ),
    ...prose(
      'These figures say what the generator can do. Do not read them as latencies at a set load: a loop that waits for each answer sends less when answers are slow.',
    ),
    '',
  ].join('\n');
}

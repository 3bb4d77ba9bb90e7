import { countOf } from '../../../reports/model/format.ts';
import { proseWidth } from '../../../reports/terminal/paint.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import {
  type Crosscheck,
  type CrosscheckOptions,
  crosscheck,
  FROZEN_LOAD,
  planLoads,
} from '../../checks/crosscheck/crosscheck.ts';
import { MAX_SENDERS, MIN_SIZE } from '../../codec/header.ts';
import { errorText } from '../../error-text.ts';
import { MAX_SIZE } from '../../plan/settings.ts';
import { command as asCommand } from '../../results/command.ts';
import { pinCores } from '../../run/affinity.ts';
import { openFiles } from '../../run/limits.ts';
import { tooFewFiles } from '../../run/scale/processes.ts';
import { describeVariables } from '../../run/variables.ts';
import { defineCommand } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { approximately } from '../eta.ts';
import { EXIT, refuseIf } from '../exit.ts';
import { numberFlag, toggle } from '../flags.ts';
import type { Io } from '../io.ts';
import { PLAN, printPlan } from '../plan-output.ts';
import { KEEP_ENV, keptVariables, otherRunLines, variableLines } from '../surroundings.ts';
import { comparisonTable, freezeTable } from './crosscheck-tables.ts';

/** Compares our load generator with another one under the same loads. */
export const command = defineCommand({
  name: 'crosscheck',
  description: 'compare our load generator with another one (autocannon) under the same load',
  flags: {
    rate: numberFlag('<number>', 'requests a second, all connections together', {
      usual: 1_000,
      min: 1,
      max: 1_000_000,
      whole: true,
    }),
    connections: numberFlag('<number>', 'connections of each generator', {
      usual: 50,
      min: 1,
      max: MAX_SENDERS,
      whole: true,
    }),
    duration: numberFlag('<seconds>', 'measured time of each load', { usual: 5, min: 0.1, max: 3_600 }),
    size: numberFlag('<number>', 'bytes of a message', { usual: 64, min: MIN_SIZE, max: MAX_SIZE, whole: true }),
    // autocannon times a request out after ten seconds.
    freeze: numberFlag('<seconds>', 'pause the server this long under a second load; 0 skips that load', {
      usual: 1,
      min: 0,
      max: 8,
    }),
    'keep-env': KEEP_ENV,
    json: toggle('print one JSON document'),
    plan: PLAN,
    yes: YES,
  },
  graceful: true,
  async run({ rate, connections, size, duration, freeze, 'keep-env': keep, ...flags }, { problems, ...context }) {
    const { io, interrupted } = context;
    // The numbers are compared with each other only if all of them are valid.
    if (problems.length === 0) problems.push(...unevenly({ rate, connections, duration }), ...tooMany(connections));
    const variables = keptVariables(keep, io, problems);
    refuseIf(problems);
    const options: CrosscheckOptions = {
      rate,
      connections,
      size,
      durationSeconds: duration,
      freezeSeconds: freeze,
      frozenLoad: FROZEN_LOAD,
    };
    const steps = planLoads(options);
    const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
    const text = [
      `Compares another load generator with ours: about ${approximately(seconds)}.`,
      ...variableLines(variables),
      ...otherRunLines(io),
      '',
    ].join('\n');
    if (flags.plan) return printPlan({ command: 'crosscheck', text, steps, settings: options, json: flags.json }, io);
    io.info(text);
    if (!(await confirm(seconds, flags, context))) return EXIT.interrupted;
    const surroundings = { pinning: pinCores(1), variables, signal: interrupted };
    try {
      const result = await crosscheck(options, surroundings, (what) => io.info(`  ${what}\n`));
      const document = { options, ...surroundings.pinning, variables: describeVariables(variables), ...result };
      io.out(flags.json ? `${JSON.stringify(document, null, 2)}\n` : describe(options, result, io));
      return isComplete(result) ? EXIT.done : EXIT.failed;
    } catch (error) {
      if (interrupted.aborted) return EXIT.interrupted;
      io.error(`${errorText(error)}\n`);
      return EXIT.failed;
    }
  },
});

/** Problems of loads that autocannon cannot offer: each of its connections sends at least one request a second, and one in all. */
function unevenly({ rate, connections, duration }: Record<'rate' | 'connections' | 'duration', number>): string[] {
  if (rate < connections)
    return ['--rate must be at least --connections: each connection sends at least one request a second'];
  if (rate * duration < connections) return ['--rate × --duration must be at least --connections'];
  return [];
}

/** Problem of more connections than a process may open. */
const tooMany = (connections: number): string[] =>
  tooFewFiles(countOf(connections, 'connection'), connections, {
    files: openFiles()?.hard ?? null,
    flag: '--connections',
  });

/** True if every request that was due was sent and answered. */
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
      `autocannon sends the requests of each second in a burst at its start, and times each from when it was sent. Our generator spaces them evenly. While it waits for the next one, it keeps its event loop turning, which costs CPU time too: use ${asCommand('npm run ceiling')} to measure what a message costs.`,
    ),
  ];
  if (freeze !== null) {
    lines.push(
      '',
      ...prose(
        `The server is paused for ${freezeSeconds} s, ${load(frozenLoad.rate, frozenLoad.connections, frozenLoad.seconds)}`,
      ),
      '',
      ...freezeTable(freeze, layout),
      '',
      ...prose(
        'Truth: each of the evenly spaced messages waits for the rest of the pause; its service time comes on top.',
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

import { countOf } from '../../../reports/model/format.ts';
import { bare, paints, proseWidth } from '../../../reports/terminal/paint.ts';
import { type TextColumn, table, widthOf } from '../../../reports/terminal/table.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { measureMicroApart } from '../../checks/micro/apart.ts';
import { echoOf, JSON_ALONE, type MicroRow, planMicro } from '../../checks/micro/measure.ts';
import { readOptions } from '../../plan/options.ts';
import { describeVariables } from '../../run/variables.ts';
import { defineCommand } from '../command.ts';
import { confirm, YES } from '../confirm.ts';
import { approximately } from '../eta.ts';
import { EXIT, UsageError } from '../exit.ts';
import { numberFlag, toggle } from '../flags.ts';
import type { Io } from '../io.ts';
import { PLAN, printPlan } from '../plan-output.ts';
import { givenOf, settingFlag } from '../setting-flags.ts';
import { KEEP_ENV, keptVariables, otherRunLines, variableLines } from '../surroundings.ts';

const SIZE = '128';

/** Measures and prints the time of encoding and decoding a message in each protocol. */
export const command = defineCommand({
  name: 'micro',
  description: 'measure what encoding and decoding a message costs in each protocol',
  flags: {
    transports: settingFlag('transports'),
    size: settingFlag('size', { usual: SIZE }),
    seconds: numberFlag('<number>', 'measured time for each row of the table', { usual: 0.5, min: 0.001, max: 60 }),
    'keep-env': KEEP_ENV,
    json: toggle('print one JSON document'),
    plan: PLAN,
    yes: YES,
  },
  graceful: true,
  async run({ transports, size, seconds: secondsPerStep, 'keep-env': keep, ...flags }, { problems, ...context }) {
    const { io, interrupted } = context;
    const variables = keptVariables(keep, io, problems);
    const read = readOptions(givenOf({ transports, size: size ?? { value: SIZE, where: '--size' } }));
    if (problems.length > 0 || 'problems' in read) {
      throw new UsageError([...problems, ...('problems' in read ? read.problems : [])]);
    }
    const { transports: names, sizes } = read.options;
    const echoes = await Promise.all(names.map(echoOf));
    const without = names.filter((_, index) => echoes[index] === undefined);
    const asked = { transports: [JSON_ALONE, ...names], sizes: sizes ?? [], secondsPerStep };
    const steps = await planMicro(asked);
    const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
    const text = [
      ...(without.length > 0 ? [`Left out, with no steps to measure: ${without.join(', ')}.`] : []),
      `Measures encoding and decoding step by step: about ${approximately(seconds)}.`,
      ...variableLines(variables),
      ...otherRunLines(io),
      '',
    ].join('\n');
    if (flags.plan) return printPlan({ command: 'micro', text, steps, settings: asked, json: flags.json }, io);
    io.info(text);
    if (!(await confirm(seconds, flags, context))) return EXIT.interrupted;
    const settings = { ...asked, signal: interrupted };
    const rows = await measureMicroApart(settings, variables, (what) => io.info(`  ${what}\n`));
    io.out(
      flags.json
        ? `${JSON.stringify({ rows, variables: describeVariables(variables) }, null, 2)}\n`
        : describe(rows, io),
    );
    return interrupted.aborted ? EXIT.interrupted : EXIT.done;
  },
});

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
  'The rows of a step add up to its cost. They include HTTP headers and system calls only where a row names them.';

type Line = readonly [name: string, row: MicroRow | undefined];

/** Columns with one line per row; a name equal to the one above is left blank. */
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

/** Columns for a narrow terminal, with names below each other: transport, step, part of the step. */
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

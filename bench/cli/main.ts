import { readFileSync } from 'node:fs';
import { type AddHelpTextContext, CommanderError, Option, Command as Parser } from 'commander';
import { type Entry, listing } from '../../reports/terminal/listing.ts';
import { pad, wrapLines } from '../../reports/terminal/text.ts';
import { type Given, suggestion } from '../plan/readers.ts';
import { command as asCommand } from '../results/command.ts';
import type { Argument, Command } from './command.ts';
import { loadCommands } from './commands/index.ts';
import { explain } from './errors.ts';
import { EXIT, EXIT_TEXTS, type ExitCode, PRECEDENCE } from './exit.ts';
import { helpOf } from './flags.ts';
import { COLOURS, type OutputFlags, openIo, type Surroundings } from './io.ts';

/** Minimum columns for the text of a flag beside the flag; with fewer, the text goes below it. */
const MIN_COLUMNS_BESIDE_FLAG = 36;

const EXAMPLES: Command['examples'] = [
  ['A first look at every transport, in a minute', 'npm run bench -- --quick'],
  ['Advice from the newest run', 'npm run choose -- --preset chat --clients 200'],
  ['What became better or worse since an earlier run', 'npm run compare -- base.json new.json'],
];

/** Runs one command line. Everything from outside comes in through `surroundings`, and nothing outlives the call. */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let flags: OutputFlags = {};
  let io = openIo(surroundings);
  let exitCode: ExitCode = EXIT.done;

  /** Width for help, which goes to stdout, or to stderr if arguments are missing. */
  const widthOf = ({ error }: AddHelpTextContext): number => (error ? io.progress.width() : io.width());
  const program = new Parser('wirebench')
    .description('Which real-time transport should this project use, and how sure are we?')
    .version(version())
    .addOption(
      new Option('--color <when>', 'use colour; auto: on terminals, unless NO_COLOR or CI is set').choices(COLOURS),
    )
    .option('--quiet', 'write only errors to stderr, and ask no questions')
    .option('--verbose', 'show where in the code an internal error happened')
    .addHelpText('after', examplesText(EXAMPLES))
    .addHelpText('after', (context) => exitCodesText(widthOf(context)))
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(wrapLines(text, io.width())),
      writeErr: (text) => io.error(text),
      getOutHelpWidth: () => io.width(),
      getErrHelpWidth: () => io.progress.width(),
    })
    // Terms are short, to leave room for their texts beside them; on a narrow terminal the texts go below.
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => command.name(),
      formatItem: (term, termWidth, description, { helpWidth }) =>
        listing([[pad(term, termWidth), description]], helpWidth ?? io.width(), {
          minBeside: MIN_COLUMNS_BESIDE_FLAG,
        }).join('\n'),
    })
    .showHelpAfterError('(see --help)')
    .hook('preAction', () => {
      flags = program.opts();
      io = openIo(surroundings, flags);
    });

  const announce = (): void => io.info('\nStopping. Press Ctrl-C again to stop at once.\n');
  for (const command of await loadCommands(argv)) {
    addCommand(program, command, widthOf).action(async (...parameters: unknown[]) => {
      const parsed = parameters.at(-1);
      if (!(parsed instanceof Parser)) throw new TypeError('the parser passes its command last');
      const problems = unknownArguments(parsed, command.arguments ?? []);
      const interrupted =
        command.graceful === true ? surroundings.handleSignals(announce) : new AbortController().signal;
      const words = parsed.args.filter((word) => !word.startsWith('-'));
      exitCode = await command.run(givenTo(parsed), { words, problems, io, interrupted });
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has already printed its own errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const { text, code } = explain(error, { verbose: flags.verbose === true });
    io.error(text);
    return code;
  }
}

/** Declares a command to the parser. Unknown arguments are let through, to be reported with all other problems. */
function addCommand(program: Parser, command: Command, widthOf: (context: AddHelpTextContext) => number): Parser {
  const { name, description, arguments: declared = [], flags, examples, notes, listsExitCodes } = command;
  const usage = ['[options]', ...declared.map(argumentTerm)].join(' ');
  const parser = program.command(name).description(description).usage(usage);
  // Declared as optional, because a missing one is reported with all other problems.
  for (const one of declared) parser.argument(`[${one.name}]`, one.help ?? '');
  for (const [flag, about] of Object.entries(flags)) {
    const option = new Option(`--${flag}${about.argument === undefined ? '' : ` ${about.argument}`}`, helpOf(about));
    if (about.repeats) {
      option.argParser((next: string, before: string | undefined) =>
        before === undefined ? next : `${before},${next}`,
      );
    }
    parser.addOption(option);
  }
  if (notes !== undefined) parser.addHelpText('after', (context) => notes(widthOf(context)));
  if (examples !== undefined) parser.addHelpText('after', examplesText(examples));
  if (listsExitCodes) parser.addHelpText('after', (context) => exitCodesText(widthOf(context)));
  return parser.allowUnknownOption().allowExcessArguments();
}

const argumentTerm = ({ name, optional }: Argument): string => (optional ? `[${name}]` : `<${name}>`);

/** Given flags, by name. The parser stores `--no-<name>` as `<name>`, false. */
function givenTo(parsed: Parser): Record<string, Given> {
  const given = parsed.options.flatMap((option) => {
    const value: unknown = parsed.getOptionValue(option.attributeName());
    const flag = option.long ?? '';
    if (option.negate) return value === false ? [[flag, true] as const] : [];
    return value === undefined ? [] : [[flag, value] as const];
  });
  return Object.fromEntries(given.map(([where, value]) => [where.slice(2), { value, where }]));
}

/** Problems of unknown flags, each with the nearest known one, and of unexpected and missing arguments. */
function unknownArguments(parsed: Parser, declared: readonly Argument[]): string[] {
  const known = [...parsed.options, ...(parsed.parent?.options ?? [])]
    .map(({ long }) => long ?? '')
    .filter((long) => long !== '--version');
  const flags = parsed.args.filter((argument) => argument.startsWith('-'));
  // A word after an unknown flag may be its value, so words are not checked then.
  if (flags.length > 0) {
    return flags.map((flag) => `unknown flag ${flag}${suggestion(flag.split('=')[0] ?? flag, known)}`);
  }
  const missing = declared.slice(parsed.args.length).filter(({ optional }) => !optional);
  const [unexpected] = parsed.args.slice(declared.length);
  return [
    ...missing.map((one) => `missing argument ${argumentTerm(one)}`),
    ...(unexpected === undefined
      ? []
      : [`unexpected argument "${unexpected}"; separate the items of a list by commas, without spaces`]),
  ];
}

/** Text of the examples, with purpose and command on separate lines, so that a narrow terminal has room. */
const examplesText = (examples: Command['examples'] = []): string =>
  examples.length === 0
    ? ''
    : `\nExamples:\n${examples.map(([purpose, line]) => `  ${purpose}:\n    ${asCommand(line)}`).join('\n')}`;

function exitCodesText(width: number): string {
  const entries = Object.entries(EXIT_TEXTS).map(([code, text]): Entry => [pad(code, 3, 'right'), text]);
  return `\nExit codes:\n${listing(entries, width, { minBeside: 20 }).join('\n')}\nIf several apply, the first of these counts: ${PRECEDENCE.join(', ')}`;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return manifest !== null && typeof manifest === 'object' && 'version' in manifest ? String(manifest.version) : '';
}

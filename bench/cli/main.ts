import { readFileSync } from 'node:fs';
import { type AddHelpTextContext, CommanderError, Option, Command as Parser } from 'commander';
import { type Entry, listing } from '../../reports/terminal/listing.ts';
import { pad, wrapLines } from '../../reports/terminal/text.ts';
import { type Given, suggestion } from '../plan/readers.ts';
import type { Argument, Command } from './command.ts';
import { loadCommands } from './commands/index.ts';
import { explain } from './errors.ts';
import { EXIT, EXIT_TEXTS, type ExitCode, PRECEDENCE } from './exit.ts';
import { helpOf } from './flags.ts';
import { COLOURS, type OutputFlags, openIo, type Surroundings } from './io.ts';

/** Columns that the text of a flag needs to stand beside it. */
const MIN_COLUMNS_BESIDE_FLAG = 36;

const EXAMPLES: Command['examples'] = [
  ['A first look at every transport, in a minute', 'npm run bench -- --quick'],
  ['Which one to use, by the newest run', 'npm run choose -- --preset chat --clients 200'],
  ['What became better and worse, and how sure', 'npm run compare -- base.json new.json'],
];

/** Runs one command line. Everything outside comes in through the surroundings, and nothing outlives the call. */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let flags: OutputFlags = {};
  let io = openIo(surroundings);
  let exitCode: ExitCode = EXIT.done;

  /** Help is written to stdout, and to stderr where arguments are missing. */
  const widthOf = ({ error }: AddHelpTextContext): number => (error ? io.progress.width() : io.width());
  const program = new Parser('wirebench')
    .description('Which real-time transport should this project use, and how sure are we?')
    .version(version())
    .addOption(
      new Option('--color <when>', 'colour; auto: on terminals, unless NO_COLOR or CI is set').choices(COLOURS),
    )
    .option('--quiet', 'write nothing to stderr but errors, and ask nothing')
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
    // Terms are short, so that their texts have room beside them; on a narrow terminal texts stand below.
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

/** Tells the parser about a command. Unknown arguments are let through: they are reported with all other problems. */
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

/** Flags that were given, by name. `--no-<name>` is stored by the parser as `<name>`, false. */
function givenTo(parsed: Parser): Record<string, Given> {
  const given = parsed.options.flatMap((option) => {
    const value: unknown = parsed.getOptionValue(option.attributeName());
    const flag = option.long ?? '';
    if (option.negate) return value === false ? [[flag, true] as const] : [];
    return value === undefined ? [] : [[flag, value] as const];
  });
  return Object.fromEntries(given.map(([where, value]) => [where.slice(2), { value, where }]));
}

/** Flags and words that the command does not know, each with the nearest name, and arguments that are missing. */
function unknownArguments(parsed: Parser, declared: readonly Argument[]): string[] {
  const known = [...parsed.options, ...(parsed.parent?.options ?? [])]
    .map(({ long }) => long ?? '')
    .filter((long) => long !== '--version');
  const flags = parsed.args.filter((argument) => argument.startsWith('-'));
  // The word after an unknown flag may be its value: nothing is said about words then.
  if (flags.length > 0) {
    return flags.map((flag) => `unknown flag ${flag}${suggestion(flag.split('=')[0] ?? flag, known)}`);
  }
  const missing = declared.slice(parsed.args.length).filter(({ optional }) => !optional);
  const [unexpected] = parsed.args.slice(declared.length);
  return [
    ...missing.map((one) => `missing argument ${argumentTerm(one)}`),
    ...(unexpected === undefined ? [] : [`unexpected argument "${unexpected}"; lists take commas without blanks`]),
  ];
}

/** A line for the purpose and one for the command: neither needs a wide terminal. */
const examplesText = (examples: Command['examples'] = []): string =>
  examples.length === 0
    ? ''
    : `\nExamples:\n${examples.map(([purpose, command]) => `  ${purpose}:\n    ${command}\n`).join('')}`;

function exitCodesText(width: number): string {
  const entries = Object.entries(EXIT_TEXTS).map(([code, text]): Entry => [pad(code, 3, 'right'), text]);
  return `\nExit codes:\n${listing(entries, width, { minBeside: 20 }).join('\n')}\nWhere several apply: ${PRECEDENCE.join(', ')}\n`;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return manifest !== null && typeof manifest === 'object' && 'version' in manifest ? String(manifest.version) : '';
}

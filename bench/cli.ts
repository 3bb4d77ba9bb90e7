import { readFileSync } from 'node:fs';
import { type AddHelpTextContext, Command, CommanderError, Option } from 'commander';
import { NEEDS } from '../reports/advice/questions/needs.ts';
import { PRESETS } from '../reports/advice/questions/presets.ts';
import { METRICS } from '../reports/kinds/lookup.ts';
import { type Entry, listing } from '../reports/terminal/listing.ts';
import { pad, wrapLines } from '../reports/terminal/text.ts';
import type { AaFlags } from './cli/commands/aa.ts';
import type { CeilingFlags } from './cli/commands/ceiling.ts';
import type { ChooseFlags } from './cli/commands/choose.ts';
import type { CompareFlags } from './cli/commands/compare.ts';
import type { CrosscheckFlags } from './cli/commands/crosscheck.ts';
import { listCommand } from './cli/commands/list.ts';
import type { MicroFlags } from './cli/commands/micro.ts';
import type { ReportFlags } from './cli/commands/report.ts';
import type { RunFlags } from './cli/commands/run.ts';
import type { ServeFlags } from './cli/commands/serve.ts';
import type { WireFlags } from './cli/commands/wire.ts';
import { explain } from './cli/errors.ts';
import { EXIT, type ExitCode } from './cli/exit.ts';
import { COLOURS, forgiveClosedPipes, type OutputFlags, processIo } from './cli/io.ts';
import { usePlugins } from './cli/plugin.ts';
import { LEAST_SIZE } from './codec/header.ts';
import { SETTINGS } from './plan/options.ts';
import { listOf, suggestion } from './plan/readers.ts';
import { DEFAULTS, helpOf, RUN_SETTINGS } from './plan/settings.ts';
import { scenarios } from './scenarios/index.ts';
import { transportNames } from './transports/index.ts';

/** Arguments → command → exit code. Commands are loaded when they are asked for. */
let io = processIo();
let output: OutputFlags = {};
forgiveClosedPipes();
const interruption = new AbortController();
/** One Ctrl-C may arrive twice: from the terminal and from npm. */
const SAME_MS = 500;
/** Time the process has to end by itself once nothing is served any more. */
const LINGER_MS = 500;
let interruptedAt = 0;
/** These end in order when they are told to; the others, which only read and write, at once, as the system does it. */
const ORDERLY: readonly string[] = ['run', 'wire', 'aa', 'micro', 'crosscheck', 'ceiling', 'serve'];
function endInOrder(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) {
        // A second one means now: the children notice that their parent is gone, and end.
        if (performance.now() - interruptedAt > SAME_MS) process.exit(EXIT.interrupted);
        return;
      }
      interruptedAt = performance.now();
      io.talk('\nStopping. Once more to stop at once.\n');
      interruption.abort(new Error(`interrupted by ${signal}`));
    });
  }
}
// What nobody caught came from a listener, and so no command can answer for it.
process.on('uncaughtException', (error) => process.exit(told(error)));
const context = {
  get io() {
    return io;
  },
  interrupted: interruption.signal,
};
let exitCode: ExitCode = EXIT.done;

const wireSizes = scenarios.find(({ kind }) => kind.judgedBy === 'formulas')?.defaults.sizes.join(', ');
/** A line for what it is for and one for the command: neither needs a wide terminal. */
const examples = (...those: readonly (readonly [what: string, command: string])[]): string =>
  `\nExamples:\n${those.map(([what, command]) => `  ${what}:\n    ${command}\n`).join('')}`;
const FIRST_LOOK = ['Every transport once, a first look in a minute', 'npm run bench -- --quick'] as const;
const EXAMPLES = examples(
  FIRST_LOOK,
  ['Which one to use, going by the newest run', 'npm run choose -- --preset chat --clients 200'],
  ['What became better and worse, and how sure', 'npm run compare -- base.json new.json'],
);
const RUN_EXAMPLES = examples(
  FIRST_LOOK,
  ['Two transports at three rates', 'npm run bench -- --transports ws,sse --rate 500,1000'],
  ['How much each sustains', 'npm run bench -- --scenarios capacity --trials 1'],
  ['Exit with 10 where that is missed', "npm run bench -- --threshold 'ws.echo.p99<50ms'"],
);
/** Columns that what is said of a flag needs to stand beside it. */
const LEAST_BESIDE_FLAG = 36;
/** Help is written to stdout, and to stderr where arguments are missing. */
const widthOf = ({ error }: AddHelpTextContext): number => (error ? io.progress.width() : io.width());
const exitCodes = (context: AddHelpTextContext): string => {
  const codes: readonly Entry[] = [
    [`${EXIT.done}`, 'done, valid, thresholds met'],
    [`${EXIT.internal}`, 'internal error'],
    [`${EXIT.usage}`, 'usage'],
    [`${EXIT.threshold}`, 'a threshold was missed'],
    [`${EXIT.regression}`, 'worse than the base (compare)'],
    [`${EXIT.inconclusive}`, 'open (compare --fail-on inconclusive)'],
    [
      `${EXIT.invalid}`,
      'a case has no valid trial, a threshold or a comparison could not be tested, or a check of the instrument failed',
    ],
    [`${EXIT.failed}`, 'a transport failed or lost messages'],
    [`${EXIT.unfit}`, 'machine not fit (doctor --strict)'],
    [`${EXIT.interrupted}`, 'interrupted, partial results saved; or asked, and not agreed'],
  ];
  const listed = listing(
    codes.map(([code, text]) => [pad(code, 3, 'right'), text]),
    widthOf(context),
    { leastBeside: 20 },
  );
  return `\nExit codes:\n${listed.join('\n')}\nWhere several apply: 130, 1, 2, 14, 13, 11, 10, 12\n`;
};
/** What every command has that may take long. */
const yes = (): Option =>
  new Option('--yes', 'go on without asking, however long it takes; only a terminal is asked, from 15 minutes on');

const program = new Command('wirebench')
  .description('Which real-time transport should this project use, and how sure are we?')
  .version(version())
  .addOption(new Option('--color <when>', 'auto: on terminals, where neither NO_COLOR nor CI is set').choices(COLOURS))
  .option('--quiet', 'nothing on stderr but what went wrong; asks nothing')
  .option('--verbose', 'says of an internal error where in the code it happened')
  .addHelpText('after', EXAMPLES)
  .addHelpText('after', exitCodes)
  .exitOverride()
  .configureOutput({
    writeOut: (text) => io.out(wrapLines(text, io.width())),
    writeErr: (text) => io.complain(text),
    getOutHelpWidth: () => io.width(),
    getErrHelpWidth: () => io.progress.width(),
  })
  // Terms are short, so that what they mean has room beside them; on a narrow terminal it stands below them.
  .configureHelp({
    showGlobalOptions: true,
    subcommandTerm: (command) => command.name(),
    formatItem: (term, termWidth, description, { helpWidth }) =>
      listing([[pad(term, termWidth), description]], helpWidth ?? io.width(), { leastBeside: LEAST_BESIDE_FLAG }).join(
        '\n',
      ),
  })
  .showHelpAfterError('(--help says what it takes)')
  .hook('preAction', (_, command) => {
    output = program.opts();
    io = processIo(output);
    if (ORDERLY.includes(command.name())) endInOrder();
  });

const runProgram = program.command('run').description('measure transports and report');
for (const name of SETTINGS) {
  const { argument, repeats } = RUN_SETTINGS[name];
  const flag = new Option(argument === null ? `--${name}` : `--${name} ${argument}`, helpOf(name));
  if (repeats === true)
    flag.argParser((given: string, before?: string) => (before === undefined ? given : `${before},${given}`));
  runProgram.addOption(flag);
}
runProgram
  .option('--ca <file>', 'certificate, PEM, that vouches for the server at --url')
  .option('--yes-i-own-this-host', 'load may be put on a host that is not this one')
  .option('--out <folder>', 'receives results.json and report.html (a new folder under reports/runs)')
  .option('--json', 'print the results document instead of the summary')
  .option('--ndjson', 'print what happens as it happens, one JSON document a line, instead of the summary')
  .option('--markdown', 'print the summary as Markdown; it is appended to $GITHUB_STEP_SUMMARY too, where that is set')
  .addOption(yes())
  .option('--config <file>', 'JSON with any of these settings by name; flags win over it')
  .addHelpText('after', RUN_EXAMPLES)
  .addHelpText('after', exitCodes)
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (flags: RunFlags, command: Command) => {
    const { runCommand } = await import('./cli/commands/run.ts');
    exitCode = await runCommand(flags, strangers(command), context);
  });

program
  .command('report')
  .description('make the report of a run again, byte for byte')
  .argument('<results.json>')
  .option('--out <file>', 'where to write the page (report.html beside the results)')
  .option('--csv <file>', 'write every trial as a line of comma-separated values too')
  .option('--hlog <file>', 'write every histogram too, as an HdrHistogram interval log')
  .action(async (file: string, flags: ReportFlags) => {
    const { reportCommand } = await import('./cli/commands/report.ts');
    exitCode = await reportCommand(file, flags, io);
  });

program
  .command('compare')
  .description('hold a run against an earlier one: better, worse, equivalent, or not to be told')
  .argument('<base.json>', 'results.json of the run to compare with')
  .argument('<new.json>', 'results.json of the newer run')
  .option(
    '--fail-on <what>',
    'worse: exit with 11 on a regression; inconclusive: with 12 too where something is open; never (worse)',
  )
  .option('--max-regression <percent>', 'by how much a median called worse may be so without being a regression (0%)')
  .option(
    '--metrics <names>',
    `only these figures, separated by commas: ${METRICS.map(({ id }) => id).join(', ')} (all)`,
  )
  .option('--out <page.html>', 'write a page with every change on a logarithmic axis')
  .option('--all', 'list every comparison, those too that are equivalent or not testable')
  .option('--json', 'print one JSON document')
  .option('--markdown', 'print Markdown; it is appended to $GITHUB_STEP_SUMMARY too, where that is set')
  .addHelpText('after', exitCodes)
  .action(async (base: string, next: string, flags: CompareFlags) => {
    const { compareCommand } = await import('./cli/commands/compare.ts');
    exitCode = await compareCommand({ base, next }, flags, io);
  });

program
  .command('choose')
  .description('advise on a transport: needs, load and weights against a run; asks where nothing is said')
  .argument('[results.json]', 'of a run (the newest complete one under reports/runs)')
  .option('--preset <use>', `needs and weights to begin with: ${PRESETS.map(({ id }) => id).join(', ')}`)
  .option('--need <names>', 'what it must do, separated by commas, or none; listed below')
  .option('--scenario <name>', 'echo or broadcast (the one nearest to the use)')
  .option('--clients <number>', 'sessions (as measured)')
  .option('--rate <number>', 'messages a second, all clients together; 0: silent sessions (as measured)')
  .option('--size <number>', 'bytes of a message (as measured)')
  .option('--slo <percentile<time>', 'what must be met, such as p99<50ms (nothing)')
  .option(
    '--weights <list>',
    'what counts how much: p99:50,bytes:20; also throughput, cpu, memory, simplicity, features (equal)',
  )
  .option('--judge <list>', 'your own level of what nobody measured, 1 (best) to 3: ws.simplicity=2,mqtt.features=1')
  .option('--no-judgement', 'leave out what nobody measured: simplicity and features')
  .option('--seed <number>', 'of the draws that robustness is counted in (the run’s)')
  .option('--json', 'print one JSON document')
  .option('--markdown <file>', 'write a decision record as well')
  .addHelpText('after', (context) => {
    const needs = NEEDS.map(({ id, question }) => [id, question] as const);
    return `\nNeeds:\n${listing(needs, widthOf(context)).join('\n')}\n`;
  })
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (file: string | undefined, flags: ChooseFlags, command: Command) => {
    const { chooseCommand } = await import('./cli/commands/choose.ts');
    const strange = strangers(command, 1);
    exitCode = await chooseCommand(file?.startsWith('-') === true ? undefined : file, flags, strange, context);
  });

program
  .command('serve')
  .description('serve one transport to talk to by hand')
  .argument('<transport>')
  .option('--port <number>', '0 takes any free one', '0')
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--plugin <files>', 'transports of your own as well')
  .option('--tls', 'over TLS, with a certificate made now unless --cert and --key name one')
  .option('--cert <file>', 'certificate, PEM')
  .option('--key <file>', 'its key, PEM')
  .option('--auth <algorithm>', 'asks for a token (JWT) signed with HS256 or ES256, and prints one')
  .option('--origin <origins>', 'web pages that may connect, such as https://app.example; then nobody else may')
  .option('--json', 'print one JSON document: URL, token, certificate, settings in force')
  .action(async (transport: string, flags: ServeFlags) => {
    const { serveCommand } = await import('./cli/commands/serve.ts');
    exitCode = await serveCommand(transport, flags, context);
    // Threads of a native library may outlive the last session, and would keep the process.
    setTimeout(() => process.exit(exitCode), LINGER_MS).unref();
  });

program
  .command('list')
  .description('list transports, variants and scenarios')
  .option('--plugin <files>', 'transports of your own as well')
  .option('--json', 'print one JSON document')
  .action(async (flags: { json?: true; plugin?: string }) => {
    if (flags.plugin !== undefined) await usePlugins(listOf(flags.plugin));
    exitCode = await listCommand({ json: flags.json === true }, io);
  });

program
  .command('doctor')
  .description('say whether this machine is fit to measure on')
  .option('--json', 'print one JSON document')
  .option('--strict', 'exit with 15 when something spoils the numbers')
  .action(async (flags: { json?: true; strict?: true }) => {
    const { doctorCommand } = await import('./cli/commands/doctor.ts');
    exitCode = await doctorCommand({ json: flags.json === true, strict: flags.strict === true }, io);
  });

program
  .command('wire')
  .description('count the bytes of messages sent one at a time, beside what the protocols’ formulas say')
  .option('--transports <names>', `which, separated by commas: ${transportNames().join(', ')} (all)`)
  .option('--size <numbers>', `bytes of a message (${wireSizes})`)
  .option('--trials <number>', 'of each transport and size (1)')
  .option('--link <kind>', `auto, veth (both layers) or loopback (sockets alone) (${DEFAULTS.link})`)
  .option('--out <folder>', 'receives results.json and report.html (a new folder under reports/runs)')
  .option('--json', 'print the results document instead of the table')
  .addOption(yes())
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (flags: WireFlags, command: Command) => {
    const { wireCommand } = await import('./cli/commands/wire.ts');
    exitCode = await wireCommand(flags, strangers(command), context);
  });

program
  .command('aa')
  .description('test the verdicts: pairs of a transport against itself, and against itself made slower on purpose')
  .option('--transport <name>', 'which (ws)')
  .option('--pairs <number>', 'of equals: whatever is told apart is a mistake (40)')
  .option(
    '--slowed <number>',
    'of unequals, one working a fifth longer on each message: what is not told apart is one (10)',
  )
  .option('--trials <number>', 'of each side of a pair, at least 6 (7)')
  .option('--duration <seconds>', 'measured time of a trial (0.5)')
  .option('--json', 'print one JSON document')
  .addOption(yes())
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (flags: AaFlags, command: Command) => {
    const { aaCommand } = await import('./cli/commands/aa.ts');
    exitCode = await aaCommand(flags, strangers(command), context);
  });

program
  .command('micro')
  .description('measure what each protocol’s encoding and decoding costs per message')
  .option('--transports <names>', `which, separated by commas: ${transportNames().join(', ')} (all)`)
  .option('--size <numbers>', `bytes of a message, at least ${LEAST_SIZE} (128)`)
  .option('--seconds <number>', 'time for each row (0.5)')
  .option('--json', 'print one JSON document')
  .addOption(yes())
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (flags: MicroFlags, command: Command) => {
    const { microCommand } = await import('./cli/commands/micro.ts');
    exitCode = await microCommand(flags, strangers(command), context);
  });

program
  .command('crosscheck')
  .description('put the same load to another load generator (autocannon) and to ours')
  .option('--rate <number>', 'requests a second, all connections together (1000)')
  .option('--connections <number>', 'of each generator (50)')
  .option('--duration <seconds>', 'of each load (5)')
  .option('--size <number>', 'bytes of a message (64)')
  .option('--freeze <seconds>', 'how long a server is then made to stand still; 0 leaves that out (1)')
  .option('--json', 'print one JSON document')
  .addOption(yes())
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (flags: CrosscheckFlags, command: Command) => {
    const { crosscheckCommand } = await import('./cli/commands/crosscheck.ts');
    exitCode = await crosscheckCommand(flags, strangers(command), context);
  });

program
  .command('ceiling')
  .description('measure what a message costs our generator, beside loops that record nothing')
  .option('--transports <names>', 'which, separated by commas (all)')
  .option('--clients <number>', 'sessions, each in a closed loop (100)')
  .option('--size <number>', 'bytes of a message (64)')
  .option('--duration <seconds>', 'of each loop (3)')
  .option('--trials <number>', 'how often ours and the bare loop take turns (5)')
  .option('--json', 'print one JSON document')
  .addOption(yes())
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (flags: CeilingFlags, command: Command) => {
    const { ceilingCommand } = await import('./cli/commands/ceiling.ts');
    exitCode = await ceilingCommand(flags, strangers(command), context);
  });

try {
  await program.parseAsync();
} catch (error) {
  exitCode = told(error);
}
process.exitCode = exitCode;

/** Flags and words beyond those it takes that the command does not know, each as a problem with the nearest name. */
function strangers(command: Command, takes = 0): string[] {
  const known = [...command.options, ...program.options]
    .map(({ long }) => long ?? '')
    .filter((long) => long !== '--version');
  const flags = command.args.filter((argument) => argument.startsWith('-'));
  const unknown = flags.map((flag) => `unknown flag ${flag}${suggestion(flag.split('=')[0] ?? flag, known)}`);
  const word = command.args.filter((argument) => !argument.startsWith('-'))[takes];
  return unknown.length === 0 && word !== undefined
    ? [`unexpected argument "${word}"; lists take commas without blanks`]
    : unknown;
}

/** Says what went wrong and returns the exit code it has. */
function told(error: unknown): ExitCode {
  // Of its own errors the parser has spoken already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const { text, code } = explain(error, { verbose: output.verbose === true });
  io.complain(text);
  return code;
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return text;
}

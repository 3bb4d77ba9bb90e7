import { existsSync } from 'node:fs';
import { factsOf } from '../../../reports/advice/facts/index.ts';
import { countOf } from '../../../reports/model/format.ts';
import { wrap } from '../../../reports/terminal/text.ts';
import { type CheckOutcome, verify } from '../../checks/conformance/verify.ts';
import { listOf, suggestion } from '../../plan/readers.ts';
import { command as asCommand } from '../../results/command.ts';
import { whyUnavailable } from '../../run/scale/available.ts';
import { outputShown } from '../../security/redact.ts';
import {
  type BuiltInTransport,
  findTransport,
  framingOf,
  nameOf,
  type TransportChoice,
  type TransportEntry,
  transportNames,
  whyNotOn,
} from '../../transports/index.ts';
import { defineCommand } from '../command.ts';
import { EXIT, UsageError } from '../exit.ts';
import { textFlag, toggle } from '../flags.ts';
import { usePlugins } from '../plugins/plugins.ts';

/** Part that a transport of this repository has, and whether this one has it. */
interface Part {
  readonly part: string;
  readonly where: string;
  readonly there: boolean;
}

interface Verified {
  readonly name: string;
  readonly title: string;
  readonly checks: readonly CheckOutcome[];
  readonly repository: readonly Part[];
}

/** Runs the conformance suite over a transport and its variants, and lists what it lacks to be one of the repository's. */
export const command = defineCommand({
  name: 'verify',
  description: 'test whether a transport keeps the contract, and list what it lacks to be part of the repository',
  arguments: [{ name: 'transport', optional: true }],
  flags: {
    plugin: textFlag({ argument: '<files>', help: 'modules that define transports of your own, which are verified' }),
    json: toggle('print one JSON document'),
  },
  examples: [
    ['A transport of your own, outside of the repository', 'npm run verify -- --plugin ./mine.ts'],
    ['One of the repository, or one of its variants', 'npm run verify -- ws:deflate'],
  ],
  graceful: true,
  async run({ plugin, json }, { words: [name], problems, io, interrupted }) {
    const own = plugin === undefined ? [] : await usePlugins(listOf(plugin), io);
    const choices = chosen(name, own, problems);
    for (const choice of choices) {
      const why = await whyUnavailable(choice);
      if (why !== undefined) problems.push(`${nameOf(choice)} is unavailable here: ${why}`);
    }
    if (problems.length > 0) throw new UsageError([...new Set(problems)]);

    const verified: Verified[] = [];
    for (const choice of choices) {
      const named = { name: nameOf(choice), title: (choice.variant ?? choice.entry).title };
      const checks: CheckOutcome[] = [];
      // Each outcome is shown as soon as it is known, on stderr if stdout gets a document.
      const show = (lines: readonly string[]): void => (json ? io.info : io.out)(`${lines.join('\n')}\n`);
      show([`${named.name}: ${named.title}`]);
      try {
        for await (const outcome of verify(choice, interrupted)) {
          const shown = safe(outcome);
          checks.push(shown);
          show(linesOf(shown, io.width()));
        }
      } catch (error) {
        if (interrupted.aborted) return EXIT.interrupted;
        throw error;
      }
      const repository = partsOf(choice);
      verified.push({ ...named, checks, repository });
      if (!json) show(closingLines(checks, repository, io.width()));
    }
    if (json) io.out(`${JSON.stringify({ schema: 'wirebench-verify/1', transports: verified }, null, 2)}\n`);
    const failed = verified.some(({ checks }) => checks.some(({ outcome }) => outcome === 'failed'));
    return failed ? EXIT.failed : EXIT.done;
  },
});

const MARKS: Readonly<Record<CheckOutcome['outcome'], string>> = {
  passed: '✓',
  failed: '✕',
  'not promised': '–',
  'not run': '○',
};

/** Transports to verify: the one that is named, with its variants unless one of them is, or those of the plugins. */
function chosen(name: string | undefined, own: readonly string[], problems: string[]): TransportChoice[] {
  if (name === undefined && own.length === 0) {
    problems.push('name a transport, such as ws, or a module of your own with --plugin');
  }
  return (name === undefined ? own : [name]).flatMap((wanted) => {
    const found = findTransport(wanted);
    if (found === undefined) {
      problems.push(`unknown transport "${wanted}"${suggestion(wanted, transportNames())}`);
      return [];
    }
    const why = whyNotOn(found, 'node');
    if (why !== undefined) problems.push(`${wanted} ${why}; this command tests servers in Node`);
    if (found.variant !== null) return [found];
    const { entry } = found;
    return [null, ...entry.variants]
      .map((variant) => ({ entry, variant }))
      .filter((choice) => whyNotOn(choice, 'node') === undefined);
  });
}

const safe = (outcome: CheckOutcome): CheckOutcome =>
  'reason' in outcome ? { ...outcome, reason: outputShown(outcome.reason) } : outcome;

/** Fields that an entry may leave out, unless it is one of this repository. */
type Needed = {
  [Field in keyof BuiltInTransport]-?: undefined extends TransportEntry[Field]
    ? undefined extends BuiltInTransport[Field]
      ? never
      : Field
    : never;
}[keyof BuiltInTransport];

const NEEDED_FIELDS: Readonly<Record<Needed, string>> = {
  addresses: 'addresses of foreign servers',
  dissection: 'display filter of captures',
  browser: 'use by browsers',
  framing: 'byte formula',
  roundTrips: 'round trips of the handshake',
  steps: 'steps of encoding',
  surface: 'attack surface',
  handshake: 'what a server must do in the handshake',
  heartbeats: 'intervals of heartbeats',
  foreign: 'server that a fuzzer plays',
  proxied: 'protocol for a proxy',
};

const root = new URL('../../../', import.meta.url);

/** Parts of a transport of this repository, in the order of docs/adding-a-transport.md. */
function partsOf(choice: TransportChoice): Part[] {
  const { entry, variant } = choice;
  const { id } = entry;
  const isOurs = entry.module === undefined;
  const declared = new Set(Object.entries(entry).flatMap(([field, value]) => (value === undefined ? [] : [field])));
  const file = (part: string, where: string): Part => ({ part, where, there: existsSync(new URL(where, root)) });
  const module = `bench/transports/${id}.ts`;
  return [
    file('server', `servers/${id}.ts`),
    file('client', `clients/${id}.ts`),
    { part: 'entry, in the list', where: `${module}, bench/transports/index.ts`, there: isOurs },
    ...Object.entries(NEEDED_FIELDS).map(([field, what]) => ({
      part: what,
      where: `${field} in ${module}`,
      there: declared.has(field),
    })),
    ...(variant === null
      ? []
      : [
          {
            part: `byte formula of the variant ${variant.id}`,
            where: `framing in ${module}`,
            there: framingOf(choice) !== undefined,
          },
        ]),
    {
      part: 'facts for the advice',
      where: `reports/advice/facts/${id}.ts, in its list`,
      there: entry.floor === true || factsOf(id, variant?.id ?? null) !== undefined,
    },
    file(`page, whose rows ${asCommand('npm run docs')} puts into the tables`, `docs/transports/${id}.md`),
  ];
}

const item = (mark: string, text: string, width: number): string[] => wrap(text, width, '    ', `  ${mark} `);

function linesOf(one: CheckOutcome, width: number): string[] {
  const more = 'reason' in one ? `: ${one.reason}` : one.outcome === 'passed' ? '' : `: ${one.outcome}`;
  return item(MARKS[one.outcome], `${one.name}${more}`, width);
}

/** Verdict on a transport, and the parts that it lacks. */
function closingLines(checks: readonly CheckOutcome[], repository: readonly Part[], width: number): string[] {
  const count = (wanted: CheckOutcome['outcome']): number => checks.filter(({ outcome }) => outcome === wanted).length;
  const [passed, failed] = [count('passed'), count('failed')];
  const missing = repository.filter(({ there }) => !there);
  const verdict =
    failed === 0
      ? `It keeps the contract: ${countOf(passed, 'check')} passed.`
      : `It does not keep the contract (bench/contract.ts): ${failed} of ${countOf(passed + failed, 'check')} failed.`;
  const parts =
    missing.length === 0
      ? 'It has every part of a transport of the repository.'
      : 'To be a transport of the repository it lacks (docs/adding-a-transport.md):';
  return [
    '',
    ...wrap(verdict, width),
    ...wrap(parts, width),
    ...missing.flatMap(({ part, where }) => item('☐', `${part}: ${where}`, width)),
    '',
  ];
}

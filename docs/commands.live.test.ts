import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../bench/cli/commands/index.ts';
import { makeIdentity } from '../bench/security/identity.ts';
import type { Ended } from '../bench/testing/command.ts';
import { wirebench } from '../bench/testing/in-process.ts';
import { transports, whyUnavailable } from '../bench/transports/index.ts';

/**
 * Every command of ours that a document names is run, as it stands there but for what this table fills in. Commands that measure
 * get `--plan`; `serve` and `lab` run until they have printed their address.
 */
const FILLED_IN: readonly (readonly [what: RegExp, by: string])[] = [
  // A machine's port may be taken.
  [/--port 8080/, '--port 0'],
  // Hosts that are not this one.
  [/staging\.example/, '127.0.0.1'],
  // A fresh checkout has no newest run.
  [/^choose$/, 'choose results.json'],
  [/^choose (?=--)/, 'choose results.json '],
  [/<results\.json>/, 'results.json'],
  [/^compare$/, 'compare base.json new.json'],
  [/^<command>$/, 'list'],
  // The page adds this transport to the repository; here it is a plugin.
  [/--transports tcp,ndjson/, '--plugin ./ndjson.ts --transports tcp,ndjson'],
  [/<transport>|<id>|<name>/, 'ws'],
  [/"\$OLDPWD\/bench\.json"/, 'bench.json'],
  [/"\$OLDPWD\/\.\.\/base-out"/, 'base-out'],
  [/\.\.\/base-out/, 'base-out'],
  // Any transport will do, so the fastest is verified.
  [/^verify( [\w:<>-]+)?$/, 'verify ndjson --plugin ./ndjson.ts'],
  // It opens a window.
  [/^lab --inside$/, 'lab'],
  // The pages of transports name a plugin's file, not where it is.
  [/^(serve|list) mine/, '$1 mine'],
];

/** Commands that run something else than the command line: tests, and tools of the repository, with what holds them. */
const EXEMPT = /^(ci|test|test:\w+|soak|check|format|docs|dev:report)$/;

const MEASURING = ['run', 'wire', 'aa', 'micro', 'crosscheck', 'ceiling'];

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

interface Shown {
  readonly file: string;
  /** Text of the document. */
  readonly text: string;
  /** Arguments of `wirebench`, as text. */
  readonly command: string;
}

/** Lines of code, recipes of build services and code within sentences that begin one of our commands. */
function commandsIn(file: string): Shown[] {
  const lines = read(file).split('\n');
  const code = lines.flatMap((line) => {
    const block = /^(?: {4}|\s+- run: )(.*)$/.exec(line)?.[1];
    if (block !== undefined)
      return block.split(/ && | {2,}(?=np[mx] )/).map((one) => one.trim().split(/ {2,}| # /)[0] ?? '');
    return Array.from(line.matchAll(/`([^`]+)`/g), ([, inline = '']) => inline);
  });
  return code.flatMap((text) => {
    const command = commandOf(text.replace(/ > \S+$/, ''));
    return command === undefined ? [] : [{ file, text, command }];
  });
}

/** Arguments after `wirebench`; undefined if the text is not a command of ours, is exempt, or has an ellipsis for arguments. */
function commandOf(text: string): string | undefined {
  if (text.includes('…')) return undefined;
  const [, bin] =
    /^(?:npx|node_modules\/\.bin\/)wirebench (.*)$/.exec(text.replace('npx wirebench', 'npxwirebench')) ?? [];
  if (bin !== undefined) return bin;
  const [, script, args = ''] = /^npm run (?:-s )?([\w:]+)(?: -- (.*))?$/.exec(text) ?? [];
  if (script === undefined || EXEMPT.test(script)) return undefined;
  const [, name] = /^node \S+ ?(\w*)$/.exec(scripts[script] ?? '') ?? [];
  if (name === undefined) throw new Error(`a document runs the script "${script}", which package.json does not have`);
  return `${name} ${args}`.trim();
}

const wordsOf = (command: string): string[] =>
  Array.from(
    command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );

const filledIn = (command: string): string => FILLED_IN.reduce((text, [what, by]) => text.replace(what, by), command);

const place = mkdtempSync(join(tmpdir(), 'wirebench-documents-'));
beforeAll(async () => {
  const results = join(root, 'docs/example-run/results.json');
  for (const folder of ['baseline', 'out', 'base-out']) mkdirSync(join(place, folder));
  for (const name of ['results', 'base', 'new', 'baseline/results', 'out/results', 'base-out/results'])
    copyFileSync(results, join(place, `${name}.json`));
  writeFileSync(join(place, 'bench.json'), JSON.stringify({ transports: 'ws,sse', trials: 6 }));
  const { certificate, key } = await makeIdentity(['127.0.0.1']);
  for (const name of ['cert.pem', 'ca.pem']) writeFileSync(join(place, name), certificate);
  writeFileSync(join(place, 'key.pem'), key);
  // Plugins of documents, at the names they have there.
  for (const [file, id] of [
    ['my-transport.ts', 'mine'],
    ['ndjson.ts', 'ndjson'],
  ] as const) {
    const example = read('examples/transport/ndjson.ts')
      .replaceAll("'./", `'${root}examples/transport/`)
      .replaceAll("'../../", `'${root}`);
    writeFileSync(join(place, file), example.replace("id: 'ndjson'", `id: '${id}'`));
  }
});
afterAll(() => rmSync(place, { recursive: true }));

/** Runs a command as a person in that folder would; `serve` and `lab` until they have printed where. */
async function runs(command: string): Promise<Ended> {
  const [name = '', ...args] = wordsOf(command);
  const isLong = MEASURING.includes(name) || args.includes('--networks');
  const plan = isLong && !args.includes('--help') ? ['--plan'] : [];
  const interruption = new AbortController();
  return await wirebench([name, ...args, ...plan], {
    cwd: place,
    interrupted: interruption.signal,
    onWrite: ({ stderr }) => {
      if ((name === 'serve' || name === 'lab') && stderr.includes('Ctrl-C')) interruption.abort();
    },
  });
}

describe('commands of the documents', () => {
  const shown = documents.flatMap(commandsIn);
  const different = [...Map.groupBy(shown, ({ command }) => filledIn(command))].map(([command, places]) => ({
    command,
    files: [...new Set(places.map(({ file }) => file))].join(', '),
  }));

  test('are found', () => {
    expect(documents.length).toBeGreaterThan(20);
    expect(different.length).toBeGreaterThan(30);
    const named = new Set(different.map(({ command }) => command.split(' ')[0]));
    expect([...named].filter((name) => name !== undefined && !name.startsWith('-')).toSorted()).toEqual(
      Object.keys(COMMANDS).toSorted(),
    );
  });

  const unavailable = new Map<string, string>();
  beforeAll(async () => {
    for (const entry of transports) {
      const why = await whyUnavailable(entry);
      if (why !== undefined) unavailable.set(entry.id, why);
    }
  });

  test.for(different)('$command ($files)', async ({ command }, { skip, expect: expected }) => {
    for (const [id, why] of unavailable) if (wordsOf(command).includes(id)) skip(`${id}: ${why}`);
    const { code, stdout, stderr } = await runs(command);
    // `doctor --strict` says with 15 that this machine is not fit to measure on: that is its work.
    expected([0, ...(command.includes('--strict') ? [15] : [])], stderr).toContain(code);
    expected(stdout, stderr).not.toBe('');
  });
});

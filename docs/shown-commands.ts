import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Parts of commands in documents that tests fill in. */
const FILLED_IN: readonly (readonly [what: RegExp, by: string])[] = [
  // A machine's port may be taken.
  [/--port 8080/, '--port 0'],
  // Hosts that are not this one.
  [/staging\.example/, '127.0.0.1'],
  [/(?<=--redis \S*)10\.0\.0\.1/, '127.0.0.1'],
  [/--redis <url>/, '--redis redis://127.0.0.1'],
  [/--listen 10\.0\.0\.1/, '--listen 127.0.0.1'],
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

/** Commands that run something else than the command line: tests, tools of the repository, and what `.ci/run` installs with. */
const EXEMPT = /^(ci|test|test:\w+|soak|check|format|docs|dev:report|runtimes)$/;

export const root = fileURLToPath(new URL('../', import.meta.url));
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

export const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Command of ours in a document. */
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

export const wordsOf = (command: string): string[] =>
  Array.from(
    command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );

const filledIn = (command: string): string => FILLED_IN.reduce((text, [what, by]) => text.replace(what, by), command);

/** Different commands, as tests run them, with the documents that name them. */
export const differentCommands: readonly { readonly command: string; readonly files: string }[] = [
  ...Map.groupBy(documents.flatMap(commandsIn), ({ command }) => filledIn(command)),
].map(([command, places]) => ({ command, files: [...new Set(places.map(({ file }) => file))].join(', ') }));

/** Commands that need a private link. */
export const ON_LINK = /^capture /;

/** Commands that need Redis. */
export const ON_REDIS = /^agent /;

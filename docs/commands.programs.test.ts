import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { wirebench } from '../bench/testing/in-process.ts';
import { Kit, within } from '../bench/testing/kit.ts';
import { whyUnmet, withPrograms } from '../bench/testing/needs.ts';
import { root, textOf } from '../bench/testing/sources.ts';
import { EXCHANGES, type Running, type Shell } from './exchanges.ts';

/**
 * Every line of README and docs that runs another program is run as it stands, against the server that the page says, and prints
 * what the page says. Only the port and what a line before has printed are filled in.
 */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** First words of our own commands, of tests, and of git. */
const OURS = /^(?:npm (?:ci|test|run)|npx (?:wirebench|vitest)|git|\.ci\/)\b/;

/** A line that begins with a program, or has an address to talk to. */
const OF_A_PROGRAM =
  /^(?:\w+=\$\()?(?:npx|node|python3?|curl|wget|http|wscat|websocat|nc|ncat|socat|telnet|printf|echo|cat|openssl|mosquitto_\w+|mqtt|grpcurl|ghz|nghttp|h2load|xxd|sudo|docker|bash|sh|ip|tc|ss|tcpdump|tshark|k6|wrk|autocannon|mkdir|cp) |\b8080\b/;

/** First line of a page for a browser's console, which no shell runs. */
const CONSOLE = /^const socket = new WebSocket\(/;

/** Lines of other programs in a page. A line that a quote or a backslash leaves open goes on in the next; `> ` is typed. */
function linesIn(text: string): string[] {
  const found: string[] = [];
  let open: string | undefined;
  let typing = false;
  for (const full of text.split('\n')) {
    // Lines of code begin with four blanks, and commands also follow ours after a gap or stand within sentences.
    const code = /^ {4}(.*)$/.exec(full)?.[1];
    const inline = Array.from(full.matchAll(/`([^`]+)`/g), ([, one = '']) => one).filter((one) => /\b8080\b/.test(one));
    if (open !== undefined && code === undefined) throw new Error(`a line never ends: ${open}`);
    const parts = open === undefined ? (code?.split(/ {2,}(?=\S)/) ?? inline) : [code ?? ''];
    for (const part of parts) {
      const one: string = open === undefined ? part : `${open}\n${part}`;
      open = undefined;
      if (typing && one.startsWith('> ')) found.push(one);
      else if (one.startsWith('#') || OURS.test(one) || CONSOLE.test(one) || !OF_A_PROGRAM.test(one)) typing = false;
      else if (one.endsWith('\\') || one.replaceAll(/"[^"']*"/g, '').split("'").length % 2 === 0) open = one;
      else {
        found.push(one);
        typing = /\bwscat\b/.test(one);
      }
    }
  }
  return found;
}

const folder = mkdtempSync(join(tmpdir(), 'wirebench-lines-'));
for (const name of ['node_modules', 'bench', 'examples']) symlinkSync(join(root, name), join(folder, name));
mkdirSync(join(folder, 'out'));
for (const name of ['results.json', 'out/results.json'])
  copyFileSync(join(root, 'docs/example-run/results.json'), join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

/** Serves a transport as `npm run serve` does, and resolves with its port. */
async function serve(kit: Kit, transport: string): Promise<string> {
  const interruption = new AbortController();
  const address = Promise.withResolvers<string>();
  const ended = wirebench(['serve', transport], {
    cwd: folder,
    interrupted: interruption.signal,
    onWrite: ({ stdout }) => address.resolve(stdout),
  });
  kit.defer(async () => {
    interruption.abort();
    await ended;
  });
  const failed = ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
  failed.catch(() => {});
  const url = await within(Promise.race([address.promise, failed]), 'the address');
  return /:(\d+)/.exec(url)?.[1] ?? '';
}

/** Starts a line in a shell and a process group of its own, which is ended with the kit. */
function start(kit: Kit, line: string, onTerminal: boolean): Running {
  const [program, ...args] = onTerminal ? ['script', '-qefc', line, '/dev/null'] : ['bash', '-c', line];
  const env = { ...withPrograms(), SHELL: '/bin/bash', TERM: 'xterm' };
  const child = spawn(program!, args, { cwd: folder, env, detached: true });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  kit.defer(async () => {
    // The program has usually ended; what it left in the background has not.
    if (child.pid !== undefined) endGroup(child.pid);
    await closed;
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (said.err += text));
  // A program that has ended reads nothing more.
  child.stdin.on('error', () => {});
  const context = (): string => `${line}\nprinted: ${said.out}\n${said.err}`;
  return {
    async prints(expected) {
      const ended = closed.then(() => 'ended' as const);
      const search = async (): Promise<readonly string[]> => {
        for (;;) {
          const over = (await Promise.race([ended, sleep(20)])) === 'ended';
          const output = stripVTControlCharacters(said.out);
          const match = typeof expected === 'string' ? lineOf(output, expected) : expected.exec(output);
          if (match) return match;
          if (over) throw new Error(`no match of ${expected}: ${context()}`);
        }
      };
      return await within(search(), () => `${expected}: ${context()}`);
    },
    type: (text) => void child.stdin.write(`${text}\n`),
    async ends() {
      child.stdin.end();
      const code = await within(closed, () => `the end of: ${context()}`);
      if (code !== 0) throw new Error(`ended with ${code}: ${context()}`);
      return said.out;
    },
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}

/** The line of output, as a match of it; null if there is none. */
const lineOf = (output: string, line: string): readonly string[] | null =>
  output.split('\n').includes(line) ? [line] : null;

/** Shell for lines against a server on a port, and what has been started or typed in it. */
function shell(kit: Kit, port: string): Shell & { readonly history: readonly string[] } {
  const history: string[] = [];
  return {
    history,
    start(line, { variables = {}, onTerminal = false } = {}) {
      history.push(line);
      const filledIn = Object.entries({ '8080': port, ...variables }).reduce(
        (text, [what, by]) => text.replaceAll(what, by),
        line,
      );
      const running = start(kit, filledIn, onTerminal);
      return {
        ...running,
        type(text) {
          history.push(`> ${text}`);
          running.type(text);
        },
      };
    },
  };
}

describe('lines of other programs in the documents', () => {
  const shown = Object.fromEntries(
    pages.map((page) => [page, linesIn(textOf(page))] as const).filter(([, lines]) => lines.length > 0),
  );

  test('are all known, and nothing else is', () => {
    const known = Object.entries(EXCHANGES).map(
      ([page, exchanges]) => [page, [...new Set(exchanges.flatMap(({ lines }) => lines))].toSorted()] as const,
    );
    const found = Object.entries(shown).map(([page, lines]) => [page, [...new Set(lines)].toSorted()] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known));
  });

  test('of the README are run against what the command beside them serves', () => {
    const text = textOf('README.md').replaceAll(/ {2,}/g, '  ');
    for (const { serve: transport, lines } of EXCHANGES['README.md'] ?? [])
      expect(text).toContain(`  npm run serve -- ${transport} --port 8080  ${lines.join('  ')}\n`);
  });

  const all = Object.entries(EXCHANGES).flatMap(([page, exchanges]) =>
    exchanges.map((one) => ({ page, first: one.lines[0] ?? '', ...one })),
  );
  test.concurrent.for(all)(
    '$page: $first',
    async ({ serve: transport, needs, lines, talk }, { skip, expect: expected }) => {
      for (const need of needs) {
        const why = await whyUnmet(need);
        if (why !== undefined) skip(why);
      }
      await using kit = new Kit();
      const port = transport === undefined ? '' : await serve(kit, transport);
      const used = shell(kit, port);
      await talk(used);
      const run = (line: string): boolean => used.history.some((one) => one.startsWith(line));
      expected(lines.filter((line) => !run(line))).toEqual([]);
    },
  );
});

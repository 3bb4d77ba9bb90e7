import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checks } from '../../checks/conformance/suite.ts';
import { type Ended, endStarted, start } from '../../testing/command.ts';
import { wirebench } from '../../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-verify-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const example = JSON.stringify(new URL('../../../examples/transport/ndjson.ts', import.meta.url).href);

let plugins = 0;
/** Writes a plugin that is the example but for what `code` replaces; it may use `like`, all that the example exports. */
function plugin(code: string): { file: string; id: string } {
  const id = `made-up-${++plugins}`;
  const replaced = ['listen', 'connect'].filter((name) => !code.includes(`export const ${name} `));
  const file = join(folder, `${id}.ts`);
  writeFileSync(
    file,
    `import * as like from ${example};\nexport const transport = { ...like.transport, id: '${id}' };\n` +
      `${replaced.map((name) => `export const ${name} = like.${name};`).join('\n')}\n${code}\n`,
  );
  return { file, id };
}

const HANGS = '() => new Promise(() => { setInterval(() => {}, 1e6); })';
const QUITS = '() => process.exit(0)';

const verified = (file: string): Promise<Ended> => start(['verify', '--plugin', file, '--json']).ended;
const failuresOf = ({ stdout }: Ended): string =>
  JSON.parse(stdout)
    .transports[0].checks.filter(({ outcome }: { outcome: string }) => outcome === 'failed')
    .map(({ name, reason }: { name: string; reason: string }) => `${name}: ${reason}`)
    .join('\n');

describe.concurrent('a plugin', () => {
  test('that keeps the contract passes; what it prints does not reach stdout', async () => {
    const noisy = `console.log('imported'); process.stdout.write('\\x1b[31mred');
      export const listen = (...all) => { console.log('listens'); return like.listen(...all); };`;
    const { code, stdout, stderr } = await verified(plugin(noisy).file);
    const document = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(document.schema).toBe('wirebench-verify/1');
    const [{ checks: outcomes, repository }] = document.transports;
    expect(outcomes.map(({ name }: { name: string }) => name)).toEqual(checks.map(({ name }) => name));
    expect(new Set(outcomes.map(({ outcome }: { outcome: string }) => outcome))).toEqual(
      new Set(['passed', 'not promised']),
    );
    const present = repository.filter(({ there }: { there: boolean }) => there);
    expect(present.map(({ part }: { part: string }) => part)).toEqual([
      'addresses of foreign servers',
      'use by browsers',
    ]);
    expect(stderr).toContain('imported');
    expect(stderr).not.toContain('\x1b');
  });

  test.each([
    ['import', 'await new Promise(() => { setInterval(() => {}, 1e6); });', 2, /was still being imported after 6 s/],
    ['import, with nothing to wait for', 'await new Promise(() => {});', 2, /a top-level await in it never ends/],
    ['listen', `export const listen = ${HANGS};`, 14, /first session: listening: .* did not answer within 6 s/],
    ['connect', `export const connect = ${HANGS};`, 14, /first session: connecting: .* did not answer within 6 s/],
    [
      'close',
      `export const listen = async (...all) => ({ ...(await like.listen(...all)), close: ${HANGS} });`,
      14,
      /first session: closing/,
    ],
  ])('that hangs is named: %s', async (_, code, exit, reason) => {
    const ended = await verified(plugin(code).file);
    expect(ended.code).toBe(exit);
    expect(exit === 2 ? ended.stderr : failuresOf(ended)).toMatch(reason);
  });

  test.each([
    ['import', 'process.exit(0);', 2, /ended the process while it was imported \(code 0\)/],
    ['listen', `export const listen = ${QUITS};`, 14, /first session: listening: .* ended with code 0/],
    ['connect', `export const connect = ${QUITS};`, 14, /first session: connecting: .* ended with code 0/],
  ])('that exits is named: %s', async (_, code, exit, reason) => {
    const ended = await verified(plugin(code).file);
    expect(ended.code).toBe(exit);
    expect(exit === 2 ? ended.stderr : failuresOf(ended)).toMatch(reason);
  });

  test('that exits during a check fails that check, and the others are run', async () => {
    const { file } = plugin(`let sessions = 0;
      export const connect = (...all) => (++sessions > 150 ? process.exit(0) : like.connect(...all));`);
    const failures = failuresOf(await verified(file));
    expect(failures).toMatch(/^serves 200 sessions at once: the process ended with code 0$/);
  });

  test('that throws a function is told so, without its source', async () => {
    const { file } = plugin('export const listen = async () => { throw function secretSource() {}; };');
    const failures = failuresOf(await verified(file));
    expect(failures).toMatch(/listening: .*a function was thrown instead of an error/);
    expect(failures).not.toContain('secretSource');
  });

  test('that waits for each answer is sent as many messages at once as it can take', async () => {
    const { file } = plugin(`let last = Promise.resolve();
      const waiting = (application) => (message, reply, broadcast) => {
        last = last.then(() => new Promise((done) => setTimeout(done, message.length > 9 ? 5 : 0)));
        return last.then(() => application(message, reply, broadcast));
      };
      export const listen = (application, settings) => like.listen(waiting(application), settings);`);
    expect(failuresOf(await verified(file))).toBe('');
  });

  test.each([
    ['exits in connect', `export const connect = ${QUITS};`, /a load worker ended with code 0/],
    ['hangs in connect', `export const connect = ${HANGS};`, /within \d s/],
    ['hangs in listen', `export const listen = ${HANGS};`, /the server did not listen within 7 s/],
  ])('that %s is a failed trial, and stdout has the document alone', async (name, code, reason) => {
    const { file, id } = plugin(`console.log('imported'); ${code}`);
    const out = join(folder, name);
    const flags = ['--transports', id, '--scenarios', 'echo', '--clients', '2', '--trials', '1', '--out', out];
    const ended = await start(['run', '--plugin', file, ...flags, '--json']).ended;
    expect(ended.code).toBe(14);
    expect(ended.stdout).toBe(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(JSON.parse(ended.stdout).cases[0].trials[0].reasons).toEqual([expect.stringMatching(reason)]);
  });
});

test('serve names a plugin whose listen exits, and serves one that prints without spoiling its document', async () => {
  const quits = plugin(`export const listen = ${QUITS};`);
  const { code, stderr } = await wirebench(['serve', quits.id, '--plugin', quits.file]);
  expect({ code, stderr }).toEqual({
    code: 14,
    stderr: expect.stringMatching(/could not be served: .* ended with code 0/),
  });
  const prints = plugin('export const listen = (...all) => { console.log("listens"); return like.listen(...all); };');
  const interruption = new AbortController();
  const served = await wirebench(['serve', prints.id, '--plugin', prints.file, '--json'], {
    interrupted: interruption.signal,
    onWrite: ({ stderr }) => {
      if (stderr.includes('Ctrl-C')) interruption.abort();
    },
  });
  expect(served.code).toBe(0);
  expect(JSON.parse(served.stdout).url).toMatch(/^\w+:\/\/127\.0\.0\.1:\d+/);
});

test('a transport of the repository has every part', async () => {
  const { code, stdout } = await wirebench(['verify', 'tcp']);
  expect(code).toBe(0);
  expect(stdout).toContain('It has every part of a transport of the repository.');
});

test.each([
  [[], 'name a transport, such as ws, or a module of your own with --plugin'],
  [['wss'], 'unknown transport "wss", did you mean "ws"?'],
  [['--plugin', join(folder, 'none.ts')], 'there is no such file'],
])('%j is refused with a remedy', async (flags, word) => {
  const { code, stderr } = await wirebench(['verify', ...flags]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(word) });
});

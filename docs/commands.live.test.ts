import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../bench/cli/commands/index.ts';
import { makeIdentity } from '../bench/security/identity.ts';
import type { Ended } from '../bench/testing/command.ts';
import { wirebench } from '../bench/testing/in-process.ts';
import { transports, whyNotLoaded } from '../bench/transports/index.ts';
import { differentCommands, documents, ON_LINK, ON_REDIS, read, root, wordsOf } from './shown-commands.ts';

/**
 * Every command of ours that a document names is run, as it stands there but for what is filled in. Commands that measure get
 * `--plan`; `serve` and `lab` run until they have printed their address. `commands.link.test.ts` runs those that need a private link,
 * and `agents.programs.test.ts` those that need Redis.
 */
const MEASURING = ['run', 'wire', 'aa', 'micro', 'crosscheck', 'ceiling'];

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
  test('are found', () => {
    expect(documents.length).toBeGreaterThan(20);
    expect(differentCommands.length).toBeGreaterThan(30);
    const named = new Set(differentCommands.map(({ command }) => command.split(' ')[0]));
    expect([...named].filter((name) => name !== undefined && !name.startsWith('-')).toSorted()).toEqual(
      Object.keys(COMMANDS).toSorted(),
    );
  });

  const unavailable = new Map<string, string>();
  beforeAll(async () => {
    for (const entry of transports) {
      const why = await whyNotLoaded(entry);
      if (why !== undefined) unavailable.set(entry.id, why);
    }
  });

  const runnable = differentCommands.filter(({ command }) => !ON_LINK.test(command) && !ON_REDIS.test(command));
  test.for(runnable)('$command ($files)', async ({ command }, { skip, expect: expected }) => {
    for (const [id, why] of unavailable) if (wordsOf(command).includes(id)) skip(`${id}: ${why}`);
    const { code, stdout, stderr } = await runs(command);
    // `doctor --strict` says with 15 that this machine is not fit to measure on: that is its work.
    expected([0, ...(command.includes('--strict') ? [15] : [])], stderr).toContain(code);
    expected(stdout, stderr).not.toBe('');
  });
});

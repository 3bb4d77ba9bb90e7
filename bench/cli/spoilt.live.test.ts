import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { wirebench } from '../testing/in-process.ts';
import { EXIT } from './exit.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-spoilt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ndjson = pathToFileURL(fileURLToPath(new URL('../../examples/transport/ndjson.ts', import.meta.url))).href;
const plugin = join(folder, 'dies.ts');
writeFileSync(
  plugin,
  `import { transport as example } from '${ndjson}';
   export const transport = { ...example, id: 'dies' };
   export { connect } from '${ndjson}';
   export const listen = () => { throw new Error('no such pipe'); };\n`,
);
const config = join(folder, 'config.json');
writeFileSync(config, JSON.stringify({ 'keep-going': true }));

const ECHO = ['--scenarios', 'echo', '--clients', '2', '--rate', '50', '--duration', '0.1', '--warmup', '0'];
let runs = 0;

/** Runs a plan of three blocks whose only server does not start. */
async function spoilt(flags: readonly string[], terminal: Parameters<typeof wirebench>[1] = {}) {
  const out = join(folder, `run-${++runs}`);
  const args = ['run', '--plugin', plugin, '--transports', 'dies', ...ECHO, '--trials', '3', '--link', 'loopback'];
  const { code, stdout, stderr } = await wirebench([...args, '--out', out, ...flags], terminal);
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  return { code, stdout, stderr, trials: results.cases[0].trials.length, stopped: results.stopped };
}

const asked = /Run the whole plan all the same\?/;

describe('a run whose first block has no valid trial', () => {
  test('stops where nobody can be asked, and says why and what to do', async () => {
    const { code, stdout, stderr, trials, stopped } = await spoilt([]);
    expect({ code, trials }).toEqual({ code: EXIT.failed, trials: 1 });
    expect(stopped).toEqual({ rule: 'first-block', text: 'no trial of the first block is valid' });
    expect(stderr).toMatch(
      /The only trial of the first block is not valid: .*no such pipe.*\n→ Start its server alone/,
    );
    expect(stderr).toContain('Use --keep-going to run the whole plan all the same.');
    expect(stderr).not.toMatch(asked);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/Invalid .* it stopped by itself after 1 of 3 trials/);
  });

  test.each<[string, string, number]>([
    ['no', 'n\n', 1],
    ['nothing', '\n', 1],
    ['yes', 'y\n', 3],
  ])('asks at a terminal: %s', async (_, typed, ran) => {
    const { trials, stderr, code } = await spoilt([], { columns: 100, typed });
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(asked);
    expect({ trials, code }).toEqual({ trials: ran, code: EXIT.failed });
  });

  test.each<[string, readonly string[], Parameters<typeof wirebench>[1], number]>([
    ['--yes, which asks nothing', ['--yes'], { columns: 100 }, 1],
    ['a build service', [], { columns: 100, environment: { CI: 'true' } }, 1],
    ['--keep-going', ['--keep-going'], {}, 3],
    ['a configuration file that says so', ['--config', config], {}, 3],
    ['--json', ['--json'], {}, 1],
  ])('with %s', async (_, flags, terminal, ran) => {
    const { trials, stderr, stopped } = await spoilt(flags, terminal);
    expect(stderr).not.toMatch(asked);
    expect({ trials, stopped: stopped !== undefined }).toEqual({ trials: ran, stopped: ran === 1 });
  });

  test('tells the events the same', async () => {
    const { stdout } = await spoilt(['--ndjson']);
    const events: Record<string, unknown>[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter(({ event }) => event === 'trial-ended')).toHaveLength(1);
    expect(events[0]).toMatchObject({ event: 'plan', maxReruns: 1 });
    expect(events.at(-1)).toMatchObject({ event: 'ended', status: 'Invalid', exitCode: EXIT.failed });
  });
});

test('a load that no generator keeps up with: 13 after one block, one attempt more, and no figures', async () => {
  const out = join(folder, 'late');
  const load = ['--clients', '2', '--rate', '1000000', '--duration', '0.1', '--warmup', '0'];
  const args = ['run', '--transports', 'tcp', '--scenarios', 'echo', ...load, '--trials', '4', '--link', 'loopback'];
  const { code, stderr } = await wirebench([...args, '--out', out]);
  expect(code).toBe(EXIT.invalid);
  const lines = stderr.split('\n').filter((line) => /^\[\d+\/\d+\].*invalid/.test(line));
  expect(lines.length).toBeLessThanOrEqual(2);
  for (const line of lines) expect(line).not.toMatch(/p50|p99/);
  expect(stderr.match(/must\); use a lower --rate/g)?.length).toBeLessThanOrEqual(2);
});

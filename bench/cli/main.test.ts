import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../plan/options.ts';
import { quoted } from '../results/command.ts';
import { wirebench } from '../testing/in-process.ts';
import { COMMANDS } from './commands/index.ts';
import { flagRows, helpOf } from './flags.ts';

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));

test('each command has the name under which it is listed', () => {
  expect(commands.map(({ name }) => name)).toEqual(Object.keys(COMMANDS));
});

describe.each(commands.map((command) => [command.name, command] as const))('%s', (name, { flags, description }) => {
  test('help lists every flag with its text and default', async () => {
    const { code, stdout, stderr } = await wirebench([name, '--help'], { environment: { COLUMNS: '4000' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(description);
    for (const [flag, about] of Object.entries(flags)) {
      expect(stdout).toMatch(new RegExp(`^ {2}--${flag}[ <]`, 'm'));
      expect(stdout).toContain(`  ${helpOf(about)}\n`);
    }
  });

  test('a document can list its flags', () => {
    const rows = flagRows(flags);
    expect(rows.map(({ flag }) => flag.split(' ')[0])).toEqual(Object.keys(flags).map((flag) => `--${flag}`));
    expect(rows.every(({ help }) => help !== '')).toBe(true);
  });

  test('an unknown flag is reported with the nearest one', async () => {
    const { code, stdout, stderr } = await wirebench([name, '--vrebose']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('unknown flag --vrebose, did you mean "--verbose"?');
  });
});

test('the general help lists every command', async () => {
  const { stdout } = await wirebench(['--help']);
  for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
});

test('run has a flag for each setting of a configuration file', () => {
  const run = commands.find(({ name }) => name === 'run');
  expect(Object.keys(run?.flags ?? {})).toEqual(expect.arrayContaining([...SETTINGS]));
});

test('two calls do not affect each other', async () => {
  const [painted, quiet] = await Promise.all([
    wirebench(['list', '--color', 'always', '--verbos']),
    wirebench(['list', '--quiet']),
  ]);
  expect(painted.code).toBe(2);
  expect(quiet).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Transports/) });
});

test.each([
  ['ws,sse', 'ws,sse'],
  ['p99<50ms', "'p99<50ms'"],
  ["it's", "'it'\\''s'"],
])('%s is quoted as %s', (value, written) => expect(quoted(value)).toBe(written));

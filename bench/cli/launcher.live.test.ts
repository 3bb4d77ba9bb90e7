import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { endStarted, startProgram, until } from '../testing/command.ts';

/** Path of `wirebench.js`, which npm runs with the machine's own Node.js. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const launcher = join(root, 'wirebench.js');
const folder = mkdtempSync(join(root, 'node_modules', '.launcher-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

// The launcher takes a runtime at another path for another one, and starts the pinned runtime.
const other = join(folder, 'node');
linkSync(process.execPath, other);

describe.each([
  ['the pinned runtime', process.execPath],
  ['another one', other],
])('under %s', (_, runtime) => {
  const launch = (...args: string[]) => startProgram(runtime, [launcher, ...args]);

  test('arguments, output and exit code are passed through', async () => {
    const { code, stdout, stderr } = await launch('run', '--transports', 'wss').ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/"wss", did you mean "ws"\?/);
    expect((await launch('list').ended).stdout).toMatch(/^Transports/);
  });

  test('a signal ends the command in order', async () => {
    const { child, said, ended } = launch('serve', 'tcp');
    await until(() => said.stdout.includes('\n'));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('Stopping.') });
  });
});

import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeFrame, frameDecoder } from '../codec/frame.ts';
import { ECHO, senderPrefix, sequenceDigits } from '../codec/header.ts';
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

/** Message that the server answers with a copy. */
const MESSAGE = `${senderPrefix(ECHO, 0)}${sequenceDigits(0)}0123456789`;

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

  test('the command ends in order if the shell between it and npm is gone', async () => {
    // Without a last command of its own, some shells are replaced by the program.
    const line = `'${runtime}' '${launcher}' serve tcp; true`;
    const { child, said, ended } = startProgram('sh', ['-c', line], { npm_lifecycle_event: 'serve' });
    await until(() => said.stdout.includes('\n'));
    child.kill('SIGKILL');
    // The output ends when the last process that writes to it does.
    expect((await ended).stderr).toContain('Stopping.');
  });

  test('a command whose output is no terminal outlives the terminal, and the shell that started it', async () => {
    const line = `'${runtime}' '${launcher}' serve tcp & echo process $! >&2; wait`;
    const { child, said, ended } = startProgram('sh', ['-c', line], { npm_lifecycle_event: '' });
    await until(() => said.stdout.includes('\n') && /process \d/.test(said.stderr));
    const pid = Number(/process (\d+)/.exec(said.stderr)?.[1]);
    const socket = connect(Number(new URL(said.stdout.trim()).port), '127.0.0.1');
    const answers: string[] = [];
    socket.on(
      'data',
      frameDecoder(100, (frame) => frame.length > 0 && answers.push(frame.toString())),
    );
    child.kill('SIGKILL');
    process.kill(pid, 'SIGHUP');
    for (let round = 1; round <= 20; round++) {
      socket.write(encodeFrame(MESSAGE));
      await until(() => answers.length === round);
    }
    expect(new Set(answers)).toEqual(new Set([MESSAGE]));
    socket.destroy();
    process.kill(pid, 'SIGTERM');
    expect((await ended).stderr).toContain('Stopping.');
  });
});

import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Child } from '../child.ts';
import { loopback, openLink } from '../link.ts';
import { OwnServer } from '../own-server.ts';
import { isOnPath, notInstalled } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-programs-'));
const { PATH = '' } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Leaves only these programs on the search path. */
function have(...programs: readonly string[]): void {
  const only = mkdtempSync(join(folder, 'bin-'));
  for (const program of programs) {
    const file = PATH.split(':')
      .map((one) => join(one, program))
      .find((one) => isOnPath(program, join(one, '..')));
    if (file !== undefined) symlinkSync(file, join(only, program));
  }
  process.env.PATH = only;
}

describe('a missing program is named with the command that installs it', () => {
  test.each([
    [['unshare', 'nsenter', 'sh'], 'no private link: ip is not installed (`apt-get install iproute2`)'],
    [['unshare', 'ip', 'sh'], 'no private link: nsenter is not installed (`apt-get install util-linux`)'],
    [['nsenter', 'ip', 'sh'], 'no private link: unshare is not installed (`apt-get install util-linux`)'],
    [['ip', 'sh'], 'no private link: unshare, nsenter are not installed (`apt-get install util-linux`)'],
  ])('for a private link with only %j', async (programs, reason) => {
    have(...programs);
    expect((await openLink('auto')).reason).toBe(reason);
  });

  test('for a process that is pinned', async () => {
    have('sh');
    const child = new Child<{ order: string }, { answer: string }>('the server', 'none.ts', { core: '0' });
    await expect(child.ended()).rejects.toThrow(
      'the server could not be started: taskset is not installed (`apt-get install util-linux`)',
    );
  });

  test('for a server that a command starts', async () => {
    have();
    const { signal } = new AbortController();
    const settings = { url: 'ws://HOST:PORT', link: loopback(), core: undefined, datagrams: false, signal };
    await expect(OwnServer.start({ command: 'true', ...settings })).rejects.toThrow(
      'could not be started: sh is not installed (`apt-get install dash`)',
    );
  });
});

test('a program that cannot be executed is not there; one without a package is named alone', () => {
  writeFileSync(join(folder, 'ip'), '');
  chmodSync(join(folder, 'ip'), 0o644);
  expect(isOnPath('ip', folder)).toBe(false);
  expect(notInstalled(['constructor'])).toBe('constructor is not installed');
});

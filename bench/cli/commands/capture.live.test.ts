import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cli, endStarted, startProgram } from '../../testing/command.ts';
import { wirebench } from '../../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-capture-usage-'));
mkdirSync(join(folder, 'a-folder'));
writeFileSync(join(folder, 'wirebench-ws.pcapng'), 'earlier');
writeFileSync(join(folder, 'named.pcapng'), 'earlier');
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const capture = (...args: readonly string[]) => wirebench(['capture', ...args], { cwd: folder });

describe('capture refuses, with 2 and the fix, before anything starts', () => {
  test.each([
    ['no transport', [], /missing argument <transport>/],
    ['an unknown one', ['wss'], /unknown transport "wss", did you mean "ws"\?/],
    ['an unknown variant', ['mqtt:qos7'], /unknown transport "mqtt:qos7", did you mean "mqtt:qos1"\?/],
    ['two transports', ['ws', 'sse'], /unexpected argument "sse"/],
    ['a size without room for a header', ['tcp', '--size', '15'], /--size .*16/],
    ['no message', ['tcp', '--count', '0'], /--count .*1/],
    ['bytes over a transport of text', ['sse', '--binary'], /sse: carries no binary messages/],
    ['an unknown algorithm', ['tcp', '--auth', 'none'], /--auth .*HS256/],
    ['an unknown network', ['tcp', '--network', '7g'], /--network: .*7g/],
    ['several networks', ['tcp', '--network', 'none,rtt=20ms'], /--network names several networks/],
    ['a file that exists', ['ws'], /wirebench-ws\.pcapng exists already; .*--out.*--force/],
    ['a named file that exists', ['tcp', '--out', 'named.pcapng'], /named\.pcapng exists already/],
    ['a folder', ['tcp', '--out', 'a-folder', '--force'], /a-folder: it is a folder/],
    ['a folder that is not there', ['tcp', '--out', 'gone/x.pcapng'], /gone\/x\.pcapng: its folder does not exist/],
    ['no name', ['tcp', '--out', ''], /--out names no file/],
    ['an unknown flag', ['tcp', '--forced'], /unknown flag --forced, did you mean "--force"\?/],
  ] as const)('%s', async (_, args, expected) => {
    const before = readdirSync(folder).toSorted();
    const { code, stdout, stderr } = await capture(...args);
    expect(stderr).toMatch(expected);
    expect([code, stdout]).toEqual([2, '']);
    expect(readdirSync(folder).toSorted()).toEqual(before);
  });

  test('several problems at once', async () => {
    const { stderr } = await capture('wsx', '--out', 'gone/x.pcapng');
    expect(stderr).toMatch(/unknown transport "wsx"/);
    expect(stderr).toMatch(/its folder does not exist/);
  });

  test('a machine that cannot make a private link', async () => {
    const args = [cli, 'capture', 'tcp'];
    const { ended } = startProgram(process.execPath, args, { PATH: '/nonexistent' }, 'closed', folder);
    const { code, stdout, stderr } = await ended;
    expect(stderr).toMatch(
      /this machine can make none: no network: unshare, nsenter, sh, ip are not installed \(`apt-get install .*`\); see `npm run doctor`/,
    );
    expect([code, stdout]).toEqual([2, '']);
    expect(existsSync(join(folder, 'wirebench-tcp.pcapng'))).toBe(false);
    expect(readFileSync(join(folder, 'wirebench-ws.pcapng'), 'utf8')).toBe('earlier');
  });
});

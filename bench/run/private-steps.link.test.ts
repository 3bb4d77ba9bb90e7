import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { ephemeralPorts } from './limits.ts';
import { openLink, privateLink } from './link.ts';
import { descendantsOf } from './process-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-steps-'));
const { PATH = '' } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Puts an `ip` first on the search path that refuses what the pattern of a shell's `case` matches. */
function refuse(pattern: string): void {
  const programs = mkdtempSync(join(folder, 'ip-'));
  const script = `#!/bin/sh\ncase "$*" in ${pattern}) echo 'RTNETLINK answers: refused' >&2; exit 2;; esac\nPATH='${PATH}' exec ip "$@"\n`;
  writeFileSync(join(programs, 'ip'), script);
  chmodSync(join(programs, 'ip'), 0o755);
  process.env.PATH = `${programs}${delimiter}${PATH}`;
}

/** Makes a tree in the place of /proc with these kernel settings alone. */
function procWith(...files: readonly string[]): string {
  const proc = mkdtempSync(join(folder, 'proc-'));
  for (const file of files) {
    mkdirSync(join(proc, 'sys', file, '..'), { recursive: true });
    writeFileSync(join(proc, 'sys', file), '');
  }
  return proc;
}

/** Processes that this one has started, and theirs. */
const running = (): number[] => descendantsOf(process.pid).map(({ pid }) => pid);

const PORTS = 'net/ipv4/ip_local_port_range';
const QUEUE = 'net/core/somaxconn';

describe('an optional step that fails leaves the link', () => {
  test.each([
    ['accept queue', () => procWith(PORTS), /cannot create .*somaxconn/],
    ['ports', () => procWith(QUEUE), /cannot create .*ip_local_port_range/],
    ['no IPv6', () => refuse('*addrgenmode*'), /RTNETLINK answers: refused/],
    ['neighbour entries', () => refuse('neigh*'), /RTNETLINK answers: refused/],
  ])('%s', async (name, spoil, error) => {
    const proc = spoil() ?? '/proc';
    const link = await privateLink({ proc });
    expect(link).toMatchObject({
      kind: 'veth',
      leftOut: [{ name, error: expect.stringMatching(error), consequence: expect.stringMatching(/./) }],
    });
    expect(link.counters()).not.toBeNull();
    expect(ephemeralPorts(link)).toBe(name === 'ports' ? 28_232 : 55_536);
    await link.close();
  });

  test('all at once', async () => {
    refuse('*addrgenmode*|neigh*');
    const link = await privateLink({ proc: procWith() });
    expect(link.leftOut.map((one) => one.name)).toEqual(['no IPv6', 'ports', 'accept queue', 'neighbour entries']);
    await link.close();
  });
});

describe('a required step that fails is named with its error', () => {
  test.each([
    ['link?add*', 'virtual cable'],
    ['*gso_max_segs*', 'packets as on a cable'],
    ['route*', 'routes of the ways'],
  ])('%s', async (pattern, name) => {
    const before = running();
    refuse(pattern);
    const reason = `no private link: ${name} failed: RTNETLINK answers: refused`;
    await expect(privateLink()).rejects.toThrow(reason);
    expect(await openLink('auto')).toMatchObject({ kind: 'loopback', reason });
    await expect(openLink('veth')).rejects.toThrow(reason);
    // The shells that hold the namespaces are gone, and the namespaces with them.
    expect(running()).toEqual(before);
  });

  test('an optional one that failed before it does not hide it', async () => {
    refuse('route*');
    await expect(privateLink({ proc: procWith() })).rejects.toThrow('no private link: routes of the ways failed');
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseResults } from '../results/file.ts';
import { endStarted, start, until } from '../testing/command.ts';
import { networkNamespaces } from '../testing/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-link-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const small = ['--transports', 'tcp', '--scenarios', 'echo', '--clients', '5', '--rate', '200', '--warmup', '0.1'];

describe('a run over a private link leaves no namespace behind', () => {
  const before = networkNamespaces();
  const gone = () => until(() => networkNamespaces().length === before.length);

  test('after success; its results have the bytes of both layers', async () => {
    const out = join(folder, 'success');
    const { code } = await start(['run', ...small, '--duration', '0.5', '--trials', '1', '--out', out]).ended;
    expect([0, 13]).toContain(code);
    expect(networkNamespaces()).toEqual(before);
    const { environment, cases } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    expect(environment.link).toBe('veth');
    const trial = cases[0]?.trials[0];
    if (trial === undefined || trial.state === 'failed') throw new Error('nothing measured');
    const { wire, messages } = trial;
    // 100 messages of 128 bytes with 4 bytes of framing, in each direction.
    expect(wire.socket).toMatchObject({ up: messages.sent * 132, down: messages.delivered * 132 });
    expect(wire.up).toBe(messages.sent * 132 + 66 * (wire.packetsUp ?? 0));
    expect(wire.down).toBe(messages.delivered * 132 + 66 * (wire.packetsDown ?? 0));
  });

  test.each([
    ['after Ctrl-C', 'SIGINT', 130],
    ['when the command is killed', 'SIGKILL', null],
  ] as const)('%s', async (_, signal, exit) => {
    const settings = ['--duration', '0.2', '--trials', '50', '--keep-going', '--out', join(folder, signal)];
    const { child, said, ended } = start(['run', ...small, ...settings]);
    await until(() => said.stderr.includes('[1/50]'));
    expect(networkNamespaces()).toHaveLength(before.length + 2);
    child.kill(signal);
    expect((await ended).code).toBe(exit);
    await gone();
  });

  test('after a failure', async () => {
    // There can be only one server, and it may not open enough files, which is found out after the link is made.
    const settings = [
      '--transports',
      'long-polling',
      '--scenarios',
      'idle',
      '--clients',
      '65536',
      '--out',
      join(folder, 'fail'),
    ];
    const { code, stderr } = await start(['run', ...settings]).ended;
    expect(networkNamespaces()).toEqual(before);
    expect(code).toBe(2);
    expect(stderr).toMatch(/65536 sessions of long-polling need/);
  });
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseResults } from '../results/file.ts';
import { endStarted, start } from '../testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-no-link-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const small = ['--transports', 'tcp', '--scenarios', 'echo', '--clients', '5', '--rate', '200', '--warmup', '0.1'];

test('`--link veth` is refused before anything starts if no link can be made; `auto` uses the loopback', async () => {
  const toolless = { PATH: '/nonexistent' };
  const refused = await start(['run', ...small, '--link', 'veth', '--out', join(folder, 'no')], toolless).ended;
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /--link veth: no private link: unshare, nsenter, sh, ip are not installed \(`apt-get install util-linux dash iproute2`\); use --link loopback/,
  );
  const out = join(folder, 'loopback');
  const settings = ['--duration', '0.2', '--trials', '1', '--out', out];
  const done = await start(['run', ...small, ...settings], toolless).ended;
  expect([0, 13]).toContain(done.code);
  const cost =
    /^! On the loopback, because there is no private link: unshare, nsenter, sh, ip are not installed \(`apt-get install util-linux dash iproute2`\)\. So bytes are counted at the sockets/m;
  expect(done.stderr).toMatch(cost);
  // The summary says it too; its lines are wrapped.
  expect(done.stdout.replaceAll(/\n +/g, ' ')).toMatch(
    / ! On the loopback, because there is no private link: .* without TCP\/IP headers/m,
  );
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(
    /class="?banner[^<]*>On the loopback, because there is no private link/,
  );
  const { environment, cases } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
  expect(environment).toMatchObject({ link: 'loopback', linkReason: expect.stringMatching(/not installed/) });
  expect(cases[0]?.trials[0]).toMatchObject({ wire: { layer: 'socket' } });
});

test('a default run without namespaces leaves its network out by name, and keeps the recovery side by side', async () => {
  const toolless = { PATH: '/nonexistent' };
  const { code, stdout } = await start(['run', '--transports', 'tcp,ws', '--plan', '--json'], toolless).ended;
  expect(code).toBe(0);
  const plan: unknown = JSON.parse(stdout);
  expect(plan).toMatchObject({
    beside: 2,
    leftOut: ['tcp', 'ws'].map((name) => ({
      name,
      dimensions: { network: '4g-lossy' },
      reason: expect.stringMatching(/^unavailable here: this machine can make no network: .*not installed/),
    })),
  });
  expect(stdout).toContain('"ws/recovery/c50/r10/s128/text/fault=restart"');
  expect(stdout).not.toContain('/network=4g-lossy');
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseResults } from '../results/file.ts';
import { endStarted, start } from '../testing/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-recovery-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const small = ['--transports', 'tcp', '--scenarios', 'recovery', '--clients', '3', '--trials', '1', '--keep-going'];
/** Stands for a system on which no link and no relay can be made. */
const toolless = { PATH: '/nonexistent' };

test('without a relay the faults of the path are left out, and those of the server are measured', async () => {
  const out = join(folder, 'some');
  const faults = ['--fault', 'restart,blackhole,rebind', '--outage', '300ms'];
  const done = await start(['run', ...small, ...faults, '--out', out], toolless).ended;
  expect([0, 13], done.stderr).toContain(done.code);
  for (const fault of ['blackhole', 'rebind'])
    expect(done.stderr).toMatch(
      new RegExp(
        `^Left out: tcp, fault=${fault}: unavailable here: this machine can make no relay for the fault: `,
        'm',
      ),
    );
  const { cases, plan } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), out);
  expect(plan.outage).toEqual({ minSeconds: 0.3, maxSeconds: 0.3 });
  expect(plan.leftOut).toMatchObject([
    { name: 'tcp', kind: 'unavailable', dimensions: { fault: 'blackhole' } },
    { name: 'tcp', kind: 'unavailable', dimensions: { fault: 'rebind' } },
  ]);
  const [one, ...more] = cases;
  expect(more).toEqual([]);
  const trial = one?.trials.at(-1);
  if (trial === undefined || trial.state === 'failed') return expect.fail(trial?.reasons.join() ?? 'no trial');
  expect(trial.recovery).toMatchObject({
    sessions: { all: 3, survived: 0, cameBack: 3, gone: 0, noticed: 3 },
    messages: { lost: 0 },
    herd: { listenDrops: null },
  });
}, 90_000);

test('if nothing is left to measure, nothing starts', async () => {
  const refused = await start(['run', ...small, '--fault', 'reset', '--out', join(folder, 'none')], toolless).ended;
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/nothing is left to measure: tcp unavailable here: this machine can make no relay/);
});

test('the plan names each case with its time, and starts nothing', async () => {
  const planned = await start(['run', ...small, '--fault', 'restart', '--outage', '10s', '--plan', '--json'], toolless)
    .ended;
  expect(planned.code).toBe(0);
  const { steps } = JSON.parse(planned.stdout);
  expect(steps).toMatchObject([{ name: 'tcp/recovery/c3/r10/s128/text/fault=restart' }]);
  expect(steps[0].seconds).toBeGreaterThan(13);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseResults } from '../results/file.ts';
import { MOUNTS, machineTree } from '../run/machine/testing/tree.ts';
import { ProcessStage } from '../run/stage.ts';
import { runTrial } from '../run/trial.ts';
import { endStarted, start } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-machine-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const RUN = ['run', '--transports', 'tcp', '--scenarios', 'echo', '--link', 'loopback'];
const tree = (): string => mkdtempSync(join(folder, 'tree-'));
const ECHO = planTrial('tcp', 'echo', { clients: 2, rate: 50, seconds: 0.1 });
/** Files of another Wirebench in the place of /proc. */
const OTHER = { 'proc/200/cmdline': 'node\0wirebench.js\0run\0' };

/** Measures one trial on a recorded machine, which `change` alters when the trial's processes have started. */
async function trialOn(files: Readonly<Record<string, string>>, change: (root: string) => void = () => {}) {
  const root = tree();
  const settings = singleTrial({ roots: machineTree(root, files) });
  const { trial } = await runTrial(ECHO, settings, async (planned, those) => {
    const stage = await ProcessStage.open(planned, those);
    change(root);
    return stage;
  });
  const { broken = [] } = trial;
  return { trial, broken: broken.map(({ rule }) => rule) };
}

describe('a second Wirebench', () => {
  test.each<[string, Record<string, string>, (root: string) => void]>([
    ['before a trial', OTHER, (root) => rmSync(join(root, 'proc/200'), { recursive: true })],
    ['in the middle of one', {}, (root) => void machineTree(root, OTHER)],
  ])('that measures %s makes it invalid', async (_, files, change) => {
    const { trial, broken } = await trialOn(files, change);
    expect(trial.state).toBe('invalid');
    expect(broken).toContain('only-run');
  });

  test('is named by doctor, by a plan and by commands that make no other checks; one that was killed is gone', async () => {
    const looking = { WIREBENCH_PROC: '/proc' };
    const out = ['--out', mkdtempSync(join(folder, 'other-'))];
    const other = start([...RUN, '--duration', '60', ...out], { TMPDIR: folder });
    const { pid } = other.child;
    const [doctor, plan, micro] = await Promise.all([
      wirebench(['doctor', '--strict', '--json'], { environment: looking }),
      wirebench([...RUN, '--plan'], { environment: looking }),
      wirebench(['micro', '--transports', 'ws', '--seconds', '0.001'], { environment: looking }),
    ]);
    expect(doctor.code).toBe(15);
    const found = JSON.parse(doctor.stdout).checks.find(({ name }: { name: string }) => name === 'other runs');
    expect(found).toMatchObject({ state: 'unfit', observed: expect.stringContaining(`process ${pid} measures (run)`) });
    const planned = plan.stdout.replaceAll(/\s+/g, ' ');
    expect(planned).toMatch(new RegExp(`✕ This machine is not fit .*other runs: .*process ${pid} measures`));
    expect(micro.stderr).toMatch(
      new RegExp(`^! Another Wirebench measures on this machine \\(process ${pid}, run\\)`, 'm'),
    );
    other.child.kill('SIGKILL');
    await other.ended;
    const after = await wirebench(['doctor', '--json'], { environment: looking });
    expect(after.stdout).toContain('other runs');
    expect(after.stdout).not.toContain(`process ${pid} measures`);
  });
});

describe('a CPU quota', () => {
  const QUOTA = {
    'proc/self/cgroup': '0::/box\n',
    'proc/self/mountinfo': MOUNTS.v2,
    'sys/fs/cgroup/box/cpu.max': '150000 100000\n',
    'sys/fs/cgroup/box/memory.max': '536870912\n',
    'sys/fs/cgroup/box/cpu.stat': 'nr_throttled 3\nthrottled_usec 100\n',
  };

  test('is part of doctor, plan, results and report', async () => {
    const { proc, sys } = machineTree(tree(), QUOTA);
    const environment = { PATH: process.env.PATH ?? '', WIREBENCH_PROC: proc, WIREBENCH_SYS: sys };
    const out = join(folder, 'quota');
    const load = ['--clients', '2', '--rate', '50', '--warmup', '0', '--duration', '0.1', '--trials', '1'];
    const [doctor, run] = await Promise.all([
      wirebench(['doctor', '--strict'], { environment }),
      wirebench([...RUN, ...load, '--out', out], { environment }),
    ]);
    expect(doctor.code).toBe(15);
    expect(doctor.stdout).toMatch(/✕ CPU quota +1\.5 cores’ time, used up 3 times so far\n/);
    expect(doctor.stdout).toMatch(/! memory limit +512 MiB\n/);
    expect(run.stderr).toMatch(/^! The server and 1 load process want 2 cores, but the CPU quota is 1\.5:/m);
    const { environment: recorded, cases } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    expect(recorded).toMatchObject({ cpuQuota: 1.5, memoryLimitBytes: 2 ** 29 });
    // On a busy machine a trial may have been run again.
    expect(cases[0]?.trials[0]).toMatchObject({ throttled: { times: 0, seconds: 0 } });
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/with a CPU quota of 1\.5/);
  });

  test('that is used up during a trial makes it invalid; used up before, it does not', async () => {
    const root = tree();
    let times = 3;
    const stat = () => ({ 'sys/fs/cgroup/box/cpu.stat': `nr_throttled ${++times}\nthrottled_usec ${times}000\n` });
    const roots = machineTree(root, QUOTA);
    const open = async (...given: Parameters<typeof ProcessStage.open>) => {
      machineTree(root, stat());
      const stage = await ProcessStage.open(...given);
      const phase = stage.phase.bind(stage);
      return Object.assign(stage, {
        phase: (order: Parameters<typeof phase>[0]) => {
          const phasing = phase(order);
          if (times > 4) machineTree(root, stat());
          return phasing;
        },
      });
    };
    const before = await runTrial(ECHO, singleTrial({ roots }), open);
    expect(before.trial).toMatchObject({ throttled: { times: 0 } });
    expect((before.trial.broken ?? []).map(({ rule }) => rule)).not.toContain('not-throttled');
    const during = await runTrial(ECHO, singleTrial({ roots }), open);
    expect(during.trial).toMatchObject({ state: 'invalid', throttled: { times: 1, seconds: 0.001 } });
    expect((during.trial.broken ?? []).map(({ rule }) => rule)).toContain('not-throttled');
  });
});

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { Results } from '../results/schema.ts';
import { Started, startAgent } from '../testing/agents/agents.ts';
import { Hosts, HUB } from '../testing/agents/hosts.ts';
import { TestRedis } from '../testing/agents/redis.ts';
import { soak } from '../testing/soak.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const script = join(root, 'bench/testing/agents/merged.ts');
const AGENTS = 3;

/** Runs `use` with agents on three hosts. */
async function withAgents(
  use: (around: { hosts: Hosts; redis: TestRedis; agents: readonly Started[] }) => Promise<string>,
): Promise<string> {
  await using hosts = await Hosts.make(AGENTS);
  await using redis = await TestRedis.start({ end: hosts.hub, bind: HUB, port: 6390, password: 'word' });
  const agents = await Promise.all(hosts.agents.map((end, index) => startAgent(redis.url, `host-${index + 1}`, end)));
  try {
    return await use({ hosts, redis, agents });
  } finally {
    await Promise.all(agents.map((agent) => agent.kill()));
  }
}

soak('30,000 sessions of agents on three hosts', 900, () =>
  withAgents(async ({ hosts, redis }) => {
    const [program, ...args] = [...hosts.hub, process.execPath, script];
    const env = { ...process.env, MERGED: `${redis.url} 3 3 30000 1000 20 echo` };
    const { stdout } = await run(program!, args, { env });
    const seen = JSON.parse(stdout);
    const { delivered, equal, openedSeconds, clocks } = seen;
    expect(seen).toMatchObject({ due: 20_000, sent: 20_000, delivered: 20_000, timed: 20_000 });
    expect(seen).toMatchObject({ duplicated: 0, unexpected: 0, corrupt: 0, early: 0 });
    expect(equal).toEqual([true, true, true, true]);
    const bounds = clocks.map(({ boundSeconds }: { boundSeconds: number }) => `±${(boundSeconds * 1e6).toFixed(0)}`);
    return `opened in ${openedSeconds.toFixed(1)} s, ${delivered} of 20,000 echoes, buckets equal, clocks ${bounds.join(' ')} µs`;
  }),
);

soak('a host whose cable is cut in the middle of a trial', 300, () =>
  withAgents(async ({ hosts, redis, agents }) => {
    const out = mkdtempSync(join(tmpdir(), 'wirebench-cut-'));
    try {
      const measured = [
        '--transports',
        'ws',
        '--scenarios',
        'echo',
        '--clients',
        '30',
        '--rate',
        '90',
        '--duration',
        '8',
      ];
      const flags = [...measured, '--warmup', '0', '--trials', '2', '--yes', '--keep-going', '--out', out];
      const coordinator = ['run', '--agents', '3', '--redis', redis.url, '--listen', HUB, ...flags];
      await using running = new Started(coordinator, hosts.hub);
      await running.says('has role 3 of 3');
      await measuringIn(hosts.hub, redis);
      const [program, ...args] = [...hosts.hub, 'ip', 'link', 'set', 'cable2', 'down'];
      await run(program!, args);
      await running.ended();
      const results: Results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
      const [first, second] = results.cases.flatMap(({ trials }) => trials);
      expect(first?.reasons.join()).toContain('agent host-2 was lost: it gave no sign of life');
      expect(second).toMatchObject({ messages: { due: 720, sent: 720, lost: 0 } });
      await agents[1]?.says('The run goes on without this agent');
      return `${first?.state}: ${first?.reasons[0]}`;
    } finally {
      rmSync(out, { recursive: true });
    }
  }),
);

/** Resolves once a phase is measured: Redis can be asked only at its own host. */
async function measuringIn(end: readonly string[], redis: TestRedis): Promise<void> {
  const ask = `
    import { TestRedis } from '${root}/bench/testing/agents/redis.ts';
    await TestRedis.at('${redis.url}').measuring(3);
  `;
  const [program, ...args] = [...end, process.execPath, '--input-type=module', '-e', ask];
  await run(program!, args);
}

soak('the recipe for ssh, as it is written', 300, async () => {
  const home = mkdtempSync(join(tmpdir(), 'wirebench-home-'));
  try {
    mkdirSync(join(home, '.ssh'), { mode: 0o700 });
    symlinkSync(root, join(home, 'wirebench'));
    for (const key of ['.ssh/id', 'host'])
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, key)]);
    writeFileSync(join(home, '.ssh/authorized_keys'), readFileSync(join(home, '.ssh/id.pub')), { mode: 0o600 });
    const hosts = ['Host load1 load2', '  HostName 10.0.0.1', '  Port 2222', '  IdentityFile /root/.ssh/id'];
    writeFileSync(
      join(home, '.ssh/config'),
      [...hosts, '  StrictHostKeyChecking no', '  LogLevel ERROR', ''].join('\n'),
    );
    const measured = '--transports ws --scenarios echo --clients 20 --rate 100 --duration 1 --trials 1 --yes';
    // A network and a home of the test's own: what the recipe leaves running would keep the command from ending.
    const inside = `
      set -e
      ip link set lo up
      ip addr add 10.0.0.1/32 dev lo
      mount --bind ${home} /root
      mkdir -p /run/sshd
      $(command -v sshd || echo /usr/sbin/sshd) -D -p 2222 -h /root/host -o PidFile=none -o StrictModes=no -E /root/log &
      sshd=$!
      sleep 1
      HOME=/root WIREBENCH_PROC= ${root}/examples/agents/ssh.sh 10.0.0.1 load1 load2 -- ${measured} --out /root/out || status=$?
      sleep 1
      echo "left: $(pgrep --ns $$ --nslist net -l '^(node|redis-server|ssh)$' | tr '\\n' ' ')"
      kill $sshd
      exit \${status:-0}
    `;
    const prefix = ['--net', '--mount', '--fork', '--kill-child', 'bash', '-c', inside];
    // A busy machine makes a trial invalid, which is no fault of the recipe.
    const { stdout, stderr } = await run('unshare', prefix).catch(
      (error: { stdout: string; stderr: string; code: number }) => {
        if (error.code !== 13) throw error;
        return error;
      },
    );
    const results: Results = JSON.parse(readFileSync(join(home, 'out/results.json'), 'utf8'));
    const [trial] = results.cases.flatMap(({ trials }) => trials);
    expect(trial).toMatchObject({ messages: { due: 100, sent: 100, lost: 0 } });
    expect(results.environment.hosts).toHaveLength(3);
    expect(stdout).toMatch(/^left: $/m);
    const said = /Agent .* has role 2 of 2/.exec(stderr)?.[0] ?? '';
    expect(said).not.toBe('');
    return said;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

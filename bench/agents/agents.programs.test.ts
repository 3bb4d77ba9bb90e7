import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { decode } from '../load/histogram.ts';
import type { Results } from '../results/schema.ts';
import { ownAgent, Started, startAgent } from '../testing/agents/agents.ts';
import { TestRedis } from '../testing/agents/redis.ts';
import { wirebench } from '../testing/in-process.ts';
import { PATIENT } from '../testing/patience.ts';
import { childrenOf } from '../testing/processes.ts';
import { needs } from '../testing/unavailable.ts';

await needs('redis', 'processTable');

const folder = mkdtempSync(join(tmpdir(), 'wirebench-agents-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Time of a test: several runs, on a machine with other work. */
const TIME = { timeout: 240_000 };

let runs = 0;
const flagsOf = (redis: TestRedis, agents: number): string[] => [
  'run',
  ...['--agents', String(agents), '--redis', redis.url],
  ...['--transports', 'ws', '--clients', '6', '--rate', '60', '--warmup', '0', '--yes', '--keep-going'],
  ...['--out', join(folder, `run-${++runs}`)],
];

/** Flags of a run of this number of trials of an echo, whose phase takes so long. */
const echoFlags = (
  redis: TestRedis,
  { agents, trials, seconds }: { agents: number; trials: number; seconds: number },
) => [...flagsOf(redis, agents), ...['--scenarios', 'echo', '--trials', String(trials), '--duration', String(seconds)]];

function readOut(flags: readonly string[]): Results {
  const out = flags[flags.indexOf('--out') + 1] ?? '';
  return JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
}

const trialsOf = ({ cases }: Results) => cases.flatMap(({ trials }) => trials);

describe.concurrent('a run with agents', TIME, () => {
  test('has the load of all of them, and says which host measured what', async () => {
    await using redis = await TestRedis.start({ password: 'se-cret' });
    await using one = ownAgent(redis.url, 'one', { workers: 2 });
    await using _ = ownAgent(redis.url, 'two');

    const few = await wirebench([...echoFlags(redis, { agents: 3, trials: 1, seconds: 1 }), '--agents-within', '4']);
    expect(few).toMatchObject({ code: 2 });
    expect(few.stderr).toMatch(/2 of 3 roles claimed \(by (one, two|two, one)\) within 4 s\. Start more agents/);
    await vi.waitUntil(async () => (await redis.leftovers()).length === 0, PATIENT);

    const flags = [...flagsOf(redis, 2), '--scenarios', 'echo,broadcast', '--trials', '1', '--duration', '1'];
    const { stderr, stdout } = await wirebench(flags);
    const results = readOut(flags);
    expect(stderr + stdout + JSON.stringify(results) + one.said.join()).not.toContain('se-cret');
    expect(results.plan).toMatchObject({ workers: 3 });
    expect(results.plan.command).toContain('--agents 2 --redis redis://[hidden]@127.0.0.1:');
    expect(results.environment.hosts?.map(({ name }) => name).toSorted()).toEqual(['local', 'one', 'two']);
    for (const trial of trialsOf(results)) {
      if (trial.state === 'failed') throw new Error(trial.reasons.join());
      expect(trial.messages).toMatchObject({ due: 60, sent: 60, lost: 0, duplicated: 0, unexpected: 0, errors: {} });
      expect(trial.reasons.join()).not.toMatch(/accounting|clock|agents/);
      const hosts = trial.processes?.map(({ role, host }) => `${role} ${host}`).toSorted();
      expect(hosts).toEqual(['generator one', 'generator one', 'generator two', 'server local']);
      expect(trial.clocks?.map(({ host }) => host).toSorted()).toEqual(['one', 'two']);
      // All processes of this machine have one clock, so the offset is all error.
      for (const { offsetSeconds, boundSeconds } of trial.clocks ?? [])
        expect(Math.abs(offsetSeconds)).toBeLessThanOrEqual(boundSeconds);
    }
    const [echo, broadcast] = ['echo', 'broadcast'].map((name) => {
      const trial = results.cases.find(({ scenario }) => scenario === name)?.trials[0];
      if (trial === undefined || trial.state === 'failed') throw new Error('not measured');
      return trial;
    });
    expect(echo?.allPairs).toBeUndefined();
    expect(decode(echo!.latency.response).totalCount).toBe(60);
    // Six clients: four at the agent with two load workers, two at the other.
    expect(decode(broadcast!.latency.response).totalCount).toBe(40 * 4 + 20 * 2);
    expect(broadcast?.allPairs).toMatchObject({ between: 40 * 2 + 20 * 4 });
    const { response } = broadcast!.allPairs!;
    if (response !== undefined) expect(decode(response).totalCount).toBe(broadcast!.messages.delivered);
    await vi.waitUntil(async () => (await redis.leftovers()).length === 0, PATIENT);
  });

  test('refuses an agent of another version, and goes on with the others', async () => {
    await using redis = await TestRedis.start();
    await using other = ownAgent(redis.url, 'other', { version: { wirebench: '9.9.9', schema: 'wirebench/1' } });
    const flags = echoFlags(redis, { agents: 1, trials: 1, seconds: 0.5 });
    const running = wirebench(flags);
    const words = /agent other is wirebench 9\.9\.9 .* the run is wirebench .*: install one version on all machines/;
    await expect(other.over).rejects.toThrow(words);
    await using _ = ownAgent(redis.url, 'same');
    const { stderr } = await running;
    expect(stderr).toMatch(words);
    expect(trialsOf(readOut(flags))).toMatchObject([{ messages: { due: 30, sent: 30 } }]);
    expect(await redis.leftovers()).toEqual([]);
  });

  test('goes on without an agent that is killed, whose trial is invalid with its name', async () => {
    await using redis = await TestRedis.start();
    await using killed = await startAgent(redis.url, 'killed');
    await using other = ownAgent(redis.url, 'other');
    const flags = echoFlags(redis, { agents: 2, trials: 2, seconds: 3 });
    const running = wirebench(flags);
    await redis.measuring(2);
    await using spare = ownAgent(redis.url, 'spare');
    const workers = childrenOf(killed.process.pid);
    expect(workers).toHaveLength(1);
    await killed.kill();
    await running;
    const results = readOut(flags);
    const [first, second] = trialsOf(results);
    expect(first).toMatchObject({ state: 'invalid', messages: { due: 180 } });
    expect(first?.reasons.join()).toContain('agents held: agent killed was lost: it gave no sign of life');
    if (first?.state === 'failed' || second === undefined || second.state === 'failed') throw new Error('not measured');
    // The other agent has sent its half to the end, and nobody the rest a second time.
    expect(first?.messages).toMatchObject({ sent: 90, delivered: 90 });
    expect(second.messages).toMatchObject({ due: 180, sent: 180, lost: 0, duplicated: 0 });
    expect(second.processes?.map(({ host }) => host)).toEqual(['local', 'other']);
    expect(spare.said.filter((text) => text === 'A run has begun.')).toEqual([]);
    expect(other.said.filter((text) => text === 'A run has begun.')).toHaveLength(1);
    // Load workers end with their agent.
    expect(childrenOf(killed.process.pid)).toEqual([]);
    expect(await redis.leftovers()).toEqual([]);
  });

  test('names an agent that is stopped', async () => {
    await using redis = await TestRedis.start();
    await using stopped = await startAgent(redis.url, 'stopped');
    await using _ = ownAgent(redis.url, 'other');
    const flags = echoFlags(redis, { agents: 2, trials: 1, seconds: 2 });
    const running = wirebench(flags);
    await redis.measuring(2);
    stopped.process.kill('SIGTERM');
    expect(await stopped.ended()).toBe(0);
    await running;
    const [trial] = trialsOf(readOut(flags));
    expect(trial?.state).toBe('invalid');
    expect(trial?.reasons.join()).toContain('agent stopped was lost: it was stopped');
    expect(await redis.leftovers()).toEqual([]);
  });

  test('goes on after Redis was restarted in the middle of a trial', async () => {
    await using redis = await TestRedis.start();
    await using one = ownAgent(redis.url, 'one');
    await using two = ownAgent(redis.url, 'two');
    const flags = echoFlags(redis, { agents: 2, trials: 2, seconds: 2 });
    const running = wirebench(flags);
    await redis.measuring(2);
    await redis.kill();
    await redis.start();
    await running;
    const [first, second] = trialsOf(readOut(flags));
    expect(first?.state).toMatch(/invalid|failed/);
    expect(first?.reasons.join()).toMatch(/the connection to Redis at 127\.0\.0\.1:\d+ was lost/);
    expect(second).toMatchObject({ messages: { due: 120, sent: 120, lost: 0 } });
    for (const { said } of [one, two]) expect(said.join()).toMatch(/is gone.*is back/);
    expect(await redis.leftovers()).toEqual([]);
  });

  test('that is killed leaves agents that end its load and wait for the next one', async () => {
    await using redis = await TestRedis.start();
    await using agent = await startAgent(redis.url, 'agent');
    await using killed = new Started(echoFlags(redis, { agents: 1, trials: 1, seconds: 60 }));
    await redis.measuring(1);
    await killed.kill();
    await agent.says('its run ended without a word');
    await vi.waitUntil(async () => (await redis.leftovers()).length === 0, PATIENT);
    expect(childrenOf(agent.process.pid)).toEqual([]);
    const flags = echoFlags(redis, { agents: 1, trials: 1, seconds: 0.5 });
    await wirebench(flags);
    expect(trialsOf(readOut(flags))).toMatchObject([{ messages: { due: 30, sent: 30, lost: 0 } }]);
    agent.process.kill('SIGTERM');
    expect(await agent.ended()).toBe(0);
  });
});

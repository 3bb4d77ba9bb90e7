import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startAgent } from '../testing/agents/agents.ts';
import { Hosts, HUB } from '../testing/agents/hosts.ts';
import { TestRedis } from '../testing/agents/redis.ts';
import { needs } from '../testing/unavailable.ts';

await needs('redis');

const script = fileURLToPath(new URL('../testing/agents/merged.ts', import.meta.url));

test('the load of three hosts is merged as that of one, by clocks that were compared', {
  timeout: 240_000,
}, async () => {
  await using hosts = await Hosts.make(3);
  await using redis = await TestRedis.start({ end: hosts.hub, bind: HUB, port: 6390, password: 'word' });
  const started = await Promise.all(hosts.agents.map((end, index) => startAgent(redis.url, `host-${index + 1}`, end)));
  try {
    const [program, ...others] = [...hosts.hub, process.execPath, script];
    const env = { ...process.env, MERGED: `${redis.url} 3 1 30 300 1 broadcast` };
    const { stdout } = await promisify(execFile)(program!, others, { env });
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({ due: 300, sent: 300, delivered: 9_000, timed: 9_000 });
    expect(seen).toMatchObject({ duplicated: 0, unexpected: 0, corrupt: 0, early: 0 });
    expect(seen.equal).toEqual([true, true, true, true]);
    expect(seen.equalBetween).toBe(true);
    expect(seen.parts).toHaveLength(3);
    for (const { host, responses } of seen.parts) {
      expect(host).toMatch(/^host-\d$/);
      // Ten sessions of one host hear its own hundred messages.
      expect(responses).toBe(1_000);
    }
    expect(seen.clocks).toHaveLength(3);
    for (const { host, offsetSeconds, boundSeconds } of seen.clocks) {
      const ahead = hosts.haveClocks ? 1_000 * Number(host.slice(-1)) : 0;
      expect(Math.abs(offsetSeconds - ahead)).toBeLessThanOrEqual(boundSeconds + 1e-6);
    }
    expect(seen.late).toHaveLength(3);
    expect(seen.late[0]).toMatch(/^agent host-\d was slow: it learned of the measured phase 0\.\d+ s after/);
  } finally {
    await Promise.all(started.map((agent) => agent.kill()));
  }
});

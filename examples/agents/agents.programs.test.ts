import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fleet } from '../../bench/agents/fleet.ts';
import { readRedisUrl } from '../../bench/agents/redis-url.ts';
import { Started, VERSION } from '../../bench/testing/agents/agents.ts';
import { TestRedis } from '../../bench/testing/agents/redis.ts';
import { needs } from '../../bench/testing/unavailable.ts';

await needs('redis');

/** Fields of a Job that the test reads. */
const job = z.object({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  spec: z.object({
    completions: z.int(),
    parallelism: z.int(),
    backoffLimit: z.literal(0),
    template: z.object({
      spec: z.object({
        restartPolicy: z.literal('Never'),
        containers: z.tuple([
          z.object({
            command: z.array(z.string()),
            env: z.array(z.object({ name: z.string(), valueFrom: z.record(z.string(), z.unknown()) })),
          }),
        ]),
      }),
    }),
  }),
});

test('the command of the Job for Kubernetes is an agent for one run', { timeout: 120_000 }, async () => {
  const text = readFileSync(new URL('kubernetes.yaml', import.meta.url), 'utf8');
  const { completions, parallelism, template } = job.parse(parse(text)).spec;
  expect(completions).toBe(parallelism);
  const [{ command, env }] = template.spec.containers;
  expect(env.map(({ name }) => name)).toEqual(['POD', 'WIREBENCH_REDIS']);
  await using redis = await TestRedis.start({ password: 'word' });
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
  const [program, launcher, ...args] = command.map((word) =>
    word.replace('/wirebench/', `${root}/`).replace('$(POD)', 'pod-0'),
  );
  expect([program, launcher]).toEqual(['node', `${root}/wirebench.js`]);
  await using agent = new Started(args, [], { WIREBENCH_REDIS: redis.url });
  await agent.says('Agent pod-0, with 2 load workers, waits for runs');
  const address = readRedisUrl(redis.url, 'the address');
  if ('problem' in address) throw new Error(address.problem);
  const { signal } = new AbortController();
  const fleet = await Fleet.recruit({ address, agents: 1, seconds: 60, version: VERSION, signal, say: () => {} });
  expect(fleet.members.map(({ name, claim }) => [name, claim.workers])).toEqual([['pod-0', 2]]);
  await fleet[Symbol.asyncDispose]();
  expect(await agent.ended()).toBe(0);
  expect(agent.said).not.toContain('word@');
});

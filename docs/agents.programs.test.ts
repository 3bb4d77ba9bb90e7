import { expect, test } from 'vitest';
import { TestRedis } from '../bench/testing/agents/redis.ts';
import { wirebench } from '../bench/testing/in-process.ts';
import { needs } from '../bench/testing/unavailable.ts';
import { differentCommands, ON_REDIS, wordsOf } from './shown-commands.ts';

await needs('redis');

const commands = differentCommands.filter(({ command }) => ON_REDIS.test(command));

test('the documents have commands that need Redis', () => expect(commands.length).toBeGreaterThan(0));

/** Commands of the documents that wait for runs, as they stand there but for the address. */
test.for(commands)('$command ($files)', async ({ command }) => {
  await using redis = await TestRedis.start({ password: 'password' });
  const interruption = new AbortController();
  const args = wordsOf(command).map((word) => (word.startsWith('redis://') ? redis.url : word));
  const { code, stderr } = await wirebench(args, {
    interrupted: interruption.signal,
    onWrite: (written) => {
      if (written.stderr.includes('waits for runs')) interruption.abort();
    },
  });
  expect(stderr).toContain('waits for runs');
  expect(code).toBe(0);
});

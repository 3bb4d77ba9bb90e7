import { describe } from 'vitest';
import { soak } from '../../testing/soak.ts';
import { subjectsOverRedis } from '../../testing/subjects.ts';
import { needs } from '../../testing/unavailable.ts';
import { conforming } from './conforming.ts';
import { runCheck } from './suite.ts';

await needs('redis');

describe.each(await subjectsOverRedis())('$name', async (found) => {
  const { subject, checks } = await conforming(found);

  soak(`${found.name}: conforms to the contract, by way of Redis`, 600, async () => {
    for (const check of checks) await runCheck(check, subject);
    return `${checks.length} checks`;
  });
});

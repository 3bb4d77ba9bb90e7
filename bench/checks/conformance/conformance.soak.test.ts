import { describe } from 'vitest';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { conforming } from './conforming.ts';
import { runCheck } from './suite.ts';

const ROUNDS = 5;

describe.each(await subjects())('$name', async (found) => {
  unavailable(found.unavailable);
  const { subject, checks } = await conforming(found);

  soak(`${found.name}: conforms to the contract, ${ROUNDS} times`, 600, async () => {
    for (let round = 0; round < ROUNDS; round++) for (const check of checks) await runCheck(check, subject);
    return `${ROUNDS * checks.length} checks`;
  });
});

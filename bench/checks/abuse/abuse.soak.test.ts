import { describe } from 'vitest';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { assertStands } from './harness.ts';

const ROUNDS = 3;

describe.each(await subjects())('$name', (subject) => {
  unavailable(subject.unavailable);

  for (let round = 1; round <= ROUNDS; round++) {
    soak(`${subject.name}: stands every attack, round ${round} of ${ROUNDS}`, 400, async () => {
      const { attacks, grownBytes } = await assertStands(subject);
      return `${attacks.length} attacks, ${(grownBytes / 2 ** 20).toFixed(1)} MiB kept`;
    });
  }
});

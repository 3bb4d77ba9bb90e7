import { describe } from 'vitest';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { assertNoticed, assertStands, MANY_SUBSCRIBERS } from './harness.ts';

const ROUNDS = 3;
const MAX_SECONDS = 400;

describe.each(await subjects())('$name', (subject) => {
  unavailable(subject.unavailable);

  for (let round = 1; round <= ROUNDS; round++) {
    soak(`${subject.name}: stands every attack, round ${round} of ${ROUNDS}`, MAX_SECONDS, async () => {
      const many = subject.variant === null ? { subscribers: MANY_SUBSCRIBERS } : {};
      const { attacks, grownBytes } = await assertStands(subject, many);
      return `${attacks.length} attacks, ${(grownBytes / 2 ** 20).toFixed(1)} MiB kept`;
    });
  }

  if (subject.entry.datagrams === true)
    soak(`${subject.name}: a server without its defence is noticed`, MAX_SECONDS, async () => {
      await assertNoticed(subject);
      return 'it keeps a frozen subscriber';
    });
});

import { describe } from 'vitest';
import { pairedRatios } from '../testing/readers/paired-trials.ts';
import { soak } from '../testing/soak.ts';
import { subjects } from '../testing/subjects.ts';

/** Six trials of some 80 s. */
const MAX_SECONDS = 900;

describe('stopped readers of every transport cost the others and the server little', async () => {
  const found = (await subjects()).filter(({ unavailable }) => unavailable === undefined);

  for (const { name } of found) {
    soak(`slow readers of ${name}`, MAX_SECONDS, async () => {
      const { problems, seen } = await pairedRatios(name, { trials: 6 });
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return seen;
    });
  }
});

import { afterAll, afterEach } from 'vitest';
import {
  endBusy,
  expectTouchedFromItsMiddle,
  GENERATOR,
  removeRuns,
  SERVER,
  whyNoCores,
} from '../../testing/faults/busy-cores.ts';
import { soak } from '../../testing/soak.ts';
import { unavailable } from '../../testing/unavailable.ts';

unavailable(whyNoCores);
afterEach(endBusy);
afterAll(removeRuns);

// Both cores at once are in busy-cores.timing.test.ts.
for (const [where, core] of [
  ['server', SERVER],
  ['generator', GENERATOR],
] as const)
  soak(
    `loops on the ${where}’s core alone, begun in the middle of a run, reject the trials from then on`,
    180,
    async () => {
      await expectTouchedFromItsMiddle([core]);
      return 'two of five trials without the loop, and two with it';
    },
  );

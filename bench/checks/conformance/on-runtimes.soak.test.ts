import { describe, expect } from 'vitest';
import { whyUnavailable } from '../../run/scale/available.ts';
import { soak } from '../../testing/soak.ts';
import { needs, unavailable } from '../../testing/unavailable.ts';
import { nameOf } from '../../transports/index.ts';
import { conformsOn, runningOn } from './on-runtimes.ts';

describe.each(['bun', 'deno'] as const)('on %s', async (runtime) => {
  await needs(runtime);

  describe.each(runningOn(runtime).map((choice) => ({ name: nameOf(choice), choice })))('$name', async (found) => {
    unavailable(await whyUnavailable(found.choice));

    soak(`${found.name} on ${runtime}: conforms to the contract`, 900, async () => {
      const { checks, failures } = await conformsOn(runtime, found.choice);
      expect(failures).toEqual([]);
      return `${checks} checks`;
    });
  });
});

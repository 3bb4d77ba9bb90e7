import { describe, expect, test } from 'vitest';
import { usableRuntimes } from '../../run/runtimes/find.ts';
import { soak } from '../../testing/soak.ts';
import { needs } from '../../testing/unavailable.ts';
import { nameOf, surfaceOf, transportChoices, whyNotOn } from '../../transports/index.ts';
import { attacksOn } from './attacks.ts';
import { assertStands } from './harness.ts';

const MAX_SECONDS = 400;

/** Servers of the runtimes' own: the others have the defence that the tests in Node attack. */
const native = transportChoices().filter((choice) => whyNotOn(choice, 'node') !== undefined);

describe.each(['bun', 'deno'] as const)('on %s', async (runtime) => {
  await needs(runtime);

  for (const choice of native) {
    const except = Object.keys(surfaceOf(choice)?.undefended?.[runtime] ?? {});

    test(`${nameOf(choice)}: attacks that are left out exist`, async () => {
      const names = (await attacksOn(choice, surfaceOf(choice))).map(({ name }) => name);
      expect(except.filter((name) => !names.includes(name))).toEqual([]);
    });

    soak(`${nameOf(choice)} on ${runtime}: stands every attack that it defends against`, MAX_SECONDS, async () => {
      const [program] = usableRuntimes([runtime]).runtimes;
      const { attacks, grownBytes } = await assertStands(choice, { except, program });
      return `${attacks.length} attacks, ${(grownBytes / 2 ** 20).toFixed(1)} MiB kept`;
    });
  }
});

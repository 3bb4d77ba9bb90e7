import { describe } from 'vitest';
import { relayedLink } from '../../run/network/relayed-link.ts';
import { networkFrom } from '../../testing/network/network-from.ts';
import { soak } from '../../testing/soak.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { checkOverNetwork } from './over-network.ts';

const NETWORK = 'wifi-bad';

describe.each(await subjects())('$name', ({ name, unavailable: why }) => {
  unavailable(why);

  soak(`${name}: keeps what it promises over ${NETWORK}`, 300, async () => {
    const { signal } = new AbortController();
    const link = await relayedLink({ network: networkFrom(NETWORK), seed: 1, lines: 1, core: undefined, signal });
    try {
      const { failures, seen } = await checkOverNetwork(name, link, 0);
      if (failures.length > 0) throw new Error(failures.join('; '));
      return seen.join('; ');
    } finally {
      await link.close();
    }
  });
});

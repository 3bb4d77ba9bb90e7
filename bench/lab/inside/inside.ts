import { readNetwork } from '../../networks/network.ts';
import { NO_NETWORK } from '../../results/dimensions.ts';
import { type RelayedLink, relayedLink } from '../../run/network/relayed-link.ts';
import type { Surroundings } from '../lab.ts';
import { InsidePorts } from './inside-ports.ts';

/** Seed of what happens to packets: a lab is looked at, and not repeated. */
const SEED = 1;

/** Namespaces for the lab. */
export interface Inside {
  readonly surroundings: Surroundings;
  /** Command prefix that makes a browser run at the clients' end. */
  readonly clientEnd: readonly string[];
  close(): Promise<void>;
}

/**
 * Makes network namespaces with a relay between them. Page, proxies and transports listen at the server's end, and the relay makes the
 * network; the proxies only count what passes. Throws, with a remedy, if this machine cannot make them.
 */
export async function openInside(signal: AbortSignal): Promise<Inside> {
  const link = await relayedLink({ network: null, seed: SEED, lines: 1, core: undefined, signal });
  const ports = new InsidePorts(link.host, link.serverEnd);
  return {
    surroundings: { inForce: 'namespaces', ports, outer: outerPath(link) },
    clientEnd: link.generatorEnd,
    async close() {
      await ports.close();
      await link.close();
    },
  };
}

/** Path that the relay makes. */
const outerPath = (link: RelayedLink): NonNullable<Surroundings['outer']> => ({
  async begin(id) {
    const read = id === NO_NETWORK ? undefined : readNetwork(id);
    await link.change(read !== undefined && 'network' in read ? read.network : null, SEED);
  },
  cut: (on) => link.cut(on),
  async reset() {
    await link.reset();
  },
});

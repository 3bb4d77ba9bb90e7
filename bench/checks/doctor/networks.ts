import { errorText } from '../../error-text.ts';
import { NAMED } from '../../networks/named.ts';
import { type Network, readNetwork } from '../../networks/network.ts';
import { deviations, type Found } from '../../networks/self-test/judge.ts';
import { testNetwork } from '../../run/network/network-test.ts';
import { relayedLink } from '../../run/network/relayed-link.ts';

/** Result of sending packets through one network. */
export interface NetworkCheck {
  readonly network: Network;
  readonly found: Found;
  /** Differences from what the network should do, as sentences. */
  readonly problems: readonly string[];
}

/** Reason why this machine can make no network; null if it can. */
export async function whyNoNetworks(signal: AbortSignal): Promise<string | null> {
  try {
    await (await relayedLink({ network: null, seed: 0, lines: 1, core: undefined, signal })).close();
    return null;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return errorText(error);
  }
}

/** Plain delays, from a near server to a far one, which show how exactly the relay keeps time. */
const DELAYS = ['rtt=20ms', 'rtt=100ms', 'rtt=400ms'];

/** Networks that are tested: plain delays and all named networks. */
export function testedNetworks(): Network[] {
  return [...DELAYS, ...Object.keys(NAMED)].map((name) => {
    const read = readNetwork(name);
    if ('problems' in read) throw new Error(read.problems.join('; '));
    return read.network;
  });
}

/**
 * Sends packets through networks, one after another, and compares what arrives with what each should do. Returns the reason where this
 * machine can make no network.
 */
export async function checkNetworks(
  networks: readonly Network[],
  { seed, signal, progress }: { seed: number; signal: AbortSignal; progress: (name: string) => void },
): Promise<{ readonly checks: readonly NetworkCheck[] } | { readonly unavailable: string }> {
  const opened = await relayedLink({ network: null, seed, lines: 1, core: undefined, signal }).catch(
    (error: unknown) => {
      if (signal.aborted) throw signal.reason;
      return errorText(error);
    },
  );
  if (typeof opened === 'string') return { unavailable: opened };
  try {
    const checks: NetworkCheck[] = [];
    for (const network of networks) {
      progress(network.id);
      await opened.change(network, seed);
      const found = await testNetwork(opened, network, signal);
      checks.push({ network, found, problems: deviations(network, found) });
    }
    return { checks };
  } finally {
    await opened.close();
  }
}

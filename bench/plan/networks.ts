import { NAMED } from '../networks/named.ts';
import { readNetwork } from '../networks/network.ts';
import { NO_NETWORK } from '../results/dimensions.ts';
import type { ClientsIn } from '../results/values.ts';
import type { Load, Scenario } from '../scenarios/shape.ts';
import { isBrowser } from '../scenarios/shared/clients-in.ts';
import { type Given, listOf } from './readers.ts';

/** Reads a list of networks into their ids. @param all true if the default is every named network, and none */
export function readNetworks(given: Given | undefined, all: boolean, problems: string[]): readonly string[] {
  if (given === undefined) return all ? [NO_NETWORK, ...Object.keys(NAMED)] : [NO_NETWORK];
  const texts = listOf(given.value);
  if (texts.length === 0) problems.push(`${given.where} names no network; there are: ${names().join(', ')}`);
  const ids = texts.flatMap((text) => {
    if (text === NO_NETWORK) return [text];
    const read = readNetwork(text);
    if ('network' in read) return [read.network.id];
    problems.push(...read.problems.map((problem) => `${given.where}: ${problem}`));
    return [];
  });
  const twice = new Set(ids.filter((id, at) => ids.indexOf(id) !== at));
  for (const id of twice) problems.push(`${given.where} names ${id} twice`);
  return ids;
}

const names = (): string[] => [NO_NETWORK, ...Object.keys(NAMED)];

/** Options that decide the load and the encryption of a network's cases. */
interface Chosen {
  readonly profile: string;
}

/** Options that decide the load of a scenario. */
interface ChosenLoad extends Chosen {
  readonly clientsIn: readonly ClientsIn[];
}

/** Largest default load if clients run in a browser: one page on two cores sustains some 400 requests a second. */
const IN_BROWSER = { clients: 10, rate: 100 };

/** True if a network's cases have the load and the encryption of networks: in a run of all networks those of none too. */
export const isLikeNetwork = (network: string, { profile }: Chosen): boolean =>
  network !== NO_NETWORK || profile === 'networks';

/** Default load of a scenario over a network. Where clients run in a browser too, all have the load of a browser. */
export function loadOver({ defaults }: Pick<Scenario, 'defaults'>, network: string, chosen: ChosenLoad): Load {
  const load = isLikeNetwork(network, chosen) ? { ...defaults, ...defaults.overNetwork } : defaults;
  if (!chosen.clientsIn.some(isBrowser)) return load;
  return {
    ...load,
    clients: Math.min(load.clients, IN_BROWSER.clients),
    rate: Math.min(load.rate, IN_BROWSER.rate),
  };
}

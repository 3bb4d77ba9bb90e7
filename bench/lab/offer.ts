import { NAMED } from '../networks/named.ts';
import { NO_NETWORK } from '../results/dimensions.ts';
import { whyUnavailable } from '../run/scale/available.ts';
import {
  addressesOf,
  inBrowserOf,
  nameOf,
  needsBackplane,
  type TransportChoice,
  transportChoices,
  whyNotOn,
} from '../transports/index.ts';
import type { LabNetwork, LabTransport } from './protocol.ts';

/** Schemes of addresses that a page can open without TLS, or that need none because QUIC brings its own. */
const OF_PAGES = /^(https?|wss?)$/;

/** True if browsers speak it from a page without TLS, and its server needs no other program. */
export function isForPages(choice: TransportChoice): boolean {
  if (needsBackplane(choice)) return false;
  // The lab's servers run in Node.
  if (inBrowserOf(choice).speaks !== 'always' || whyNotOn(choice, 'node') !== undefined) return false;
  return addressesOf(choice)?.schemes.some(({ name }) => OF_PAGES.test(name)) === true;
}

/** Transports that the page offers, with the reason where one cannot be used here. @param tokens true if sessions bring tokens */
export async function offeredTransports({ tokens }: { readonly tokens: boolean }): Promise<LabTransport[]> {
  const choices = transportChoices().filter(isForPages);
  return Promise.all(
    choices.map(async (choice) => {
      const { entry, variant } = choice;
      const why = tokens && entry.capabilities.auth !== true ? 'does not check tokens' : await whyUnavailable(choice);
      return {
        name: nameOf(choice),
        title: variant === null ? entry.title : variant.title,
        family: entry.family,
        datagrams: entry.datagrams === true,
        ...(why === undefined ? {} : { unavailable: why }),
      };
    }),
  );
}

/** Networks that the page offers: the path as it is, and all that have a name. */
export const offeredNetworks = (): LabNetwork[] => [
  { id: NO_NETWORK, parts: '' },
  ...Object.entries(NAMED).map(([id, { parts }]) => ({ id, parts })),
];

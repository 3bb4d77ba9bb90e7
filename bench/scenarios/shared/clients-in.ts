import { CLIENTS_IN } from '../../results/dimensions.ts';
import type { ClientsIn } from '../../results/values.ts';
import type { OpenDimensions } from '../shape.ts';

/** Runtime that clients run in unless a run names others. */
export const DEFAULT_CLIENTS_IN: ClientsIn = 'node';

/** Runtime that the clients of a case run in. */
export const clientsInOf = ({ dimensions = {} }: { readonly dimensions?: OpenDimensions }): ClientsIn =>
  CLIENTS_IN.find((one) => one === dimensions['clients-in']) ?? DEFAULT_CLIENTS_IN;

/** True if the clients of a case run in a browser. */
export const isInBrowser = (one: Parameters<typeof clientsInOf>[0]): boolean => isBrowser(clientsInOf(one));

/** True if a runtime of clients is a browser. */
export const isBrowser = (one: ClientsIn): boolean => one !== DEFAULT_CLIENTS_IN;

import type { Encoding } from '../../contract.ts';
import { capabilitiesOf, findTransport, transports } from '../../transports/index.ts';

/** Transports of the three ways in which messages reach a browser: a socket, a stream beside requests, and requests alone. */
const FAMILIES = ['socket', 'stream', 'polling'];

/** One transport of each family, the first of the collection that has it. */
export const representing = FAMILIES.flatMap((family) => {
  const entry = transports.find((one) => one.family === family);
  const choice = entry === undefined ? undefined : findTransport(entry.id);
  if (choice === undefined) return [];
  const encodings: Encoding[] = capabilitiesOf(choice).binary ? ['text', 'binary'] : ['text'];
  return [{ name: choice.entry.id, choice, encodings }];
});

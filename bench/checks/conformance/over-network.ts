import { fileURLToPath } from 'node:url';
import { Child } from '../../run/child.ts';
import type { DriverAnswer, DriverOrder } from './network-driver.ts';

/** Ends of a link and the source addresses of its clients. */
interface Ends {
  readonly host: string;
  readonly ways: readonly { readonly source: string }[];
  readonly serverEnd: readonly string[];
  readonly generatorEnd: readonly string[];
}

const PATIENCE = { seconds: 240, signal: new AbortController().signal };
const driverFile = fileURLToPath(new URL('network-driver.ts', import.meta.url));

/**
 * Checks over the network of a link that a transport keeps what it promises: its server runs at one end, its clients at the other.
 *
 * @param line number of the client whose line all sessions use
 */
export async function checkOverNetwork(name: string, link: Ends, line: number): Promise<DriverAnswer> {
  const settings = { core: undefined, end: link.generatorEnd };
  await using driver = new Child<DriverOrder, DriverAnswer>('the driver', driverFile, settings);
  const { source } = link.ways[line]!;
  // The driver is in the link's user namespace already, which no process can enter twice.
  const serverEnd = link.serverEnd.filter((part) => !part.startsWith('--user='));
  return await driver.ask({ order: 'check', name, host: link.host, source, serverEnd }, 'checked', PATIENCE);
}

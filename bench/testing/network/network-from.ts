import { type Network, readNetwork } from '../../networks/network.ts';

/** Reads a network. Throws if the text is none. */
export function networkFrom(text: string): Network {
  const read = readNetwork(text);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return read.network;
}

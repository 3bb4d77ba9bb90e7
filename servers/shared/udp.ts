import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerSettings } from '../../bench/contract.ts';
import { collectGarbage } from '../../bench/memory.ts';

export interface UdpAddress {
  readonly address: string;
  readonly port: number;
}

/**
 * Finds an address that a native server can bind, with a free port if any will do: such a server does not say which port it got.
 * Rejects with the system's error, such as EADDRINUSE.
 */
export async function freePort({ host, port }: Pick<ServerSettings, 'host' | 'port'>): Promise<UdpAddress> {
  const { address } = await lookup(host);
  return { address, port: await tryPort(address, port) };
}

/** Converts a native server's error for a port in use to the system's EADDRINUSE. */
export function addressTaken<Server>(bind: () => Server): Server {
  try {
    return bind();
  } catch (error) {
    if (!(error instanceof Error) || !/in use/i.test(error.message)) throw error;
    throw Object.assign(new Error(`bind EADDRINUSE: ${error.message}`, { cause: error }), { code: 'EADDRINUSE' });
  }
}

const CHECK_MS = 10;
const PATIENCE_MS = 2_000;

/**
 * Resolves once the port is free. A native server closes it on its own threads, or when its last object is collected; so this collects
 * garbage. Gives up after two seconds, when another program has the port or something still refers to an object.
 */
export async function untilFree(address: string, port: number): Promise<void> {
  // By time, because a collection may take longer than the pause after it.
  const endMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endMs) {
    collectGarbage();
    const taken = await tryPort(address, port).then(
      () => false,
      () => true,
    );
    if (!taken) return;
    await sleep(CHECK_MS);
  }
}

/** Binds a UDP port, releases it and resolves with it. Rejects with the system's error, such as EADDRINUSE. */
export function tryPort(address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => socket.close(() => reject(error)));
    socket.bind({ address, port, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });
}

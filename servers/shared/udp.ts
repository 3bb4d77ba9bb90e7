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
 * The address a server can bind, with a free port where any will do: a native server that takes an address does not say which port
 * it got. Rejects with what the system says, such as EADDRINUSE.
 */
export async function freePort({ host, port }: Pick<ServerSettings, 'host' | 'port'>): Promise<UdpAddress> {
  const { address } = await lookup(host);
  return { address, port: await tryPort(address, port) };
}

/** Says in the system's own way that another program took the port just now. */
export function addressTaken<Server>(bind: () => Server): Server {
  try {
    return bind();
  } catch (error) {
    if (!(error instanceof Error) || !/in use/i.test(error.message)) throw error;
    throw Object.assign(new Error(`bind EADDRINUSE: ${error.message}`, { cause: error }), { code: 'EADDRINUSE' });
  }
}

const LOOK_MS = 10;
const MAX_LOOKS = 200;

/**
 * Resolves once the port is free. A native server closes it on threads of its own, or when its last object is collected, so they
 * are collected; gives up after two seconds, where a program outside still has the port or something still holds an object.
 */
export async function untilFree(address: string, port: number): Promise<void> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    collectGarbage();
    const taken = await tryPort(address, port).then(
      () => false,
      () => true,
    );
    if (!taken) return;
    await sleep(LOOK_MS);
  }
}

/** Binds and lets go again; resolves with the port. Rejects with what the system says against it, such as EADDRINUSE. */
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

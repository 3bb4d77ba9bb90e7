import type { Options, ServerOrder, ServerUsage } from '../contract.ts';
import type { Server } from './processes.ts';

/** Bytes of a load worker's sockets. */
type SocketBytes = Pick<ServerUsage, 'bytesUp' | 'bytesDown' | 'aboveTls'>;

export interface Served {
  /** Address that clients connect to. */
  readonly url: string;
  readonly effective: Options;
}

/** Server of a trial: a process of ours, or a foreign server, to which clients only connect. */
export interface Host {
  listen(order: Extract<ServerOrder, { order: 'listen' }>): Promise<Served>;
  usage(): Promise<ServerUsage>;
  /** Resident bytes after a garbage collection; null for a foreign server. */
  memory(): Promise<number | null>;
  /** Rejects when the server ends without being stopped. */
  ended(): Promise<never>;
  end(atOnce: boolean): Promise<unknown>;
}

type Patience = Parameters<Server['ask']>[2];

export function ourServer(server: Server, patience: Patience): Host {
  return {
    listen: (order) => server.ask(order, 'listening', patience),
    usage: () => server.ask({ order: 'usage' }, 'usage', patience),
    memory: async () => (await server.ask({ order: 'memory' }, 'memory', patience)).rssBytes,
    ended: () => server.ended(),
    end: (atOnce) => (atOnce ? server.kill() : server.stop()),
  };
}

/**
 * Host for a server that runs already. Its bytes are counted at the load's own sockets. Its CPU time and memory are unknown, which the
 * case's `target` tells readers of the results.
 *
 * @param served its address, and the settings that clients are given for it
 * @param bytes returns the bytes of each load worker's sockets
 */
export function foreignServer({ url, effective }: Served, bytes: () => Promise<readonly SocketBytes[]>): Host {
  return {
    listen: async () => ({ url, effective }),
    async usage() {
      const workers = await bytes();
      const sum = (of: keyof SocketBytes): number => workers.reduce((total, one) => total + (one[of] ?? 0), 0);
      return {
        cpuSeconds: 0,
        rssBytes: 0,
        bytesUp: sum('bytesUp'),
        bytesDown: sum('bytesDown'),
        aboveTls: sum('aboveTls'),
      };
    },
    memory: async () => null,
    ended: () => new Promise(() => {}),
    end: async () => {},
  };
}

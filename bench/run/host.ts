import type { Options, ServerOrder, ServerUsage } from '../contract.ts';
import type { Server } from './processes.ts';

export interface Served {
  /** What the clients dial. */
  readonly url: string;
  readonly effective: Options;
}

/** The server of a trial: a process of ours, or somebody else's that is only dialled. */
export interface Host {
  listen(order: Extract<ServerOrder, { order: 'listen' }>): Promise<Served>;
  usage(): Promise<ServerUsage>;
  /** Resident bytes once garbage is collected; null where the process is not ours. */
  memory(): Promise<number | null>;
  /** Rejects when the server ends before it is told to. */
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
 * A server that runs already. Its bytes are those of the load's own sockets; what it takes of its machine is not known, which the
 * results say by the case's `target`.
 *
 * @param bytes of each load worker's sockets
 */
export function foreignServer(
  url: string,
  bytes: () => Promise<readonly Pick<ServerUsage, 'bytesUp' | 'bytesDown'>[]>,
): Host {
  return {
    listen: async () => ({ url, effective: {} }),
    async usage() {
      const workers = await bytes();
      const sum = (of: 'bytesUp' | 'bytesDown'): number => workers.reduce((total, one) => total + one[of], 0);
      return { cpuSeconds: 0, rssBytes: 0, bytesUp: sum('bytesUp'), bytesDown: sum('bytesDown') };
    },
    memory: async () => null,
    ended: () => new Promise(() => {}),
    end: async () => {},
  };
}

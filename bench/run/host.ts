import type { Options, ServerOrder, ServerUsage } from '../contract.ts';
import type { Patience } from './child.ts';
import { OwnServer, type OwnServerSettings } from './own-server.ts';
import type { Server } from './processes.ts';

/** Bytes of a load worker's sockets. */
type SocketBytes = Pick<ServerUsage, 'bytesUp' | 'bytesDown' | 'aboveTls'>;

export interface Served {
  /** Address that clients connect to. */
  readonly url: string;
  readonly effective: Options;
}

/** Server of a trial: a process of ours, one that a user's command starts, or a foreign one, to which clients only connect. */
export interface Host {
  listen(order: Extract<ServerOrder, { order: 'listen' }>): Promise<Served>;
  usage(): Promise<ServerUsage>;
  /** Resident bytes after a garbage collection; null for a foreign server. */
  memory(): Promise<number | null>;
  /** Rejects when the server ends without being stopped. */
  ended(): Promise<never>;
  end(atOnce: boolean): Promise<unknown>;
}

/** @param listenSeconds maximum time in which it listens */
export function ourServer(server: Server, patience: Patience, listenSeconds = patience.seconds): Host {
  return {
    listen: (order) =>
      server.ask(order, 'listening', { ...patience, seconds: listenSeconds, otherwise: 'did not listen' }),
    usage: () => server.ask({ order: 'usage' }, 'usage', patience),
    memory: async () => (await server.ask({ order: 'memory' }, 'memory', patience)).rssBytes,
    ended: () => server.ended(),
    end: (atOnce) => (atOnce ? server.kill() : server.stop()),
  };
}

/** Returns the bytes of each load worker's sockets. */
type LoadBytes = () => Promise<readonly SocketBytes[]>;

/**
 * Host for a server that runs already. Its bytes are counted at the load's own sockets. Its CPU time and memory are unknown, which the
 * case's `target` tells readers of the results.
 *
 * @param served its address, and the settings that clients are given for it
 */
export function foreignServer({ url, effective }: Served, bytes: LoadBytes): Host {
  return {
    listen: async () => ({ url, effective }),
    usage: async () => ({ cpuSeconds: 0, rssBytes: 0, ...sumOf(await bytes()) }),
    memory: async () => null,
    ended: () => new Promise(() => {}),
    end: async () => {},
  };
}

/**
 * Host for a server that a user's command starts. CPU time and memory are those of its processes, read by the system; its bytes are
 * counted at the load's own sockets, and on a private link at its interface.
 *
 * @param effective settings that clients are given for it
 */
export function launchedServer(settings: OwnServerSettings, effective: Options, bytes: LoadBytes): Host {
  const starting = OwnServer.start(settings);
  // Reported by whoever waits for it.
  starting.catch(() => {});
  return {
    listen: async () => ({ url: (await starting).url, effective }),
    async usage() {
      const server = await starting;
      const counted = sumOf(await bytes());
      return { cpuSeconds: server.cpuSeconds(), rssBytes: server.rssBytes(), ...counted };
    },
    memory: async () => (await starting).rssBytes(),
    ended: async () => (await starting).ended(),
    async end(atOnce) {
      const server = await starting.catch(() => undefined);
      await server?.end(atOnce);
    },
  };
}

function sumOf(workers: Awaited<ReturnType<LoadBytes>>): SocketBytes {
  const sum = (of: keyof SocketBytes): number => workers.reduce((total, one) => total + (one[of] ?? 0), 0);
  return { bytesUp: sum('bytesUp'), bytesDown: sum('bytesDown'), aboveTls: sum('aboveTls') };
}

import type { Backplane, Options, ServerOrder, ServerUsage } from '../contract.ts';
import { errorText } from '../error-text.ts';
import type { Part } from '../scenarios/shape.ts';
import type { Patience } from './child.ts';
import { OwnServer, type OwnServerSettings } from './own-server.ts';
import type { Server } from './processes.ts';
import type { RunRedis } from './scale/redis.ts';

/** Bytes of a load worker's sockets. */
type SocketBytes = Pick<ServerUsage, 'bytesUp' | 'bytesDown' | 'aboveTls'>;

export interface Served {
  /** Addresses that clients connect to: more than one if several servers share the sessions. */
  readonly urls: readonly string[];
  readonly effective: Options;
}

/** Server of a trial: a process of ours, one that a user's command starts, or a foreign one, to which clients only connect. */
export interface Host {
  /** Starts what must run before the server listens. Absent: nothing must. */
  open?(): Promise<void>;
  listen(order: Extract<ServerOrder, { order: 'listen' }>): Promise<Served>;
  usage(): Promise<ServerUsage>;
  /** Resident bytes after a garbage collection; null for a foreign server. */
  memory(): Promise<number | null>;
  /** Its first process, and the mark of those that left its tree; null for a foreign server. */
  tree(): Promise<OwnServer['tree'] | null>;
  /** Processes of the service, each with its usage. Absent: there is one server. */
  parts?(): Promise<readonly Part[]>;
  /** Rejects when the server ends without being stopped. */
  ended(): Promise<never>;
  end(atOnce: boolean): Promise<unknown>;
  /** Ends the server on purpose, and starts it again. Absent: it is not ours. */
  readonly again?: Again;
  /** Means to do the same with each of several servers. Absent: there is one. */
  readonly each?: readonly Again[];
  /** Means to do the same with the Redis that several servers share. Absent: there is one server, or the Redis is not ours. */
  readonly redisAgain?: RunRedis['again'];
  /** Redis that several servers share, once it runs. Absent: there is one server. */
  readonly backplane?: Backplane;
}

/** Ends a server on purpose, and starts it again. */
export interface Again {
  /** Ends the process, at once or with its own goodbye. What it has used is kept. */
  end(how: 'kill' | 'drain'): Promise<void>;
  /** Has another process listen at the same address. Rejects if it does not. */
  start(): Promise<void>;
}

type ListenOrder = Extract<ServerOrder, { order: 'listen' }>;

/**
 * Host of a server process of ours.
 *
 * @param start starts a process that does not listen yet
 * @param listenSeconds maximum time in which it listens
 */
export function ourServer(start: () => Server, patience: Patience, listenSeconds = patience.seconds): Host {
  const { promise: died, reject } = Promise.withResolvers<never>();
  // Reported by whoever waits for it.
  died.catch(() => {});
  const begin = (): Server => {
    const server = start();
    server.ended().catch(reject);
    return server;
  };
  let server = begin();
  let listened: { readonly order: ListenOrder; readonly url: string } | undefined;
  /** Usage of processes that were ended on purpose. */
  let earlier = { cpuSeconds: 0, bytesUp: 0, bytesDown: 0, aboveTls: 0 };
  const usage = async (): Promise<ServerUsage> => {
    const now = await server.ask({ order: 'usage' }, 'usage', patience);
    return {
      rssBytes: now.rssBytes,
      cpuSeconds: earlier.cpuSeconds + now.cpuSeconds,
      bytesUp: earlier.bytesUp + now.bytesUp,
      bytesDown: earlier.bytesDown + now.bytesDown,
      aboveTls: earlier.aboveTls + (now.aboveTls ?? 0),
    };
  };
  const listen = async (order: ListenOrder, otherwise: string) =>
    server.ask(order, 'listening', { ...patience, seconds: listenSeconds, otherwise });
  return {
    async listen(order) {
      const { url, effective } = await listen(order, 'did not listen');
      listened = { order, url };
      return { urls: [url], effective };
    },
    usage,
    memory: async () => (await server.ask({ order: 'memory' }, 'memory', patience)).rssBytes,
    tree: async () => ({ pid: server.pid }),
    ended: () => died,
    end: (atOnce) => (atOnce ? server.kill() : server.stop()),
    again: {
      async end(how) {
        const { rssBytes: _, aboveTls = 0, ...used } = await usage();
        await (how === 'kill' ? server.kill() : server.stop());
        earlier = { ...used, aboveTls };
        // Its runtime is ready when it is to listen, so that the time that takes is not a part of the outage.
        server = begin();
      },
      async start() {
        if (listened === undefined) throw new Error('the server has not listened before');
        const { order, url } = listened;
        const again = await listen({ ...order, port: Number(new URL(url).port) }, 'did not listen').catch(
          (error: unknown) => {
            if (patience.signal.aborted) throw error;
            throw new Error(`the server did not start again after the fault: ${errorText(error)}`);
          },
        );
        if (again.url !== url) throw new Error('the server did not start again at the same address after the fault');
      },
    },
  };
}

/** Returns the bytes of each load worker's sockets. */
type LoadBytes = () => Promise<readonly SocketBytes[]>;

/**
 * Host for a server that runs already. Its bytes are counted at the load's own sockets. Its CPU time and memory are unknown, which the
 * case's `target` tells readers of the results.
 *
 * @param served its addresses, and the settings that clients are given for it
 */
export function foreignServer({ urls, effective }: Served, bytes: LoadBytes): Host {
  return {
    listen: async () => ({ urls, effective }),
    usage: async () => ({ cpuSeconds: 0, rssBytes: 0, ...sumOf(await bytes()) }),
    memory: async () => null,
    tree: async () => null,
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
    listen: async () => ({ urls: [(await starting).url], effective }),
    async usage() {
      const server = await starting;
      const counted = sumOf(await bytes());
      return { cpuSeconds: server.cpuSeconds(), rssBytes: server.rssBytes(), ...counted };
    },
    memory: async () => (await starting).rssBytes(),
    tree: async () => (await starting).tree,
    ended: async () => (await starting).ended(),
    async end(atOnce) {
      const server = await starting.catch(() => undefined);
      await server?.end(atOnce);
    },
  };
}

/** Bytes of all load workers together. */
export function sumOf(workers: Awaited<ReturnType<LoadBytes>>): SocketBytes {
  const sum = (of: keyof SocketBytes): number => workers.reduce((total, one) => total + (one[of] ?? 0), 0);
  return { bytesUp: sum('bytesUp'), bytesDown: sum('bytesDown'), aboveTls: sum('aboveTls') };
}

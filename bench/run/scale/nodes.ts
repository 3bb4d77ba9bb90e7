import type { Backplane, Options, ServerOrder } from '../../contract.ts';
import type { Again, Host } from '../host.ts';
import { groupOf } from './group.ts';
import type { RunRedis } from './redis.ts';

/** Settings of a service of one or several servers. */
export interface NodesSettings {
  /** Servers of ours that do not listen yet. */
  readonly hosts: readonly Host[];
  readonly openRedis: () => Promise<RunRedis>;
  /** Channel of their back-plane, and the kind of the messages. */
  readonly backplane: Omit<Backplane, 'url'>;
}

/**
 * Host of several servers that are one service by a Redis, which begins before them and ends after them. Usage is the sum of the servers;
 * each of them, and Redis, has its own in `parts`.
 */
export function severalNodes({ hosts, openRedis, backplane }: NodesSettings): Host {
  const opened = Promise.withResolvers<RunRedis>();
  opened.promise.catch(() => {});
  let redis: RunRedis | undefined;
  let ending = false;

  const found = (): RunRedis => {
    if (redis === undefined) throw new Error('the servers have no back-plane before they listen');
    return redis;
  };
  const group = groupOf(hosts);
  const restartable = (): Again[] =>
    hosts.map(({ again }) => {
      if (again === undefined) throw new Error('a server cannot be started again, because it is not ours');
      return again;
    });

  return {
    get each() {
      return restartable();
    },
    get redisAgain() {
      return found().again;
    },
    get backplane() {
      return { ...backplane, url: found().url };
    },
    async open() {
      try {
        redis = await openRedis();
        opened.resolve(redis);
      } catch (error) {
        opened.reject(error);
        throw error;
      }
    },
    async listen(order: Extract<ServerOrder, { order: 'listen' }>) {
      const all = { ...order, backplane: { ...backplane, url: found().url } };
      // The first may be the one that a fault ends.
      const served = await Promise.all(
        hosts.map((host, index) => host.listen({ ...all, publishesLog: index === hosts.length - 1 })),
      );
      const effective: Options = { ...served[0]!.effective, nodes: hosts.length, backplane: 'Redis' };
      return { urls: served.flatMap(({ urls }) => urls), effective };
    },
    usage: group.usage,
    memory: group.memory,
    // Any of them tells of their namespace.
    tree: () => hosts[0]!.tree(),
    async parts() {
      const roleOf = (at: number): string => (hosts.length === 1 ? 'server' : `server ${at + 1}`);
      const [used, servers] = await Promise.all([found().stats(), group.parts(roleOf)]);
      const { cpuSeconds, rssBytes, runtime } = used;
      const outside = found().again === undefined ? { isOutside: true as const } : {};
      return [...servers, { role: 'redis', pid: found().pid, cpuSeconds, rssBytes, runtime, ...outside }];
    },
    ended: () => Promise.race([...hosts.map((host) => host.ended()), opened.promise.then((one) => one.ended())]),
    async end(atOnce) {
      if (ending) return;
      ending = true;
      await Promise.all(hosts.map((host) => host.end(atOnce)));
      await redis?.[Symbol.asyncDispose]();
    },
    again: {
      async end(how) {
        await Promise.all(restartable().map((again) => again.end(how)));
      },
      async start() {
        await Promise.all(restartable().map((again) => again.start()));
      },
    },
  };
}

import { fileURLToPath } from 'node:url';
import type { Listener, ReplayLog, ServerModule } from '../../contract.ts';
import { Child, type ChildSettings, OrderFailed } from '../../run/child.ts';
import type { NetworkServerAnswer, NetworkServerOrder } from './network-server.ts';
import { type Passed, passed } from './passed.ts';

const PATIENCE = { seconds: 60, signal: new AbortController().signal };
const file = fileURLToPath(new URL('network-server.ts', import.meta.url));

export type RemoteServers = Child<NetworkServerOrder, NetworkServerAnswer>;

/** Starts a process in which servers of a test listen. */
export const startRemote = (settings: ChildSettings): RemoteServers => new Child('the server', file, settings);

/**
 * Module whose servers listen in another process.
 *
 * @param name transport or variant
 * @param host address that they listen on, if not the one that they are told
 */
export function remote(name: string, process: RemoteServers, host?: string): ServerModule {
  return {
    async listen(_, settings, log): Promise<Listener> {
      const order = {
        order: 'listen',
        name,
        settings: { ...settings, ...(host === undefined ? {} : { host }) },
        ...(log === undefined ? {} : { log: contentsOf(log) }),
      } as const;
      const { url, effective } = await process.ask(order, 'listening', PATIENCE).catch((error: unknown) => {
        // Callers see the reason that they would see if the server were in this process.
        throw error instanceof OrderFailed ? new Error(error.reason) : error;
      });
      let closing: Promise<void> | undefined;
      return {
        url,
        effective,
        async broadcast(message, id) {
          const publish = { order: 'publish', url, message: passed(message), logged: id !== undefined } as const;
          await process.ask(publish, 'done', PATIENCE);
        },
        close() {
          closing ??= process.ask({ order: 'close', url }, 'done', PATIENCE).then(() => {});
          return closing;
        },
      };
    },
  };
}

/** A log as the other process makes it again: records have the same ids in the same epoch. */
function contentsOf(log: ReplayLog): { epoch: string; records: Passed[] } {
  const [epoch = ''] = log.last.split('-');
  return { epoch, records: log.since('').map(({ message }) => passed(message)) };
}

import { application } from '../../../servers/application.ts';
import { MemoryLog } from '../../codec/replay-log.ts';
import type { Listener, Options, ServerSettings } from '../../contract.ts';
import { serveIpc } from '../../ipc.ts';
import { findTransport, loadServer } from '../../transports/index.ts';
import { type Passed, unpassed } from './passed.ts';

/** Orders to the process at the server's end of a link, or in another runtime. A server is named by its URL. */
export type NetworkServerOrder =
  | {
      readonly order: 'listen';
      readonly name: string;
      readonly settings: ServerSettings;
      /** Replay log of the server: its epoch, and its records so far. Absent: it has none. */
      readonly log?: { readonly epoch: string; readonly records: readonly Passed[] };
    }
  /** `logged`: the message is the next record of the log. */
  | { readonly order: 'publish'; readonly url: string; readonly message: Passed; readonly logged: boolean }
  | { readonly order: 'close'; readonly url: string };

export type NetworkServerAnswer =
  | { readonly answer: 'listening'; readonly url: string; readonly effective: Options }
  | { readonly answer: 'done' };

const listeners = new Map<string, { readonly listener: Listener; readonly log: MemoryLog | undefined }>();

async function handle(order: NetworkServerOrder): Promise<NetworkServerAnswer> {
  if (order.order === 'listen') {
    const choice = findTransport(order.name);
    if (choice === undefined) throw new Error(`there is no transport ${order.name}`);
    const log = order.log === undefined ? undefined : new MemoryLog(order.log.epoch);
    for (const record of order.log?.records ?? []) log?.append(unpassed(record));
    const server = await loadServer(choice.entry, choice.variant);
    const listener = await server.listen(application, order.settings, log);
    listeners.set(listener.url, { listener, log });
    return { answer: 'listening', url: listener.url, effective: listener.effective };
  }
  const found = listeners.get(order.url);
  if (found === undefined) throw new Error(`no server listens at ${order.url}`);
  const { listener, log } = found;
  if (order.order === 'close') {
    await listener.close();
    return { answer: 'done' };
  }
  const message = unpassed(order.message);
  const id = order.logged ? log?.append(message).id : undefined;
  await listener.broadcast(message, id);
  return { answer: 'done' };
}

serveIpc(handle);

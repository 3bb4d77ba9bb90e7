import { application } from '../../../servers/application.ts';
import type { Listener, Options, ServerSettings } from '../../contract.ts';
import { serveIpc } from '../../ipc.ts';
import { findTransport, loadServer } from '../../transports/index.ts';

/** Orders to the process at the server's end of a link. A server is named by its URL. */
export type NetworkServerOrder =
  | { readonly order: 'listen'; readonly name: string; readonly settings: ServerSettings }
  | { readonly order: 'publish'; readonly url: string; readonly text: string }
  | { readonly order: 'close'; readonly url: string };

export type NetworkServerAnswer =
  | { readonly answer: 'listening'; readonly url: string; readonly effective: Options }
  | { readonly answer: 'done' };

const listeners = new Map<string, Listener>();

serveIpc(async (order: NetworkServerOrder): Promise<NetworkServerAnswer> => {
  if (order.order === 'listen') {
    const choice = findTransport(order.name);
    if (choice === undefined) throw new Error(`there is no transport ${order.name}`);
    const listener = await (await loadServer(choice.entry)).listen(application, order.settings);
    listeners.set(listener.url, listener);
    return { answer: 'listening', url: listener.url, effective: listener.effective };
  }
  const listener = listeners.get(order.url);
  if (listener === undefined) throw new Error(`no server listens at ${order.url}`);
  if (order.order === 'publish') await listener.broadcast(order.text);
  else await listener.close();
  return { answer: 'done' };
});

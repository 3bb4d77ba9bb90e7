import { subscribe } from 'node:diagnostics_channel';
import type { Socket, TcpNetConnectOpts } from 'node:net';

let sources: readonly string[] = [];
let opened = 0;
let watching = false;

/**
 * Lets this process's outgoing connections, whichever library opens them, take turns to come from these addresses: a pair of
 * addresses has no more connections to one port than there are ephemeral ports. None: the system chooses.
 */
export function useSourceAddresses(addresses: readonly string[] = []): void {
  sources = addresses;
  if (watching || sources.length === 0) return;
  watching = true;
  // Published after a socket is made and before it is dialled.
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    // Called with one list: the options, and what to call when connected.
    const connect = socket.connect as unknown as (list: [TcpNetConnectOpts]) => Socket;
    Object.assign(socket, {
      connect(list: [TcpNetConnectOpts]): Socket {
        const localAddress = sources[opened++ % sources.length];
        if (localAddress !== undefined) list[0].localAddress = localAddress;
        return connect.call(socket, list);
      },
    });
  });
}

import { subscribe } from 'node:diagnostics_channel';
import type { Socket, TcpNetConnectOpts } from 'node:net';

let sources: readonly string[] = [];
let opened = 0;
let watching = false;

/**
 * Makes this process's outgoing connections, whichever library opens them, use these source addresses in rotation: one address can
 * have no more connections to a port than there are ephemeral ports. Without addresses the system chooses.
 */
export function useSourceAddresses(addresses: readonly string[] = []): void {
  sources = addresses;
  if (watching || sources.length === 0) return;
  watching = true;
  // Published after a socket is created and before it connects.
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    // Node calls it with one array: the options and the connection listener.
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

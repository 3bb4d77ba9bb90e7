import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Server } from 'node:net';

/** Maker of listening sockets: of this process's network, or of another network namespace. */
export interface Ports {
  /** Makes a server listen. Resolves with its port. */
  listen(server: Server, port: number): Promise<number>;
  /** Opens a bound UDP socket. */
  datagrams(port: number): Promise<DatagramSocket>;
  /** Address that they listen on. */
  readonly host: string;
}

/** Ports of this process's own network. */
export function ownPorts(host: string): Ports {
  return {
    host,
    async listen(server, port) {
      server.listen(port, host);
      await once(server, 'listening');
      return portOf(server);
    },
    async datagrams(port) {
      const socket = createSocket('udp4');
      socket.bind({ address: host, port, exclusive: true });
      await once(socket, 'listening');
      return socket;
    },
  };
}

/** Port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import type { ServerSettings } from '../../bench/contract.ts';

/**
 * Creates a server of a stream protocol, over TLS if there is an identity. `onConnection` gets the decrypted stream; `protocols` are
 * those that TLS may negotiate (RFC 7301).
 */
export function createStreamServer(
  { identity, limits }: Pick<ServerSettings, 'identity' | 'limits'>,
  onConnection: (socket: Socket) => void,
  protocols?: string[],
): Server {
  if (identity === undefined) return createServer({ noDelay: true }, onConnection);
  const { certificate: cert, key } = identity;
  const options = { cert, key, noDelay: true, handshakeTimeout: limits.handshakeMs };
  const server = createSecureServer(
    protocols === undefined ? options : { ...options, ALPNProtocols: protocols },
    onConnection,
  );
  // Emitted also when the handshake takes too long: Node only reports that, and would keep the connection.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** Binds the server's address and resolves with the port. Rejects with the system's error, such as EADDRINUSE. */
export function bind(
  server: Server,
  { host, port, reusePort }: Pick<ServerSettings, 'host' | 'port' | 'reusePort'>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(isTaken(error) ? addressTaken({ host, port }) : error);
    server.once('error', fail);
    // Large, because a burst of a thousand connections is common here. The system caps it at its own limit (somaxconn).
    server.listen({ host, port, reusePort, backlog: 4096 }, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const isTaken = (error: Error): boolean => 'code' in error && error.code === 'EADDRINUSE';

/** Error of an address that is taken, in Node's words: other runtimes have their own. */
export const addressTaken = ({ host, port }: { host: string; port: number }): Error =>
  Object.assign(new Error(`listen EADDRINUSE: address already in use ${host}:${port}`), { code: 'EADDRINUSE' });

/** Host and port as they stand in a URL: IPv6 in brackets. */
export function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Tracks a server's open sockets, so that closing it can cut those that do not end by themselves. */
export function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Time that a peer has to answer a protocol's closing message before its connection is cut. */
export const GOODBYE_MS = 1_000;

/** Stops listening, gives sessions time to close, and cuts the rest. Resolves once the port is free. */
export function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, GOODBYE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if (isHttp(server)) server.closeIdleConnections();
  });
}

function isHttp(server: Server): server is HttpServer {
  return 'closeIdleConnections' in server;
}

/** Makes `close` safe to call twice: a second call returns the first one's promise. */
export function closingOnce(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= close();
    return closed;
  };
}

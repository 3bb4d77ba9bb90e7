import { connect, isIP, isIPv6, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as encrypt, type TLSSocket } from 'node:tls';

type Done<Opened> = (error: Error | null, socket?: Opened) => void;

/** Options of `net.connect` that bind a connection to a source address. */
export function boundTo(localAddress: string | undefined): Pick<TcpNetConnectOpts, 'localAddress' | 'family'> {
  return localAddress === undefined ? {} : { localAddress, family: isIPv6(localAddress) ? 6 : 4 };
}

/** Opens a TCP connection. Calls back once it is open or has failed. */
export function dial(options: TcpNetConnectOpts, done: Done<Socket>): Socket {
  const socket = connect(options);
  socket.once('error', done);
  socket.once('connect', () => {
    socket.off('error', done);
    done(null, socket);
  });
  return socket;
}

/**
 * Opens a TCP connection, and TLS on top of it. Only a TCP socket of its own counts the bytes of the network: those of a TLSSocket
 * are the bytes above TLS. TLS begins on an open connection, because Node.js may replace a socket while it tries the addresses of
 * a name. Returns the TCP socket.
 */
export function dialSecurely(options: ConnectionOptions & TcpNetConnectOpts, done: Done<TLSSocket>): Socket {
  const { host = 'localhost' } = options;
  // RFC 6066 §3: a server's name is never an address.
  const servername = options.servername || (isIP(host) === 0 ? host : '');
  return dial(options, (error, socket) => {
    if (socket === undefined) done(error);
    else done(null, encrypt({ ...options, servername, socket }));
  });
}

/** Starts to open a TCP connection to an address, and TLS on top of it if it is to be `secure`. What is written meanwhile waits. */
export function dialNow({ secure, ...address }: TcpNetConnectOpts & { secure: boolean }): Socket {
  const options = { ...address, noDelay: true };
  const tcp = connect(options);
  if (!secure) return tcp;
  const { host = 'localhost' } = address;
  const socket = encrypt({ ...options, servername: isIP(host) === 0 ? host : '', socket: tcp });
  // The TLS socket learns nothing of a connection that fails before it opens.
  tcp.once('error', (error) => socket.destroy(error));
  socket.once('close', () => tcp.destroy());
  return socket;
}

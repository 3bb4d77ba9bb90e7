import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { OpenOrder } from './inside-ports.ts';

/**
 * Process in a network namespace that opens listening sockets there and hands them to its parent, which serves them as if they were its
 * own. Ends with its parent.
 */
process.on('message', ({ number, kind, host, port }: OpenOrder) => {
  const fail = (error: Error): void => void process.send?.({ number, error: error.message });
  if (kind === 'stream') {
    const server = createServer();
    server.once('error', fail);
    server.listen(port, host, () => process.send?.({ number }, server, {}, () => server.close()));
    return;
  }
  const socket = createSocket('udp4');
  socket.once('error', fail);
  socket.bind(port, host, () => process.send?.({ number }, socket, {}, () => socket.close()));
});
process.on('disconnect', () => process.exit(0));

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * Counts the bytes of every TCP socket this process accepts, whatever server or library accepted it, from now on. The counts
 * are of what the socket carried: above TCP, below TLS.
 */
export function meterSockets(): () => { bytesUp: number; bytesDown: number } {
  const open = new Set<Socket>();
  let endedUp = 0;
  let endedDown = 0;

  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket };
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      endedUp += socket.bytesRead;
      endedDown += socket.bytesWritten;
    });
  });

  return () => {
    let bytesUp = endedUp;
    let bytesDown = endedDown;
    for (const socket of open) {
      bytesUp += socket.bytesRead;
      bytesDown += socket.bytesWritten;
    }
    return { bytesUp, bytesDown };
  };
}

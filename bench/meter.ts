import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * Counts the bytes of every TCP socket that this process accepts (`server`) or opens (`client`) from now on, whichever library
 * does so. Counts bytes above TCP and below TLS.
 */
export function meterSockets(side: 'server' | 'client'): () => { bytesUp: number; bytesDown: number } {
  const open = new Set<Socket>();
  let endedRead = 0;
  let endedWritten = 0;

  subscribe(`net.${side}.socket`, (message) => {
    const { socket } = message as { socket: Socket };
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      endedRead += socket.bytesRead;
      endedWritten += socket.bytesWritten;
    });
  });

  return () => {
    let read = endedRead;
    let written = endedWritten;
    for (const socket of open) {
      read += socket.bytesRead;
      written += socket.bytesWritten;
    }
    return side === 'server' ? { bytesUp: read, bytesDown: written } : { bytesUp: written, bytesDown: read };
  };
}

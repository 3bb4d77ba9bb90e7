import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Bytes of a process's sockets; `up` is client to server. */
export interface SocketBytes {
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Number of sockets whose bytes were counted above TLS, because TLS has no TCP socket of its own there. Absent: 0. */
  readonly aboveTls?: number;
}

/**
 * Counts the bytes of every TCP socket that this process accepts (`server`) or opens (`client`) from now on, whichever library
 * does so. Counts bytes above TCP and below TLS, if TLS was put on a TCP socket; the platform of our clients does so.
 */
export function meterSockets(side: 'server' | 'client'): () => SocketBytes {
  const open = new Set<Socket>();
  let aboveTls = 0;
  let endedRead = 0;
  let endedWritten = 0;

  subscribe(`net.${side}.socket`, (message) => {
    const { socket } = message as { socket: Socket };
    open.add(socket);
    if (socket instanceof TLSSocket) aboveTls++;
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
    return side === 'server'
      ? { bytesUp: read, bytesDown: written, aboveTls }
      : { bytesUp: written, bytesDown: read, aboveTls };
  };
}

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveIpc } from '../../ipc.ts';
import { parseCounters } from '../../run/link.ts';

/** Orders to a process at an end of a link: to send as much as TCP carries to whoever connects, or to fetch it. */
export type BulkOrder =
  | { readonly order: 'serve' }
  /** Connects once to each host, in place of the connections before. */
  | { readonly order: 'fetch'; readonly hosts: readonly string[]; readonly port: number }
  /** Counts what arrives for a while. */
  | { readonly order: 'measure'; readonly seconds: number }
  | { readonly order: 'leave' };

export type BulkAnswer =
  | { readonly answer: 'serving'; readonly port: number }
  | { readonly answer: 'done' }
  | {
      readonly answer: 'measured';
      readonly seconds: number;
      /** Bytes of payload by connection. */
      readonly bytes: readonly number[];
      /** Bytes and packets at the interface of this end; the kernel leaves out the Ethernet headers of a VXLAN device. */
      readonly interfaceBytes: number;
      readonly interfacePackets: number;
    };

const CHUNK = Buffer.alloc(16 * 1024);
let sockets: Socket[] = [];

function pour(socket: Socket): void {
  socket.on('error', () => {});
  const write = (): void => {
    while (!socket.destroyed && socket.write(CHUNK));
  };
  socket.on('drain', write);
  write();
}

async function fetchFrom(hosts: readonly string[], port: number): Promise<void> {
  sockets = hosts.map((host) => connect({ host, port }));
  await Promise.all(
    sockets.map((socket) => {
      socket.on('error', () => {}).resume();
      return once(socket, 'connect');
    }),
  );
}

/** Counts so far, and their time. */
function counted() {
  const { bytesUp, packetsUp } = parseCounters(readFileSync('/proc/self/net/dev', 'utf8'));
  return { ms: performance.now(), bytes: sockets.map(({ bytesRead }) => bytesRead), bytesUp, packetsUp };
}

serveIpc(async (order: BulkOrder): Promise<BulkAnswer> => {
  if (order.order === 'serve') {
    const server = createServer(pour).listen(0, '0.0.0.0');
    await once(server, 'listening');
    const address = server.address();
    return { answer: 'serving', port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
  }
  if (order.order === 'fetch') {
    await fetchFrom(order.hosts, order.port);
    return { answer: 'done' };
  }
  if (order.order === 'leave') {
    for (const socket of sockets) socket.resetAndDestroy();
    return { answer: 'done' };
  }
  const before = counted();
  await sleep(order.seconds * 1e3);
  const after = counted();
  return {
    answer: 'measured',
    seconds: (after.ms - before.ms) / 1e3,
    bytes: after.bytes.map((bytes, at) => bytes - (before.bytes[at] ?? 0)),
    interfaceBytes: after.bytesUp - before.bytesUp,
    interfacePackets: after.packetsUp - before.packetsUp,
  };
});

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { serveIpc } from '../../ipc.ts';

/** Place to connect to, or to send to. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Orders to a process at an end of a link, whose connections a test watches. */
export type PeerOrder =
  /** Listens on all addresses, over TCP and UDP. */
  | { readonly order: 'serve' }
  /** Opens a connection. */
  | { readonly order: 'dial'; readonly to: Place }
  /** Writes to a connection, by its number, or to all. */
  | { readonly order: 'write'; readonly connection?: number; readonly bytes: number }
  | { readonly order: 'look' }
  /** Sends datagrams from a socket that stays the same. */
  | { readonly order: 'datagrams'; readonly to: Place; readonly count: number; readonly text: string }
  /** Sends a datagram to a port that nobody listens on, and waits for the system's word. */
  | { readonly order: 'knock'; readonly to: Place };

/** A connection, as this end sees it. */
export interface SeenConnection {
  /** Address of the other end. */
  readonly remote: string;
  readonly remotePort: number;
  readonly localPort: number;
  readonly received: number;
  /** Code of the error that ended it, or `end`; null while it is open. */
  readonly end: string | null;
}

export type PeerAnswer =
  | { readonly answer: 'serving'; readonly tcp: number; readonly udp: number }
  | { readonly answer: 'done' }
  | { readonly answer: 'knocked'; readonly code: string }
  | {
      readonly answer: 'seen';
      readonly connections: readonly SeenConnection[];
      /** Texts of the datagrams that arrived, each with the address and the port that it came from. */
      readonly datagrams: readonly { readonly text: string; readonly from: string; readonly port: number }[];
    };

interface Watched {
  readonly socket: Socket;
  readonly remote: string;
  readonly remotePort: number;
  readonly localPort: number;
  end: string | null;
}

const watched: Watched[] = [];
const datagrams: { text: string; from: string; port: number }[] = [];
const udp = createSocket('udp4');
udp.on('message', (datagram, { address, port }) => {
  const text = String(datagram);
  datagrams.push({ text, from: address, port });
  if (text === ASKED) udp.send(`seen from ${address}:${port}`, port, address);
});
udp.on('error', () => {});

/** Text that is answered with the address and the port it came from. */
export const ASKED = 'where from?';

function watch(socket: Socket): void {
  const one: Watched = {
    socket,
    remote: String(socket.remoteAddress),
    remotePort: socket.remotePort ?? 0,
    localPort: socket.localPort ?? 0,
    end: null,
  };
  watched.push(one);
  socket.resume();
  socket.on('error', (error: NodeJS.ErrnoException) => {
    one.end = error.code ?? error.message;
  });
  socket.on('close', () => {
    one.end ??= 'end';
  });
}

async function knock({ host, port }: Place): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, host);
    await once(socket, 'connect');
    const refused = once(socket, 'error');
    socket.send('anybody there?');
    const [error] = await refused;
    return error.code;
  } finally {
    socket.close();
  }
}

serveIpc(async (order: PeerOrder): Promise<PeerAnswer> => {
  if (order.order === 'serve') {
    const server = createServer(watch).listen(0, '0.0.0.0');
    udp.bind(0);
    await Promise.all([once(server, 'listening'), once(udp, 'listening')]);
    const address = server.address();
    return {
      answer: 'serving',
      tcp: typeof address === 'object' ? (address?.port ?? 0) : 0,
      udp: udp.address().port,
    };
  }
  if (order.order === 'dial') {
    const socket = connect(order.to);
    await once(socket, 'connect');
    watch(socket);
  } else if (order.order === 'write') {
    const all = order.connection === undefined ? watched : [watched[order.connection]!];
    for (const { socket } of all) socket.write(Buffer.alloc(order.bytes));
  } else if (order.order === 'datagrams') {
    for (let sent = 0; sent < order.count; sent++) udp.send(order.text, order.to.port, order.to.host);
  } else if (order.order === 'knock') return { answer: 'knocked', code: await knock(order.to) };
  else {
    const connections = watched.map(({ socket, ...seen }) => ({ ...seen, received: socket.bytesRead }));
    return { answer: 'seen', connections, datagrams };
  }
  return { answer: 'done' };
});

import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/** TCP relay in front of a server, whose connections can be cut as by a crash: without any protocol's goodbye. */
export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** Number of connections that clients have opened, those cut at once included. */
  readonly accepted: number;
  /** Number of connections of clients that are open. */
  readonly open: number;
  /** Resolves once a request is under way: on some connection, the client has sent something since the server last did. */
  asked(): Promise<void>;
  /** Cuts every connection, and each new one at once. */
  cut(): void;
  /** Passes connections on again, to another port if one is given. */
  mend(port?: number): void;
}

/** Starts a relay to a port of the loopback. */
export async function startRelay(target: number): Promise<Relay> {
  let port = target;
  let isCut = false;
  let accepted = 0;
  let open = 0;
  const sockets = new Set<Socket>();
  /** Connections whose clients wait for the server. */
  const asking = new Set<Socket>();
  let asks = Promise.withResolvers<void>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    // Ignored: `close` follows, and ends the other half.
    socket.on('error', () => {});
    return socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    accepted++;
    open++;
    near.once('close', () => open--);
    if (isCut) return void near.destroy();
    const far = track(dial(port, '127.0.0.1'));
    track(near).pipe(far).pipe(near);
    near.on('data', () => {
      asking.add(near);
      asks.resolve();
    });
    const answered = (): void => {
      asking.delete(near);
      if (asking.size === 0) asks = Promise.withResolvers();
    };
    far.on('data', answered);
    near.once('close', answered);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    get open() {
      return open;
    },
    async asked() {
      while (asking.size === 0) await asks.promise;
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend(next = port) {
      isCut = false;
      port = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Kit } from '../kit.ts';

/** TCP relay in front of a server, with what it saw of the clients. */
export interface CountingRelay {
  /** URL of the server with the relay's address. */
  readonly url: string;
  /** Bytes passed on so far; `up` is client to server. */
  readonly bytes: { up: number; down: number };
  /** Source addresses of the clients, by their number of connections. */
  readonly sources: Map<string, number>;
}

/** Starts a relay that counts what it passes on, byte for byte. */
export async function countingRelay(kit: Kit, target: string): Promise<CountingRelay> {
  const { hostname, port } = new URL(target);
  const bytes = { up: 0, down: 0 };
  const sources = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), noDelay: true });
    sources.set(near.remoteAddress!, (sources.get(near.remoteAddress!) ?? 0) + 1);
    for (const [one, another, way] of [
      [near, far, 'up'],
      [far, near, 'down'],
    ] as const) {
      sockets.add(one);
      one.on('data', (chunk) => {
        bytes[way] += chunk.length;
        another.write(chunk);
      });
      one.on('error', () => {});
      one.on('end', () => another.end());
      one.on('close', () => another.destroySoon());
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  kit.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const here = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: target.replace(`${hostname}:${port}`, here), bytes, sources };
}

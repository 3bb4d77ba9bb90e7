import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { askStream, type Overheard, PREFACE, relayStreams } from './http2.ts';
import type { PartyKit } from './parties.ts';

export interface Relay {
  /** URL of the server with the relay's address. */
  readonly url: string;
  readonly overheard: Overheard[];
}

/**
 * Starts a relay that records the traffic between a client and a server. It adds an `Origin` header to every HTTP request, so that the
 * real client of any transport does what a page of that origin could do.
 *
 * @param pageOf returns the page's origin, given the server's own origin as the client knows it, which is the relay's
 */
export async function relay(kit: PartyKit, target: string, pageOf?: (own: string) => string): Promise<Relay> {
  const { protocol, hostname, port } = new URL(target);
  const overheard: Overheard[] = [];
  const sockets = new Set<Socket>();
  let here = '';
  const server = createServer({ noDelay: true }, (near) => {
    const heard: Overheard = { requests: [], down: '' };
    overheard.push(heard);
    sockets.add(near);
    near.on('error', () => {});
    const origin = pageOf?.(`http://${here}`);
    const asBytes = (): void =>
      relayBytes(near, connect({ host: hostname, port: Number(port), noDelay: true }), heard, origin);
    // The client's first bytes tell the version of HTTP. In other protocols the server may have to speak first.
    if (protocol !== 'http:') return asBytes();
    near.once('readable', () => {
      const first: Buffer | null = near.read();
      if (first === null) return near.end();
      near.unshift(first);
      if (first.toString('latin1').startsWith(PREFACE)) relayStreams(near, `http://${hostname}:${port}`, heard, origin);
      else asBytes();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
  kit.defer(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  here = `${hostname}:${(server.address() as AddressInfo).port}`;
  return { url: target.replace(`${hostname}:${port}`, here), overheard };
}

function relayBytes(near: Socket, far: Socket, heard: Overheard, origin: string | undefined): void {
  const pass = requestReader(heard.requests, origin);
  near.on('data', (chunk) => far.write(pass(chunk)));
  far.on('data', (chunk) => {
    heard.down += chunk.toString('latin1');
    near.write(chunk);
  });
  for (const [one, another] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => {});
    one.on('end', () => another.end());
    one.on('close', () => another.destroySoon());
  }
}

/** Status codes of all HTTP answers through the relay. */
export function statusesOf({ overheard }: Relay): number[] {
  return overheard.flatMap(({ down }) =>
    Array.from(down.matchAll(/^HTTP\/(?:1\.1|2) (\d{3})/gm), ([, code]) => Number(code)),
  );
}

/** Records a connection's HTTP/1.1 requests and adds their `Origin`. Other protocols, and upgrades to them, pass unchanged. */
function requestReader(requests: string[], origin: string | undefined): (chunk: Buffer) => Buffer {
  let pending = '';
  let bodyLeft = 0;
  let mode: 'unknown' | 'http' | 'through' = 'unknown';

  function head(text: string): string {
    const changed = origin === undefined ? text : text.replace('\r\n', `\r\nOrigin: ${origin}\r\n`);
    requests.push(changed);
    bodyLeft = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
    if (/^(upgrade|transfer-encoding):/im.test(text)) mode = 'through';
    return changed;
  }

  return (chunk) => {
    if (mode === 'unknown') mode = /^[A-Z]+ \/.* HTTP\/1\.1\r\n/.test(chunk.toString('latin1')) ? 'http' : 'through';
    if (mode === 'through') return chunk;
    pending += chunk.toString('latin1');
    let out = '';
    while (pending !== '') {
      const end = mode !== 'http' ? pending.length : bodyLeft > 0 ? bodyLeft : pending.indexOf('\r\n\r\n') + 4;
      if (end < 4 && bodyLeft === 0 && mode === 'http') break;
      const part = pending.slice(0, end);
      pending = pending.slice(part.length);
      if (mode !== 'http') out += part;
      else if (bodyLeft === 0) out += head(part);
      else {
        bodyLeft -= part.length;
        requests.push(`${requests.pop()}${part}`);
        out += part;
      }
    }
    return Buffer.from(out, 'latin1');
  };
}

/** Sends a request as it is. Resolves with the whole answer once it is complete or the server ends the connection. */
export function raw(url: string, request: string): Promise<string> {
  if (/^.* HTTP\/2\r\n/.test(request)) return askStream(url, request);
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => socket.write(request, 'latin1'));
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (isWhole(heard)) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
  });
}

/** True if an HTTP answer is complete, by its declared length or its last chunk. */
function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n');
  if (end < 0) return false;
  if (/^transfer-encoding: *chunked/im.test(answer.slice(0, end))) return answer.endsWith('0\r\n\r\n');
  return answer.length >= end + 4 + Number(/^content-length: *(\d+)/im.exec(answer)?.[1] ?? 0);
}

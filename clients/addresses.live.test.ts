import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readAddress } from '../bench/plan/address.ts';
import { Kit, Peer, within } from '../bench/testing/kit.ts';
import { type Subject, subjects } from '../bench/testing/subjects.ts';
import { unavailable } from '../bench/testing/unavailable.ts';
import { addressesOf, loadClient, loadServer, optionsOf } from '../bench/transports/index.ts';
import { platform } from './platform/node.ts';
import { authorization } from './shared/address.ts';

const all = await subjects();
const SECRET = 'a-token-that-nobody-may-read';

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

/** First bytes that a client sends to an address of this scheme. */
async function firstBytes(subject: Subject, scheme: string): Promise<Buffer> {
  const heard = Promise.withResolvers<Buffer>();
  const sockets = new Set<Socket>();
  const udp = subject.entry.port === 'udp';
  const server = udp
    ? createSocket('udp4', (datagram) => heard.resolve(datagram)).bind(0, '127.0.0.1')
    : createServer((socket) => {
        sockets.add(socket.on('error', () => {}));
        socket.once('data', heard.resolve);
      }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = readAddress(`${scheme}://127.0.0.1:${portOf(server)}`, subject);
  if ('problems' in address) throw new Error(address.problems.join());
  const { connect: open } = await loadClient(subject.entry);
  const abort = new AbortController();
  const settings = { options: optionsOf(subject), encoding: 'text', platform, token: SECRET } as const;
  const opening = open(address.url, new Peer(), { ...settings, signal: abort.signal });
  try {
    return await within(heard.promise, 'the first bytes');
  } finally {
    abort.abort(new Error('enough was seen'));
    for (const socket of sockets) socket.destroy();
    server.close();
    await opening.catch(() => {});
  }
}

/** A TLS handshake's record (RFC 8446 §5.1), or a long header of QUIC, which always has TLS (RFC 9000 §17.2). */
const isEncrypted = (bytes: Buffer): boolean => (bytes[0] === 0x16 && bytes[1] === 3) || (bytes[0]! & 0xc0) === 0xc0;

describe.each(all)('$name', (subject) => {
  unavailable(subject.unavailable);

  test.each(addressesOf(subject)?.schemes ?? [])(
    'speaks TLS at $name: if the scheme means it: $tls',
    async (scheme) => {
      for (const written of [scheme.name, scheme.name.toUpperCase()]) {
        const bytes = await firstBytes(subject, written);
        expect(isEncrypted(bytes)).toBe(scheme.tls);
        if (scheme.tls) expect(bytes.includes(SECRET)).toBe(false);
      }
    },
  );
});

describe.each(all.filter(({ entry }) => entry.native !== true))('$name', (subject) => {
  test('is reached at an IPv6 address', async () => {
    const [server, client] = await Promise.all([loadServer(subject.entry), loadClient(subject.entry)]);
    await using kit = new Kit();
    const options = optionsOf(subject);
    const { url } = await kit.listen(server, { options, host: '::1' });
    const address = readAddress(url.replace('[::1]', '[0:0:0::1]'), subject);
    if ('problems' in address) throw new Error(address.problems.join());
    const peer = await kit.connect(client, address.url, { options, platform });
    expect(await peer.echo('hello')).toBe('hello');
  });
});

const PREFIX = '/café';
const LOGIN = 'http://m%C3%A9:p%40ss@h';

/** Proxy that forwards requests below a path, with a tenant, to a server without either, and notes the others. */
function behindProxy(server: { port: number; login: string | undefined; http2: boolean }) {
  const wrong: string[] = [];
  const forward = ({
    method,
    url = '',
    headers,
  }: IncomingMessage | Http2ServerRequest): { path: string; headers: IncomingMessage['headers'] } => {
    const address = new URL(url, 'http://h');
    const path = decodeURI(address.pathname);
    const isAllowed =
      path.startsWith(`${PREFIX}/`) &&
      address.searchParams.get('tenant') === 'a b' &&
      headers.authorization === server.login;
    if (!isAllowed) wrong.push(`${method} ${url} ${headers.authorization}`);
    const query = address.search.replace(/^\?tenant=a%20b&?/, '?').replace(/^\?$/, '');
    const kept = Object.entries(headers).filter(([name]) => name !== 'authorization' && !name.startsWith(':'));
    return { path: `${path.slice(PREFIX.length)}${query}`, headers: Object.fromEntries(kept) };
  };
  const handle = (incoming: IncomingMessage | Http2ServerRequest, outgoing: ServerResponse): void => {
    const { path, headers } = forward(incoming);
    const upstream = request({ port: server.port, method: incoming.method, path, headers }, (answer) => {
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...fields } = answer.headers;
      outgoing.writeHead(answer.statusCode!, fields);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  };
  const proxy = server.http2
    ? createHttp2Server((incoming, outgoing) => handle(incoming, outgoing as unknown as ServerResponse))
    : createHttpServer(handle);
  const upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { path, headers } = forward(incoming);
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const upstream = connect(server.port, '127.0.0.1', () => {
      upstream.write(`GET ${path} HTTP/1.1\r\n${fields.join('')}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const [one, other] of [
      [upstream, socket],
      [socket, upstream],
    ] as const) {
      one.on('error', () => {}).on('close', () => other.destroy());
    }
  };
  proxy.on('upgrade', upgrade);
  return { proxy, wrong };
}

const overHttp = all.filter((one) => {
  const uses = addressesOf(one)?.uses ?? [];
  return one.entry.port !== 'udp' && uses.includes('path');
});

describe.each(overHttp)('$name behind a proxy', (subject) => {
  unavailable(subject.unavailable);

  test('every request has the path, query, user and password of the address', async () => {
    const [server, client] = await Promise.all([loadServer(subject.entry), loadClient(subject.entry)]);
    await using kit = new Kit();
    const options = optionsOf(subject);
    const http2 = options.http === '2';
    const { url } = await kit.listen(server, { options: http2 ? { ...options, http: '1.1' } : options });
    const { port, pathname, protocol } = new URL(url);
    // A protocol that runs without requests too has a login of its own.
    const hasOwn = subject.entry.addresses?.uses.includes('path') === false;
    const login = hasOwn ? undefined : authorization(LOGIN, undefined).authorization;
    const { proxy, wrong } = behindProxy({ port: Number(port), login, http2 });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const sockets = new Set<Socket>();
    proxy.on('connection', (socket: Socket) => void sockets.add(socket));
    kit.defer(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    // A path in the address of Socket.IO is a namespace; that of its endpoint is an option.
    const endpoint = 'path' in (subject.entry.targetOptions ?? {}) ? `${PREFIX}/socket.io` : undefined;
    const given = endpoint === undefined ? `${PREFIX}${pathname}` : '/';
    const address = readAddress(`${protocol}//mé:p@ss@127.0.0.1:${portOf(proxy)}${given}?tenant=a b`, subject);
    if ('problems' in address) throw new Error(address.problems.join());
    const opened = { ...options, ...(endpoint === undefined ? {} : { path: endpoint }) };
    const peer = await kit.connect(client, address.url, { options: opened, platform });
    expect(await peer.echo('one')).toBe('one');
    expect(await peer.echo('two')).toBe('two');
    await peer.close();
    expect(wrong).toEqual([]);
  });
});

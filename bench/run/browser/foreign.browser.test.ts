import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { browserHere } from '../../testing/browser/trial.ts';
import { Kit } from '../../testing/kit.ts';
import { figuresOf, measureForeign } from '../../testing/single-trial.ts';

/** Server that sends each message back behind a prefix, to clients whose origin it admits. */
async function echoServer(kit: Kit, admits: (origin: string | undefined) => boolean): Promise<string> {
  const verifyClient = ({ origin }: { readonly origin?: string }): boolean => admits(origin);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient });
  kit.defer(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(`Echo: ${data}`)));
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const IN_BOTH = { 'clients-in': 'node,chromium' };

test('a foreign server is measured from a page of its own origin', { timeout: 240_000 }, async () => {
  await using kit = new Kit();
  const origins = new Set<string | undefined>();
  const url = await echoServer(kit, (origin) => void origins.add(origin) === undefined);
  const [node, chromium, ...more] = await measureForeign(url, 'ws', IN_BOTH, {}, browserHere());
  expect(more).toEqual([]);
  expect([node, chromium]).toMatchObject([figuresOf(), figuresOf()]);
  expect(chromium?.planned.answers).toMatchObject({ prefix: 'Echo: ' });
  expect(origins).toEqual(new Set([undefined, url.replace('ws:', 'http:').replace(/\/$/, '')]));
  // The bytes are those of the load’s sockets, which a page does not see.
  expect(node?.trial).not.toHaveProperty(
    'notMeasured',
    expect.arrayContaining([expect.objectContaining({ path: 'wire' })]),
  );
  expect(chromium?.trial).toHaveProperty(
    'notMeasured',
    expect.arrayContaining([expect.objectContaining({ path: 'wire' })]),
  );
});

test('a server that admits no page is not supported in a browser, and measured in Node', {
  timeout: 240_000,
}, async () => {
  await using kit = new Kit();
  const url = await echoServer(kit, (origin) => origin === undefined);
  const [node, chromium] = await measureForeign(url, 'ws', IN_BOTH, {}, browserHere());
  expect(node).toMatchObject(figuresOf());
  expect(chromium?.planned.unmeasurable).toMatch(
    /^not supported in a browser, for a page of the server’s own origin: .*1006/,
  );
});

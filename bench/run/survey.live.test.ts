import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Server as GrpcServer, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import { Aedes } from 'aedes';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { Server as SocketIo } from 'socket.io';
import { describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { decodeMessage, encodeMessage, OPEN } from '../codec/messages.ts';
import type { Message } from '../contract.ts';
import { Kit } from '../testing/kit.ts';
import { figuresOf, measureForeign } from '../testing/single-trial.ts';

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

async function serveWs(
  kit: Kit,
  answer: (socket: WebSocket, data: Buffer, isBinary: boolean, server: WebSocketServer) => void,
  greeting?: string,
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  kit.defer(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    if (greeting !== undefined) socket.send(greeting);
    socket.on('message', (data, isBinary) => answer(socket, data as Buffer, isBinary, server));
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${portOf(server)}/`;
}

async function serveTcp(kit: Kit, behave: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    behave(socket);
  });
  kit.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return portOf(server);
}

describe('servers as people write them give figures', () => {
  const prefix = 'Echo: ';
  test.concurrent.for([
    ['echoes what it receives', {}, 'text,binary', (socket, data, isBinary) => socket.send(data, { binary: isBinary })],
    ['answers in binary frames', { frames: 'binary' }, 'text', (socket, data) => socket.send(data)],
    ['answers with a prefix', { prefix }, 'text', (socket, data) => socket.send(prefix + data)],
    [
      'wraps the text in JSON',
      { prefix: '{"type":"echo","text":"', suffix: '"}' },
      'text',
      (socket, data) => socket.send(JSON.stringify({ type: 'echo', text: String(data) })),
    ],
    ['greets first', { greetings: 1 }, 'text', (socket, data) => socket.send(`${data}`), 'welcome'],
  ] as const satisfies readonly (readonly [string, object, string, Parameters<typeof serveWs>[1], string?])[])(
    'ws: a server that %s',
    async ([, answers, encoding, answer, greeting]) => {
      await using kit = new Kit();
      const measured = await measureForeign(await serveWs(kit, answer, greeting), 'ws', { encoding });
      expect(measured).toHaveLength(encoding.split(',').length);
      for (const one of measured) {
        expect(one).toMatchObject(figuresOf());
        if (Object.keys(answers).length === 0) expect(one.planned.answers).toBeUndefined();
        else expect(one.planned.answers).toMatchObject(answers);
      }
    },
  );

  test.concurrent('mqtt: a broker that puts something before each message', async () => {
    await using kit = new Kit();
    const broker = await Aedes.createBroker({
      authorizePublish(_client, packet, done) {
        packet.payload = Buffer.concat([Buffer.from('v1|é|'), Buffer.from(packet.payload)]);
        done(null);
      },
    });
    const port = await serveTcp(kit, (socket) => void broker.handle(socket));
    kit.defer(() => new Promise<void>((resolve) => broker.close(() => resolve())));
    const [echo, broadcast] = await measureForeign(`mqtt://127.0.0.1:${port}`, 'mqtt', { scenarios: 'echo,broadcast' });
    expect(echo).toMatchObject({ planned: { answers: { prefix: 'v1|é|' } }, ...figuresOf() });
    expect(broadcast).toMatchObject({ planned: { answers: { prefix: 'v1|é|' } }, ...figuresOf(4) });
  });

  test.concurrent('socketio: a namespace on another path, where the server greets and answers text with bytes', async () => {
    await using kit = new Kit();
    const http = createHttp();
    const server = new SocketIo(http, { path: '/chat/socket.io' });
    kit.defer(() => server.close());
    server.of('/rooms').on('connection', (socket) => {
      socket.emit('m', 'hello');
      socket.on('m', (text: string) => socket.emit('m', Buffer.from(`you said: ${text}`)));
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${portOf(http)}/rooms`;
    const [one] = await measureForeign(url, 'socketio', { option: 'path=/chat/socket.io' });
    const answers = { prefix: 'you said: ', frames: 'binary', greetings: 1 };
    expect(one).toMatchObject({ planned: { answers }, ...figuresOf() });
    const [elsewhere] = await measureForeign(url, 'socketio');
    expect(elsewhere?.trial.reasons.join()).toMatch(/no session could be opened.*\/socket\.io/);
  });

  test.concurrent('ws: a server that broadcasts to all', async () => {
    await using kit = new Kit();
    const url = await serveWs(kit, (_, data, __, { clients }) => {
      for (const one of clients) one.send(`user: ${data}`);
    });
    const [echo, broadcast] = await measureForeign(url, 'ws', { scenarios: 'echo,broadcast' });
    expect(echo?.trial).toMatchObject({
      reasons: [expect.stringMatching(/reaches the other sessions and its sender; .*--scenarios broadcast/)],
    });
    expect(broadcast).toMatchObject({ planned: { answers: { prefix: 'user: ' } }, ...figuresOf(4) });
  });

  test.concurrent('ws: a server that broadcasts to all but the sender', async () => {
    await using kit = new Kit();
    const url = await serveWs(kit, (socket, data, __, { clients }) => {
      for (const one of clients) if (one !== socket) one.send(`user: ${data}`);
    });
    const [echo, found] = await measureForeign(url, 'ws', { scenarios: 'echo,broadcast' });
    expect(echo?.trial.reasons.join()).toMatch(/does not come back to its sender; .*--scenarios broadcast/);
    const [told] = await measureForeign(url, 'ws', { scenarios: 'broadcast', reaches: 'others' });
    for (const one of [found, told]) {
      const planned = { answers: { prefix: 'user: ' }, scenario: { reaches: 'others' } };
      expect(one).toMatchObject({ planned, ...figuresOf(3) });
    }
  });
});

describe('a server that cannot be measured is blamed, with a remedy', () => {
  const reasonAt = async (...asked: Parameters<typeof measureForeign>): Promise<string> => {
    const reasons = (await measureForeign(...asked)).map(({ trial }) => trial.reasons.join());
    for (const reason of reasons) expect(reason).not.toMatch(/load worker/);
    return reasons.join('\n');
  };

  test.concurrent('two transports are dialled at the same time, and each gets its reason', async () => {
    await using kit = new Kit();
    let open = 0;
    const port = await serveTcp(kit, (socket) => {
      socket.on('close', () => open--);
      if (++open > 1) socket.destroy();
    });
    const cases = await measureForeign(`ws://127.0.0.1:${port}/`, 'ws,graphql');
    const reasons = cases.map(({ planned: { unmeasurable } }) => unmeasurable ?? '');
    expect(reasons).toHaveLength(2);
    // A second connection is cut only while the first is open, so the server is seen to be silent to one of them alone.
    expect(reasons.filter((reason) => /no session could be opened/.test(reason))).toHaveLength(2);
    expect(reasons.filter((reason) => /does not answer|within \d+ s/.test(reason))).toHaveLength(1);
  });

  test.concurrent('it accepts and never answers', async () => {
    await using kit = new Kit();
    const port = await serveTcp(kit, () => {});
    const reason = await reasonAt(`ws://127.0.0.1:${port}/`, 'ws', { encoding: 'text,binary' });
    expect(reason).toMatch(/did not complete the handshake within 5 s: the server must answer the upgrade request/);
    expect(reason).toMatch(/\nnot tried, because an earlier attempt failed/);
    // Another transport gets an attempt of its own.
    const both = await reasonAt(`ws://127.0.0.1:${port}/`, 'ws,graphql');
    expect(both).toMatch(/answer the upgrade request.*\n.*acknowledge the connection/);
  });

  test.concurrent.for([
    ['tcp', 'tcp'],
    ['mqtt', 'mqtt'],
    ['http', 'sse'],
    ['grpc', 'grpc'],
  ] as const)('a %s address is one of SSH', async ([scheme, transport]) => {
    await using kit = new Kit();
    const port = await serveTcp(kit, (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'));
    const reason = await reasonAt(`${scheme}://127.0.0.1:${port}`, transport);
    expect(reason).toMatch(
      new RegExp(`no session could be opened at ${scheme}://127.0.0.1:${port}/? with ${transport}`),
    );
  });

  test.concurrent('gRPC without early metadata', async () => {
    await using kit = new Kit();
    const server = new GrpcServer();
    const open = {
      path: OPEN,
      requestStream: true,
      responseStream: true,
      requestSerialize: encodeMessage,
      requestDeserialize: decodeMessage,
      responseSerialize: encodeMessage,
      responseDeserialize: decodeMessage,
    } as const;
    server.addService({ open } as never, {
      open: (call: ServerDuplexStream<Message, Message>) => call.on('data', (message) => call.write(message)),
    });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    kit.defer(() => server.forceShutdown());
    expect(await reasonAt(`grpc://127.0.0.1:${port}`, 'grpc')).toMatch(/call\.sendMetadata\(new Metadata\(\)\)/);
  });

  test.concurrent('a broker refuses the subscription', async () => {
    await using kit = new Kit();
    const broker = await Aedes.createBroker({ authorizeSubscribe: (_client, _topic, done) => done(null, null) });
    const port = await serveTcp(kit, (socket) => void broker.handle(socket));
    kit.defer(() => new Promise<void>((resolve) => broker.close(() => resolve())));
    const reason = await reasonAt(`mqtt://127.0.0.1:${port}`, 'mqtt');
    expect(reason).toMatch(/the broker refused the subscription to wirebench\/\S+ or wirebench\/\S+ .*access rules/);
  });

  test.concurrent('a GraphQL server with another schema', async () => {
    await using kit = new Kit();
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    useServer({ schema: buildSchema('type Query { a: Int } type Subscription { news: String }') }, server);
    kit.defer(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    await once(server, 'listening');
    expect(await reasonAt(`ws://127.0.0.1:${portOf(server)}/`, 'graphql')).toMatch(/Cannot query field "m"/);
  });

  test.concurrent('a page answers where an event stream should', async () => {
    await using kit = new Kit();
    const server = createHttp((_, answer) => answer.end('<h1>It works!</h1>'));
    kit.defer(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    expect(await reasonAt(`http://127.0.0.1:${portOf(server)}`, 'sse')).toMatch(/no session could be opened.*with sse/);
  });
});

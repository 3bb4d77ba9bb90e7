import { createServer, type ServerResponse } from 'node:http';
import { bindForeign, described, type Foreign, type ListenForeign, writeInPieces } from './foreign.ts';
import { anyAnswer } from './http.ts';
import type { Random } from './random.ts';
import { listenForWebSockets } from './websocket.ts';

interface Request {
  readonly id?: string;
  readonly type?: string;
  readonly query?: string;
  readonly payload?: { readonly query?: string };
  readonly extensions?: { readonly operationId?: string };
}

/** Result of a subscription, right or wrong. */
const result = (random: Random): object =>
  random.pick([
    () => ({ data: { m: random.text() } }),
    () => ({ data: { b: Buffer.from(random.text()).toString('base64') } }),
    () => ({ data: { b: random.json() } }),
    () => ({ data: { m: random.json() } }),
    () => ({ data: random.json() }),
    () => ({ data: null, errors: [{ message: random.text() }] }),
    () => ({ errors: random.json() }),
    () => ({}),
  ])();

/** Plays a server of graphql-ws. */
export const listenForOperations: ListenForeign = (random) => {
  let id = '';
  const next = (payload: unknown): string => JSON.stringify({ id, type: 'next', payload });
  const junk = () =>
    random.pick([
      () => random.jsonText(),
      () => random.bytes(),
      () => next(random.json()),
      () =>
        JSON.stringify({
          id: random.json(),
          type: random.pick(['next', 'error', 'complete', 'connection_ack', 'x']),
          payload: random.json(),
        }),
      () =>
        JSON.stringify({
          id,
          type: 'error',
          payload: random.pick([[], [{ message: 'no' }], [random.json()], random.json()]),
        }),
      () => JSON.stringify({ id, type: 'complete' }),
    ])();
  return listenForWebSockets(random, {
    subprotocol: 'graphql-transport-ws',
    junk,
    hear(data, say) {
      const request: Request = JSON.parse(String(data));
      if (request.type === 'connection_init') return say(JSON.stringify({ type: 'connection_ack' }));
      if (request.type !== 'subscribe') return;
      if (request.payload?.query?.startsWith('subscription')) {
        id = String(request.id);
        return say(next({ data: { m: '' } }));
      }
      const errors = random.oneIn(4) ? { errors: [random.json()] } : { data: { send: true } };
      say(JSON.stringify({ id: request.id, type: 'next', payload: errors }));
      say(JSON.stringify({ id: request.id, type: 'complete' }));
    },
    next() {
      const sound = next(result(random));
      // A result follows, because the client rightly ignores what belongs to no operation.
      if (random.oneIn(25)) return { payloads: [junk(), sound], counts: 1 };
      if (random.oneIn(4))
        return { payloads: [JSON.stringify({ type: random.pick(['ping', 'pong']) }), sound], counts: 1 };
      return { payloads: [sound], counts: 1 };
    },
  });
};

/** Plays a server of graphql-sse in its single connection mode. */
export const listenForOperationsBeside: ListenForeign = async (random) => {
  let stream: ServerResponse | undefined;
  let id = '';
  const event = (operation: string, payload: unknown): Buffer =>
    Buffer.from(`event: next\ndata: ${JSON.stringify({ id: operation, payload })}\n\n`);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (foreign.opening === 'any' && random.oneIn(3)) return anyAnswer(random, response);
    if (request.method === 'PUT') return response.writeHead(201).end('stream');
    if (request.method === 'GET') {
      stream = response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      if (foreign.opening === 'any') setTimeout(() => response.destroy(), random.below(10));
      return;
    }
    response.writeHead(request.method === 'POST' ? 202 : 200).end();
    if (request.method !== 'POST') return;
    const { query = '', extensions = {} }: Request = JSON.parse(body);
    const operation = String(extensions.operationId);
    if (query.startsWith('subscription')) {
      id = operation;
      stream?.write(event(id, { data: { m: '' } }));
    } else {
      const errors = random.oneIn(4) ? { errors: [random.json()] } : { data: { send: true } };
      stream?.write(
        Buffer.concat([
          event(operation, errors),
          Buffer.from(`event: complete\ndata: ${JSON.stringify({ id: operation })}\n\n`),
        ]),
      );
    }
  });
  const bound = await bindForeign(server);
  const foreign: Foreign = {
    ...bound,
    url: `http://${bound.authority}/graphql`,
    opening: 'sound',
    say: (what) => void stream!.write(what),
    arrive() {
      const sound = event(id, result(random));
      if (!random.oneIn(25)) {
        const before = random.pick(['', '', ':\n\n', ': comment\n\n']);
        stream!.write(before + sound);
        return { what: described(sound), counts: 1 };
      }
      const junk = random.pick([
        `event: next\ndata: ${random.jsonText()}\n\n`,
        `event: ${random.text()}\ndata: x\n\n`,
        `event: complete\ndata: ${JSON.stringify({ id })}\n\n`,
        random.text(),
      ]);
      writeInPieces(random, stream!.socket!, chunked(Buffer.concat([sound, Buffer.from(junk)])), true);
      return { what: `${described(sound)}, then ${described(junk)} and the end`, counts: 2 };
    },
  };
  return foreign;
};

/** Chunk of an HTTP body (RFC 9112 §7.1). */
function chunked(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

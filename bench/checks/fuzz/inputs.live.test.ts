import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import { ECHO } from '../../codec/header.ts';
import { MAX_ARRIVAL_BYTES } from '../../codec/unreadable.ts';
import type { Encoding } from '../../contract.ts';
import type { Recording } from '../../load/recording.ts';
import { RULES } from '../../results/rules.ts';
import { LoadGenerator } from '../../run/generator.ts';
import { runTrial } from '../../run/trial.ts';
import { Kit, Peer, within } from '../../testing/kit.ts';
import { planTrial, singleTrial } from '../../testing/single-trial.ts';
import { subjects } from '../../testing/subjects.ts';
import { clientModule, findTransport, foreignOf, loadClient, optionsOf } from '../../transports/index.ts';
import type { Foreign } from './tools/foreign.ts';
import { Random } from './tools/random.ts';
import { listenForWebSockets } from './tools/websocket.ts';

const SEED = 5;

async function foreignServer(kit: Kit, name: string): Promise<Foreign> {
  const listen = await foreignOf(findTransport(name)!)!();
  return kit.use(await listen(new Random(SEED)));
}

/** Opens a session of a transport or variant at a foreign server that says nothing by itself. */
async function open(kit: Kit, name: string, encoding: Encoding = 'text') {
  const choice = findTransport(name)!;
  const foreign = await foreignServer(kit, name);
  const client = await loadClient(choice.entry);
  const options = { ...optionsOf(choice), ...foreign.options };
  const peer = new Peer();
  peer.adopt(
    await client.connect(foreign.url, peer, {
      platform,
      options,
      encoding,
      foreign: true,
      signal: new AbortController().signal,
    }),
  );
  kit.defer(() => foreign.cut());
  return { foreign, peer };
}

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
const SOUND = 'in order';

/** Inputs that were used before they were looked at, and what a client calls them. A message after each shows that the session goes on. */
const inputs: readonly (readonly [name: string, input: string | Uint8Array, kind: string, sound: string])[] = [
  ['ws:batch', 'no batch', 'a frame that is no batch', `${SOUND.length}:${SOUND}`],
  ['socketio', '42["m",null]', 'an event without a text or bytes', `42["m","${SOUND}"]`],
  ['socketio', '42["m"]', 'an event without a text or bytes', `42["m","${SOUND}"]`],
  ['socketio:polling', '42["m",{"toString":1}]', 'an event without a text or bytes', `42["m","${SOUND}"]`],
  ['sse', 'event: json\ndata: {bad\n\n', 'a json event', `data: ${SOUND}\n\n`],
  ['sse', 'event: json\ndata: 5\n\n', 'a json event', `data: ${SOUND}\n\n`],
  ['sse:base64', 'event: b\ndata: no base64!\n\n', 'a b event', `data: ${SOUND}\n\n`],
  ['sse', 'event: session\ndata: again\n\n', 'a session event', `data: ${SOUND}\n\n`],
  ['http-stream', '\n', 'a line', `"${SOUND}"\n`],
  ['http-stream', '{"text":1}\n', 'a line', `"${SOUND}"\n`],
  [
    'long-polling',
    '{"cursor":1,"messages":[null]}',
    "an item of a poll's answer",
    `{"cursor":2,"messages":["${SOUND}"]}`,
  ],
  [
    'short-polling',
    '{"cursor":1,"messages":[{"b":"?"}]}',
    "an item of a poll's answer",
    `{"cursor":2,"messages":["${SOUND}"]}`,
  ],
  ['grpc', Uint8Array.of(255, 255), 'a gRPC message', Buffer.from(`\n\u0008${SOUND}`).toString()],
];

describe.concurrent('what is no message is reported, and the session goes on', () => {
  test.each(inputs)('%s: %j', async (name, input, kind, sound) => {
    await using kit = new Kit();
    const { foreign, peer } = await open(kit, name);
    foreign.say(input);
    foreign.say(sound);
    expect(await peer.has(1)).toEqual([SOUND]);
    expect(peer.unreadables.map((one) => one.kind)).toEqual([kind]);
    expect(peer.losses).toEqual([]);
  });

  test('ws: a text frame in a session of bytes is the text that it is', async () => {
    await using kit = new Kit();
    const { foreign, peer } = await open(kit, 'ws', 'binary');
    foreign.say('99999999999');
    expect(await peer.has(1)).toEqual(['99999999999']);
  });

  test.each([
    ['null', undefined],
    ['{"data":null,"errors":[null]}', undefined],
    ['{"data":{"m":{}}}', undefined],
    ['{"data":{"b":"?"}}', undefined],
    [`{"data":{"m":"${SOUND}"}}`, SOUND],
  ])('graphql: a result %s', async (payload, message) => {
    await using kit = new Kit();
    let say: (text: string) => void = () => {};
    let id = '';
    const foreign = kit.use(
      await listenForWebSockets(new Random(SEED), {
        subprotocol: 'graphql-transport-ws',
        hear(data, answer) {
          const request = JSON.parse(String(data));
          say = answer;
          id ||= request.id ?? '';
          answer(
            request.type === 'connection_init'
              ? '{"type":"connection_ack"}'
              : `{"id":"${id}","type":"next","payload":{"data":{"m":""}}}`,
          );
        },
        junk: () => '',
        next: () => ({ payloads: [], counts: 0 }),
      }),
    );
    const { connect } = await loadClient(findTransport('graphql')!.entry);
    const heard = Promise.withResolvers<unknown>();
    const receiver = {
      message: heard.resolve,
      unreadable: () => heard.resolve(undefined),
      lost: () => heard.resolve('lost'),
    };
    const session = await connect(foreign.url, receiver, {
      platform,
      options: {},
      encoding: 'text',
      signal: new AbortController().signal,
    });
    kit.defer(() => Promise.all([session.close(), foreign.cut()]));
    say(`{"id":"${id}","type":"next","payload":${payload}}`);
    // The library itself refuses a payload that is no object.
    expect(await within(heard.promise, 'the result to be counted')).toEqual(payload === 'null' ? 'lost' : message);
  });

  test.each([
    'null',
    '[]',
    '{"type":"answer"}',
    '{"type":"answer","sdp":5}',
    '{"type":"answer","sdp":"v=0"}',
    '{bad',
    '99',
  ])('webrtc: signalling answers %s, and the session is refused', async (answer) => {
    await using kit = new Kit();
    let over: () => void = () => {};
    const foreign = kit.use(
      await listenForWebSockets(new Random(SEED), {
        hear(_, say) {
          say(answer);
          setImmediate(() => over());
        },
        junk: () => '',
        next: () => ({ payloads: [], counts: 0 }),
      }),
    );
    over = foreign.cut;
    const { connect } = await loadClient(findTransport('webrtc')!.entry);
    const signal = new AbortController().signal;
    await expect(connect(foreign.url, new Peer(), { platform, options: {}, encoding: 'text', signal })).rejects.toThrow(
      /signalling closed|session ended: libdatachannel/,
    );
  });

  test.each([
    ['tcp', 'SSH-2.0-OpenSSH_9.6\r\n', /does not send frames .+SSH-2\.0/],
    ['long-polling', '<html>502</html>', /the poll was not answered with \{"cursor".+<html>502/],
    ['socketio', '44', /parse error: the reason of a refusal is no text/],
    ['socketio', '44{"message":{"toString":1}}', /parse error/],
    ['socketio', '0null', /unreadable packet|transport error/],
    ['ws', Buffer.alloc(0), undefined],
  ] as const)('%s: after %j the protocol cannot go on', async (name, input, reason) => {
    await using kit = new Kit();
    const { foreign, peer } = await open(kit, name);
    foreign.say(input);
    if (reason === undefined) expect((await peer.has(1))[0]).toHaveLength(0);
    else expect((await peer.isLost()).message).toMatch(reason);
  });
});

test('an answer that becomes too long when it is decompressed ends the session, not the memory', async () => {
  await using kit = new Kit();
  const bomb = gzipSync(Buffer.alloc(MAX_ARRIVAL_BYTES + 1, ' '));
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST') response.writeHead(201).end('{"session":"abc"}');
    else if (request.method === 'GET') response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  kit.defer(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { connect } = await loadClient(findTransport('long-polling')!.entry);
  const peer = new Peer();
  const { signal } = new AbortController();
  await connect(`http://127.0.0.1:${port}`, peer, { platform, options: { gzip: true }, encoding: 'text', signal });
  expect((await peer.isLost()).message).toMatch(/cannot be decompressed/);
});

test('a trial shows the first corrupt arrival in its reasons and keeps it in its results', async () => {
  await using kit = new Kit();
  const foreign = kit.use(
    await listenForWebSockets(new Random(SEED), {
      hear(data, say) {
        say('99999999999');
        say(data);
      },
      junk: () => '',
      next: () => ({ payloads: [], counts: 0 }),
    }),
  );
  const planned = planTrial('ws', 'echo', {
    clients: 2,
    rate: 50,
    seconds: 0.2,
    encoding: 'binary',
    target: foreign.url,
  });
  const { trial } = await runTrial(planned, singleTrial({ warmupSeconds: 0.1 }));
  expect(trial).toMatchObject({
    messages: {
      delivered: 10,
      lost: 0,
      corrupt: 10,
      example: { kind: 'a text message', length: 11, head: '99999999999' },
    },
  });
  expect('reasons' in trial && trial.reasons).toContain(
    `${RULES['nothing-foreign'].name}: 10 corrupt (first: a text message of 11 bytes, "99999999999")`,
  );
});

describe('a load worker', () => {
  const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender' } as const;
  const { signal } = new AbortController();

  /** Holds one session in a worker and keeps saying things until it has recorded. */
  async function held(
    generator: LoadGenerator,
    foreign: Pick<Foreign, 'url' | 'options'>,
    name: string,
    say: () => void,
  ): Promise<Recording> {
    const choice = findTransport(name)!;
    const options = { ...optionsOf(choice), ...foreign.options };
    await generator.open(
      {
        module: clientModule(choice.entry),
        urls: [foreign.url],
        options,
        foreign: true,
        ...message,
        ...(name === 'ws' ? { encoding: 'binary' } : {}),
      },
      { until: 1, inFlight: 1 },
    );
    const saying = setInterval(say, 2);
    try {
      return await generator.hold(0.1);
    } finally {
      clearInterval(saying);
      const closing = generator.close(5);
      await closing;
    }
  }

  test('outlives every fuzzed server, and counts what came', { timeout: 120_000 }, async () => {
    await using kit = new Kit();
    const generator = kit.use(new LoadGenerator({ workers: 1, clients: 1, signal }));
    const all = (await subjects()).filter(
      (subject) => subject.variant === null && subject.unavailable === undefined && foreignOf(subject) !== null,
    );
    for (const { name } of all) {
      await using foreign = await foreignServer(kit, name);
      const recording = await held(generator, foreign, name, () => {
        try {
          foreign.arrive();
        } catch {
          // The session has ended.
        }
      }).catch((error: Error) => error.message);
      if (typeof recording === 'string') expect(recording).toMatch(/signalling closed/);
      else expect(recording.corrupt + Object.keys(recording.errors).length).toBeGreaterThan(0);
    }
  });

  test('keeps the first corrupt arrival as an example, without tokens and with controls escaped', async () => {
    await using kit = new Kit();
    const generator = kit.use(new LoadGenerator({ workers: 1, clients: 1, signal }));
    const foreign = await foreignServer(kit, 'ws');
    expect(await held(generator, foreign, 'ws', () => foreign.say('99999999999'))).toMatchObject({
      example: { kind: 'a text message', length: 11, head: '99999999999' },
    });
    const hostile = await foreignServer(kit, 'sse');
    const data = `event: json\ndata: \u202e"\u001b[2J ${JWT}\n\n`;
    const { corrupt, example } = await held(generator, hostile, 'sse', () => hostile.say(data));
    expect(corrupt).toBeGreaterThan(0);
    expect(example).toEqual({
      kind: 'a json event',
      length: Buffer.byteLength(data) - 20,
      head: '\\u{202e}\\"\\u{1b}[2J [token]',
    });
  });

  test('names an error that a client of a plugin lets through, and goes on', async () => {
    await using kit = new Kit();
    const folder = mkdtempSync(join(tmpdir(), 'wirebench-client-'));
    kit.defer(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'careless.mjs');
    writeFileSync(
      file,
      `export async function connect(url, receiver, { options }) {
        if (options.opening) {
          setImmediate(() => null.opening);
          return new Promise(() => {});
        }
        const timer = setInterval(() => {
          receiver.message(null);
          receiver.unreadable({ kind: 5, length: 'x' });
          null.text;
        }, 5);
        return { send() {}, close: async () => clearInterval(timer) };
      }`,
    );
    const careless = { module: pathToFileURL(file).href, urls: ['x:'], options: {}, ...message };
    const generator = kit.use(new LoadGenerator({ workers: 1, clients: 1, signal }));
    await generator.open(careless, { until: 1, inFlight: 1 });
    const { corrupt, errors, example } = await generator.hold(0.1);
    expect(corrupt).toBeGreaterThan(0);
    expect(example).toEqual({ kind: 'a binary message', length: 4, head: 'null' });
    expect(Object.keys(errors)).toEqual([
      expect.stringMatching(/^the client failed: Cannot read properties of null .+\(careless\.mjs:9\)$/),
    ]);
    await generator.close(5);
    await expect(
      generator.open({ ...careless, options: { opening: true } }, { until: 1, inFlight: 1 }),
    ).rejects.toThrow(/failed: the client failed: .+opening.+careless\.mjs:3/);
  });
});

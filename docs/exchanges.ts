import type { NeedName } from '../bench/testing/needs.ts';

/** A line of a document that runs until it has printed what is expected, or ends by itself. */
export interface Running {
  /** Resolves once its output has a match, or a line that is exactly that text. */
  readonly prints: (expected: RegExp | string) => Promise<readonly string[]>;
  /** Types a line at its standard input. */
  readonly type: (line: string) => void;
  /** Ends its input, and resolves with all its output once it has ended with exit code 0. */
  readonly ends: () => Promise<string>;
}

interface Surroundings {
  /** Values for what stands in the line: `<session>`, `$token`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** True for programs that say only on a terminal that they are ready. */
  readonly onTerminal?: boolean;
}

/** Shell that runs lines beside the server of an exchange, whose port it fills in. */
export interface Shell {
  readonly start: (line: string, surroundings?: Surroundings) => Running;
}

/** Lines that belong together, in the order of the document, with a server that a document says they are run against. */
export interface Exchange {
  /** Transport or variant that is served; undefined for lines that need no server. */
  readonly serve?: string;
  readonly needs: readonly NeedName[];
  /** Lines as the document has them, without comments. */
  readonly lines: readonly string[];
  /** Runs the lines, and rejects unless each prints what the document says. */
  readonly talk: (shell: Shell) => Promise<void>;
}

/** Our command whose captures are read, as the shell's folder has it. */
const CAPTURE = 'node bench/cli.ts capture';

/** Text that a measured message of a broadcast begins with, as docs/protocols.md says. */
const TO_ALL = 'B00000000000 everyone';

/** Bytes, which `python3 -m websockets` does not send. */
const SENDS_BYTES = `python3 - <<'PY'
import asyncio, websockets
async def main():
    async with websockets.connect("ws://127.0.0.1:8080/") as one:
        await one.send(b"\\x00\\xff")
        assert await one.recv() == b"\\x00\\xff"
    print("echoed")
asyncio.run(asyncio.wait_for(main(), 10))
PY`;

/** Makes an exchange of lines with names. */
function exchange<Name extends string>({
  lines,
  talk,
  ...about
}: Omit<Exchange, 'lines' | 'talk'> & {
  readonly lines: Readonly<Record<Name, string>>;
  readonly talk: (shell: Shell, lines: Readonly<Record<Name, string>>) => Promise<void>;
}): Exchange {
  return { ...about, lines: Object.values<string>(lines), talk: (shell) => talk(shell, lines) };
}

/** Opens a stream of HTTP that names its session, and posts to it: a plain message and a broadcast. */
const streamed = (serve: string, stream: string, first: RegExp, event: (message: string) => string): Exchange =>
  exchange({
    serve,
    needs: ['curl'],
    lines: { get: stream, post: 'curl -d hello http://127.0.0.1:8080/messages/<session>' },
    async talk({ start }, { get, post }) {
      const down = start(get);
      const [, session = ''] = await down.prints(first);
      const variables = { '<session>': session };
      await start(post, { variables }).ends();
      await down.prints(event('hello'));
      await start(post.replace('hello', `'${TO_ALL}'`), { variables }).ends();
      await down.prints(event(TO_ALL));
    },
  });

/** Opens a session, posts to it and polls. */
const polled = (serve: string, poll: string, polls: RegExp): Exchange =>
  exchange({
    serve,
    needs: ['curl'],
    lines: {
      open: 'curl -X POST http://127.0.0.1:8080/sessions',
      post: 'curl -d hello http://127.0.0.1:8080/messages/<session>',
      poll,
    },
    async talk({ start }, lines) {
      const [, session = ''] = await start(lines.open).prints(/^\{"session":"([^"]+)"\}$/m);
      await start(lines.post, { variables: { '<session>': session } }).ends();
      await start(lines.poll, { variables: { '<session>': session } }).prints(polls);
    },
  });

/** Connects with wscat, types a message and sees it echoed. */
const wscat: Exchange = exchange({
  serve: 'ws',
  needs: ['wscat', 'terminal'],
  lines: { connect: 'npx wscat -c ws://127.0.0.1:8080/' },
  async talk({ start }, { connect }) {
    const client = start(connect, { onTerminal: true });
    await client.prints(/^Connected/m);
    client.type('hello');
    await client.prints(/< hello/);
  },
});

/** Prints `id p50 p99` of each case. */
const readResults = (line: string, needs: readonly NeedName[] = []): Exchange =>
  exchange({
    needs,
    lines: { line },
    async talk({ start }, { line: reader }) {
      const output = await start(reader).ends();
      if (!/^(\S+ (-|[\d.]+) (-|[\d.]+)\n){20,}$/.test(output)) throw new Error(`not a line a case: ${output}`);
    },
  });

/** All lines of other programs that the documents have, by page. */
export const EXCHANGES: Readonly<Record<string, readonly Exchange[]>> = {
  'README.md': [
    wscat,
    exchange({
      serve: 'sse',
      needs: ['curl'],
      lines: { get: 'curl -N http://127.0.0.1:8080/events' },
      async talk({ start }, { get }) {
        await start(get).prints(/^event: session\ndata: \S+$/m);
      },
    }),
    exchange({
      serve: 'mqtt',
      needs: ['mosquitto'],
      lines: { ask: 'mosquitto_rr -V mqttv311 -p 8080 -t up/me -e down/me -m hello' },
      async talk({ start }, { ask }) {
        await start(ask).prints('hello');
      },
    }),
  ],
  'docs/compare.md': [
    exchange({
      needs: [],
      lines: { keep: 'mkdir -p baseline && cp out/results.json baseline/results.json' },
      async talk({ start }, { keep }) {
        await start(keep).ends();
        await start('cmp out/results.json baseline/results.json').ends();
      },
    }),
  ],
  'docs/debugging.md': [
    exchange({
      serve: 'ws',
      needs: ['wscat', 'terminal'],
      lines: { connect: 'npx wscat -c ws://127.0.0.1:8080/', type: '> hello' },
      async talk({ start }, { connect, type }) {
        const client = start(connect, { onTerminal: true });
        await client.prints(/^Connected/m);
        client.type(type.slice('> '.length));
        await client.prints(/< hello/);
      },
    }),
    exchange({
      serve: 'ws',
      needs: ['websocat'],
      lines: { connect: 'websocat ws://127.0.0.1:8080/' },
      async talk({ start }, { connect }) {
        const client = start(connect);
        client.type('hello');
        await client.prints('hello');
      },
    }),
    streamed(
      'sse',
      'curl -N --raw http://127.0.0.1:8080/events',
      /^3b\r\nevent: session\ndata: (\S+)\n\n\r$/m,
      (message) => `data: ${message}`,
    ),
    exchange({
      serve: 'mqtt',
      // On a pipe it keeps back what it has to say.
      needs: ['mosquitto', 'terminal'],
      lines: {
        subscribe: 'mosquitto_sub -d -p 8080 -t down/me -v',
        publish: 'mosquitto_pub -p 8080 -t up/me -m hello',
      },
      async talk({ start }, { subscribe, publish }) {
        const down = start(subscribe, { onTerminal: true });
        await down.prints(
          /^Client \S+ sending CONNECT\r\nClient \S+ received CONNACK \(0\)\r\nClient \S+ sending SUBSCRIBE /m,
        );
        await down.prints(/^Client \S+ received SUBACK\r$/m);
        await start(publish).ends();
        await down.prints(
          /^Client \S+ received PUBLISH \(d0, q0, r0, m0, 'down\/me', \.\.\. \(5 bytes\)\)\r\ndown\/me hello\r$/m,
        );
      },
    }),
    exchange({
      needs: ['tshark', 'privateLink'],
      lines: {
        frames: 'tshark -r ws.pcapng -Y websocket',
        message: `tshark -r ws.pcapng -Y 'frame.comment contains "message 1"' -T fields -e frame.number -e frame.len -e frame.comment`,
      },
      async talk({ start }, { frames, message }) {
        await start(`${CAPTURE} ws --tls --out ws.pcapng`).ends();
        const shown = await start(frames).ends();
        if (shown.match(/WebSocket \d+ WebSocket Text \[FIN\]/g)?.length !== 4) throw new Error(shown);
        await start(message).prints(/^\d+\t224\tmessage 1, up\n\d+\t220\tmessage 1, down\n\d+\t66\tmessage 1, ack/m);
      },
    }),
    exchange({
      needs: ['tshark', 'privateLink'],
      lines: { events: 'tshark -r sse.pcapng -o http.desegment_body:FALSE -Y http' },
      async talk({ start }, { events }) {
        await start(`${CAPTURE} sse --out sse.pcapng`).ends();
        const shown = await start(events).ends();
        if (shown.match(/HTTP 208 Continuation/g)?.length !== 2) throw new Error(shown);
      },
    }),
  ],
  'docs/results.md': [
    readResults('node examples/read-results/read.js results.json'),
    readResults('python3 examples/read-results/read.py results.json', ['python']),
  ],
  'docs/transports/graphql.md': [
    exchange({
      serve: 'graphql',
      needs: ['wscat', 'terminal'],
      lines: {
        connect: 'npx wscat -s graphql-transport-ws -c ws://127.0.0.1:8080/graphql',
        init: '> {"type":"connection_init"}',
        subscribe: '> {"id":"1","type":"subscribe","payload":{"query":"subscription{m}"}}',
        send: '> {"id":"2","type":"subscribe","payload":{"query":"mutation{send(m:\\"hello\\")}"}}',
      },
      async talk({ start }, { connect, init, subscribe, send }) {
        const client = start(connect, { onTerminal: true });
        const type = (line: string): void => client.type(line.slice('> '.length));
        await client.prints(/^Connected/m);
        type(init);
        await client.prints(/\{"type":"connection_ack"\}/);
        type(subscribe);
        await client.prints(/\{"id":"1","type":"next","payload":\{"data":\{"m":""\}\}\}/);
        type(send);
        await client.prints(/\{"id":"2","type":"next","payload":\{"data":\{"send":true\}\}\}/);
        await client.prints(/\{"id":"1","type":"next","payload":\{"data":\{"m":"hello"\}\}\}/);
      },
    }),
    exchange({
      serve: 'graphql:sse',
      needs: ['curl'],
      lines: {
        put: 'token=$(curl -sf -X PUT http://127.0.0.1:8080/graphql)',
        stream:
          'curl -N -H "x-graphql-event-stream-token: $token" -H \'accept: text/event-stream\' http://127.0.0.1:8080/graphql',
        subscribe:
          'curl -H "x-graphql-event-stream-token: $token" -d \'{"query":"subscription{m}","extensions":{"operationId":"1"}}\' \\\n' +
          "  -H 'content-type: application/json' http://127.0.0.1:8080/graphql",
      },
      async talk({ start }, { put, stream, subscribe }) {
        const token = (await start(`${put}; echo "$token"`).ends()).trim();
        const down = start(stream, { variables: { $token: token } });
        await start(subscribe, { variables: { $token: token } }).ends();
        await down.prints('data: {"id":"1","payload":{"data":{"m":""}}}');
        const send = subscribe.replace('subscription{m}', 'mutation{send(m:\\"hello\\")}').replace('"1"', '"2"');
        await start(send.replace('curl ', "curl -w '%{http_code}' "), { variables: { $token: token } }).prints(/202$/);
        await down.prints('data: {"id":"2","payload":{"data":{"send":true}}}');
        await down.prints('data: {"id":"1","payload":{"data":{"m":"hello"}}}');
      },
    }),
  ],
  'docs/transports/grpc.md': [
    exchange({
      serve: 'grpc',
      needs: ['grpcurl'],
      lines: {
        call: `grpcurl -plaintext -proto bench/codec/messages.proto -d '{"text":"hello"}' 127.0.0.1:8080 wirebench.Messages/Open`,
      },
      async talk({ start }, { call }) {
        await start(call).prints(/"text": "hello"/);
      },
    }),
  ],
  'docs/transports/http-stream.md': [
    streamed('http-stream', 'curl -N http://127.0.0.1:8080/lines', /^"([^"]+)"$/m, (message) => `"${message}"`),
  ],
  'docs/transports/long-polling.md': [
    polled(
      'long-polling',
      'curl "http://127.0.0.1:8080/messages/<session>?cursor=0"',
      /^\{"cursor":1,"messages":\["hello"\]\}$/m,
    ),
  ],
  'docs/transports/mqtt.md': [
    exchange({
      serve: 'mqtt',
      needs: ['mosquitto'],
      lines: {
        subscribe: 'mosquitto_sub -p 8080 -t down/me -t all -v',
        publish: 'mosquitto_pub -p 8080 -t up/me -m hello',
      },
      async talk({ start }, { subscribe, publish }) {
        const down = start(subscribe);
        // mosquitto_sub does not say when it has subscribed, and MQTT keeps nothing for who comes later.
        const seen = down.prints('down/me hello');
        const publishing = { done: false };
        void seen.finally(() => (publishing.done = true)).catch(() => {});
        while (!publishing.done) await start(publish).ends();
        await seen;
        await start(publish.replace('hello', `'${TO_ALL}'`)).ends();
        await down.prints(`all ${TO_ALL}`);
      },
    }),
  ],
  'docs/transports/short-polling.md': [
    polled(
      'short-polling',
      'curl -i "http://127.0.0.1:8080/messages/<session>?cursor=0"',
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n\{"cursor":1,"messages":\["hello"\]\}$/,
    ),
  ],
  'docs/transports/socketio.md': [
    exchange({
      serve: 'socketio',
      needs: [],
      lines: {
        client: `node --input-type=module -e 'import { io } from "socket.io-client";
  const socket = io("http://127.0.0.1:8080", { transports: ["websocket"] });
  socket.on("m", (message) => console.log(message));
  socket.emit("m", "hello");'`,
      },
      async talk({ start }, { client }) {
        await start(client).prints('hello');
      },
    }),
    ...['socketio:polling', 'socketio:upgrade'].map((serve) =>
      exchange({
        serve,
        needs: ['curl'],
        lines: { handshake: "curl 'http://127.0.0.1:8080/socket.io/?EIO=4&transport=polling'" },
        async talk({ start }, { handshake }) {
          await start(handshake).prints(/^0\{"sid":"[^"]+",.*\}/);
        },
      }),
    ),
  ],
  'docs/transports/sse.md': [
    exchange({
      serve: 'sse:h2',
      needs: ['curl'],
      lines: { get: 'curl -N --http2-prior-knowledge http://127.0.0.1:8080/events' },
      async talk({ start }, { get }) {
        await start(get).prints(/^event: session\ndata: \S+$/m);
      },
    }),
    streamed(
      'sse',
      'curl -N http://127.0.0.1:8080/events',
      /^event: session\ndata: (\S+)$/m,
      (message) => `data: ${message}`,
    ),
    exchange({
      serve: 'sse:gzip',
      needs: ['curl'],
      lines: { get: 'curl -N --compressed http://127.0.0.1:8080/events' },
      async talk({ start }, { get }) {
        await start(get).prints(/^event: session\ndata: \S+$/m);
        await start(get.replace('-N', '-sNi')).prints(/^content-encoding: gzip\r$/im);
      },
    }),
  ],
  'docs/transports/tcp.md': [
    exchange({
      serve: 'tcp',
      needs: ['netcat'],
      lines: { send: String.raw`printf '\0\0\0\5hello' | nc -q 1 127.0.0.1 8080 | xxd` },
      async talk({ start }, { send }) {
        // The server's empty frame, and the echo.
        await start(send).prints(/^00000000: 0000 0000 0000 0005 6865 6c6c 6f\s+\S*hello$/m);
      },
    }),
  ],
  'docs/transports/ws.md': [
    wscat,
    exchange({
      serve: 'ws',
      needs: ['websockets'],
      lines: { connect: 'python3 -m websockets ws://127.0.0.1:8080/' },
      async talk({ start }, { connect }) {
        const [one, other] = [start(connect), start(connect)];
        for (const client of [one, other]) await client.prints(/Connected to ws:\/\//);
        one.type('hello');
        await one.prints(/< hello$/m);
        one.type(TO_ALL);
        for (const client of [one, other]) await client.prints(/< B00000000000 everyone$/m);
        for (const client of [one, other]) await client.ends();
        await start(SENDS_BYTES).prints('echoed');
      },
    }),
  ],
};

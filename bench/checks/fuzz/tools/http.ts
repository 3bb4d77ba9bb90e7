import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { encodeBytesEvent, encodeEvent } from '../../../codec/event.ts';
import { encodeLine } from '../../../codec/line.ts';
import { bindForeign, described, endSocket, type Foreign, type ListenForeign } from './foreign.ts';
import type { Random } from './random.ts';

const STATUSES = [100, 103, 200, 201, 204, 205, 301, 304, 400, 401, 404, 418, 429, 500, 503, 999];

/** Answers a request with anything: a wrong status, a strange body, no HTTP at all, or nothing. */
export function anyAnswer(random: Random, response: ServerResponse): void {
  const { socket } = response;
  if (socket === null) return;
  const status = random.pick(STATUSES);
  const body = random.pick([random.text(), random.jsonText()]);
  const fields = random.pick([
    '',
    'content-type: text/event-stream\r\n',
    'content-encoding: gzip\r\n',
    'location: /\r\n',
    'x:\u0000\r\n',
  ]);
  socket.write(
    random.pick([
      `HTTP/1.1 ${status} x\r\n${fields}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      `HTTP/1.1 ${status} x\r\n${fields}content-length: ${random.below(1_000_000_000)}\r\n\r\n${body}`,
      `HTTP/1.1 ${status} x\r\n${fields}transfer-encoding: chunked\r\n\r\n${body}`,
      `HTTP/1.1 ${status} x\r\n${fields}\r\n`,
      random.text(),
    ]),
  );
  endSocket(random, socket);
}

/** Answers the POST of a message: usually as accepted. */
function accept(random: Random, response: ServerResponse): void {
  if (random.oneIn(10)) anyAnswer(random, response);
  else response.writeHead(204).end();
}

/** Part of a streamed answer that the fuzzer sends, and the min number of messages and unreadable arrivals in it. */
interface Piece {
  readonly bytes: Buffer;
  readonly counts: number;
}

interface Streaming {
  readonly contentType: string;
  readonly greeting: Buffer;
  piece(): Piece;
}

/** Plays a server that streams one answer to the first GET and takes messages as POSTs. */
async function listenForStreams(random: Random, { contentType, greeting, piece }: Streaming): Promise<Foreign> {
  let stream: ServerResponse | undefined;
  const server = createServer((request, response) => {
    request.resume();
    response.on('error', () => {});
    if (request.method === 'POST') return accept(random, response);
    if (foreign.opening === 'any' && random.oneIn(2)) return anyAnswer(random, response);
    stream = response.writeHead(200, { 'content-type': contentType });
    if (foreign.opening === 'sound') return void response.write(greeting);
    response.write(random.pick([Buffer.from(random.text()), random.bytes(), greeting, piece().bytes]));
    setTimeout(() => endSocket(random, response.socket!), random.below(10));
  });
  const bound = await bindForeign(server);
  const foreign: Foreign = {
    ...bound,
    url: `http://${bound.authority}`,
    opening: 'sound',
    say: (what) => void stream!.write(what),
    arrive() {
      const { bytes, counts } = piece();
      const at = random.oneIn(4) ? random.below(bytes.length + 1) : 0;
      if (at > 0) stream!.write(bytes.subarray(0, at));
      stream!.write(bytes.subarray(at));
      if (!random.oneIn(40)) return { what: described(bytes), counts };
      const rest = random.pick([Buffer.from(random.text()), random.bytes()]);
      stream!.socket!.write(rest);
      endSocket(random, stream!.socket!);
      return {
        what: `${described(bytes)}, then ${described(rest)} outside of the body and the end`,
        counts: counts + 1,
      };
    },
  };
  return foreign;
}

/** Event stream of a fuzzed server. */
export function eventsOf(random: Random): Streaming {
  const line = (text: string): string => text.replace(/[\r\n]/g, ' ');
  const ignored = (): string =>
    random.pick([
      `: ${line(random.text())}\n`,
      `retry: ${line(random.text())}\n`,
      `id: ${line(random.text())}\n`,
      `${line(random.text())}:${line(random.text())}\n\n`,
      `event: ${line(random.text())}x\ndata: ${line(random.text())}\n\n`,
      '\n\n',
    ]);
  return {
    contentType: 'text/event-stream',
    greeting: Buffer.from('event: session\ndata: abc\n\n'),
    piece() {
      const bytes = random.pick<() => Buffer>([
        () => encodeEvent(`${random.text()}.`),
        () => encodeBytesEvent(Buffer.concat([random.bytes(), Buffer.of(1)])),
        () => Buffer.from(`event: json\ndata: ${line(random.jsonText())}.\n\n`),
        () => Buffer.from(`event: json\ndata: ${line(random.jsonText())} \n\n`),
        () => Buffer.from(`event: b\ndata: ${line(random.text())}.\n\n`),
        () => Buffer.from(`event: session\ndata: ${line(random.text())}.\n\n`),
        () => Buffer.from(`${ignored()}\n\ndata: sound\n\n`),
      ])();
      return { bytes, counts: 1 };
    },
  };
}

/** Plays a server of Server-Sent Events. */
export const listenForEvents: ListenForeign = (random) => listenForStreams(random, eventsOf(random));

/** Plays a server that streams lines of JSON. */
export const listenForLines: ListenForeign = (random) =>
  listenForStreams(random, {
    contentType: 'application/x-ndjson',
    greeting: encodeLine('abc'),
    piece() {
      const counts = 1 + random.below(3);
      const one = (): Buffer =>
        random.pick([
          () => encodeLine(random.text()),
          () => Buffer.from(`${random.jsonText().replaceAll('\n', ' ')}\n`),
          () => Buffer.from(random.pick(['\n', '\r\n', ' \n'])),
          () => Buffer.concat([random.bytes().filter((byte) => byte !== 10), Buffer.of(10)]),
        ])();
      return { bytes: Buffer.concat(Array.from({ length: counts }, one)), counts };
    },
  });

/** True for an answer without messages, which a server may give at any time. */
function isEmptyAnswer(body: string): boolean {
  try {
    const { messages } = Object(JSON.parse(body)) as { messages?: unknown };
    return Array.isArray(messages) && messages.length === 0;
  } catch {
    return false;
  }
}

/** Plays a server that is polled. */
export const listenForPolls: ListenForeign = async (random) => {
  let waiting: ServerResponse | undefined;
  /** Bodies of answers that are still to be given. */
  let due: Buffer[] = [];
  let broken = false;

  function answerPoll(): void {
    const [body] = due;
    if (waiting === undefined || body === undefined) return;
    const response = waiting;
    waiting = undefined;
    if (broken) {
      broken = false;
      return anyAnswer(random, response);
    }
    due = due.slice(1);
    const zipped = random.oneIn(4);
    response.writeHead(200, zipped ? { 'content-encoding': 'gzip' } : {}).end(zipped ? gzipSync(body) : body);
  }

  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    response.on('error', () => {});
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    if (request.method === 'POST' && request.url !== '/sessions') return accept(random, response);
    const any = foreign.opening === 'any';
    if (request.method === 'POST') {
      due = [];
      broken = false;
      waiting = undefined;
      const opened = any && random.oneIn(2) ? random.jsonText() : '{"session":"abc"}';
      return any && random.oneIn(2) ? anyAnswer(random, response) : void response.writeHead(201).end(opened);
    }
    if (any) return anyAnswer(random, response);
    if (random.oneIn(10)) return void response.writeHead(204).end();
    waiting = response;
    answerPoll();
  });
  const item = (): unknown =>
    random.pick([
      () => random.text(),
      () => ({ b: random.bytes().toString('base64') }),
      () => ({ b: random.json() }),
      () => random.json(),
      () => null,
    ])();
  const bound = await bindForeign(server);
  const foreign: Foreign = {
    ...bound,
    url: `http://${bound.authority}`,
    options: { intervalMs: 1 },
    opening: 'sound',
    say(what) {
      due.push(Buffer.from(what as string));
      answerPoll();
    },
    arrive() {
      const breaks = random.oneIn(40);
      broken = breaks;
      const messages = Array.from({ length: 1 + random.below(3) }, item);
      const sound = JSON.stringify({ cursor: random.below(1_000), messages });
      const body = random.oneIn(40)
        ? random.pick([
            random.jsonText(),
            random.text(),
            JSON.stringify({ cursor: random.json(), messages: random.json() }),
            '',
          ])
        : sound;
      foreign.say(body);
      return {
        what: `${described(body)}${breaks ? ', or no answer to a poll' : ''}`,
        counts: breaks ? 1 : body === sound ? messages.length : isEmptyAnswer(body) ? 0 : 1,
      };
    },
  };
  return foreign;
};

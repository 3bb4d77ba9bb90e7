import { IncomingMessage, ServerResponse } from 'node:http';
import { decodePacket, encodePacket } from 'engine.io-parser';
import { buildSchema, parse, validate } from 'graphql';
import { MessageType, parseMessage, stringifyMessage } from 'graphql-ws';
import { parser, writeToStream } from 'mqtt-packet';
import { Decoder, Encoder, PacketType } from 'socket.io-parser';
import { EventSourceStream } from 'undici/lib/web/eventsource/eventsource-stream.js';
import { Receiver, Sender } from 'ws';
import { encodeEvent } from '../../codec/event.ts';
import { encodeFrame, frameDecoder } from '../../codec/frame.ts';
import { encodeLine, lineReader } from '../../codec/line.ts';
import { decodeMessage, encodeMessage } from '../../codec/messages.ts';
import { type Chain, message } from './chain.ts';
import { arrived, callback, MemorySocket, MemoryStream, type Pieces } from './wire.ts';

/** Rows of their own, for orientation: what JSON costs without any protocol. No transport of the registry. */
export const JSON_ALONE = 'json';

/**
 * One echo: the message's way to the server, and its way back. The way back begins with what the application is given there,
 * text or bytes.
 */
export interface Echo {
  readonly up: Chain<string | Buffer>;
  readonly down: Chain<string>;
}

/**
 * The echo of each transport, as its files in `servers/` and `clients/` do it: with the same library, given text where they
 * have text and bytes where they have bytes. Parsers keep a state, so each call makes new ones.
 */
const ECHOES: ReadonlyMap<string, () => Echo> = new Map([
  [JSON_ALONE, jsonAlone],
  ['tcp', tcp],
  ['ws', ws],
  ['socketio', socketio],
  ['sse', sse],
  ['long-polling', longPolling],
  ['short-polling', longPolling],
  ['http-stream', httpStream],
  ['grpc', grpc],
  ['mqtt', mqtt],
  ['graphql', graphql],
]);

/** Undefined where a transport has no steps. */
export function echoOf(transport: string): Echo | undefined {
  return ECHOES.get(transport)?.();
}

function jsonAlone(): Echo {
  const up = message()
    .timed('client encode', 'JSON.stringify of the message', 'node', (text) => JSON.stringify(text))
    .timed('server decode', 'JSON.parse of the message', 'node', (json) => JSON.parse(json) as string);
  return { up, down: message() };
}

function tcp(): Echo {
  const what = 'length-prefixed frame';
  const atServer = frameReader();
  const atClient = frameReader();
  return {
    up: message()
      .timed('client encode', what, 'wirebench', encodeFrame)
      .timed('server decode', what, 'wirebench', atServer),
    down: asBytes()
      .timed('server encode', what, 'wirebench', encodeFrame)
      .timed('client decode', `${what}, to text`, 'wirebench', (chunk) => atClient(chunk).toString()),
  };
}

function ws(): Echo {
  const toServer = webSocket({ masked: true });
  const toClient = webSocket({ masked: false });
  return {
    up: message()
      .timed('client encode', 'ws frame, masked', 'ws', toServer.send)
      .untimed(arrived)
      .timed('server decode', 'ws frame, masked', 'ws', toServer.receive),
    down: asBytes()
      .timed('server encode', 'ws frame', 'ws', toClient.send)
      .untimed(arrived)
      .timed('client decode', 'ws frame, to text', 'ws', (chunk) => toClient.receive(chunk).toString()),
  };
}

function socketio(): Echo {
  const what = 'Socket.IO packet in an Engine.IO packet';
  const library = 'socket.io-parser, engine.io-parser';
  const toServer = webSocket({ masked: true });
  const toClient = webSocket({ masked: false });
  const client = socketioEnd();
  const server = socketioEnd();
  return {
    up: message()
      .timed('client encode', what, library, client.encode)
      .timed('client encode', 'ws frame, masked', 'ws', toServer.send)
      .untimed(arrived)
      .timed('server decode', 'ws frame, masked, to text', 'ws', (chunk) => toServer.receive(chunk).toString())
      .timed('server decode', what, library, server.decode),
    down: message()
      .timed('server encode', what, library, server.encode)
      .timed('server encode', 'ws frame', 'ws', toClient.send)
      .untimed(arrived)
      .timed('client decode', 'ws frame, to text', 'ws', (chunk) => toClient.receive(chunk).toString())
      .timed('client decode', what, library, client.decode),
  };
}

function sse(): Echo {
  return {
    up: posted(),
    down: message()
      .timed('server encode', 'event', 'wirebench', encodeEvent)
      .timed('server encode', 'HTTP chunk', 'node', chunked('text/event-stream'))
      .untimed(chunkContent)
      .timed('client decode', 'event, without its HTTP chunk', 'undici', eventReader()),
  };
}

function httpStream(): Echo {
  const text = callback<string>();
  const read = lineReader(text.put);
  return {
    up: posted(),
    down: message()
      .timed('server encode', 'JSON string and line feed', 'node', encodeLine)
      .timed('server encode', 'HTTP chunk', 'node', chunked('application/x-ndjson'))
      .untimed(chunkContent)
      .timed('client decode', 'JSON string and line feed, without its HTTP chunk', 'node', (line) => {
        read(line);
        return text.take();
      }),
  };
}

/** Writes into an answer that does not end. */
function chunked(contentType: string): (content: Buffer) => Pieces {
  const socket = new MemorySocket();
  const stream = answerOn(socket);
  stream.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache' });
  stream.flushHeaders();
  socket.written();
  return (content) => {
    stream.write(content);
    return socket.written();
  };
}

function longPolling(): Echo {
  const socket = new MemorySocket();
  return {
    up: posted(),
    down: message()
      .timed('server encode', 'JSON of cursor and messages', 'node', (text) =>
        JSON.stringify({ cursor: 1, messages: [text] }),
      )
      .timed('server encode', 'HTTP answer, head and body', 'node', (body) => {
        const answer = answerOn(socket);
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        answer.writeHead(200, headers).end(body);
        answer.detachSocket(socket);
        return socket.written();
      })
      .untimed(answerBody)
      .timed('client decode', 'JSON of cursor and messages, without the HTTP head', 'node', (body) => {
        const { messages } = JSON.parse(body.toString()) as { messages: [string] };
        return messages[0];
      }),
  };
}

function grpc(): Echo {
  const what = 'protobuf message';
  const library = '@grpc/proto-loader';
  return {
    up: message()
      .timed('client encode', what, library, (text) => encodeMessage(text))
      .timed('server decode', what, library, (bytes) => String(decodeMessage(bytes))),
    down: message()
      .timed('server encode', what, library, (text) => encodeMessage(text))
      .timed('client decode', what, library, (bytes) => String(decodeMessage(bytes))),
  };
}

/** As long as the names that sessions have. */
const MQTT_NAME = 'abcdefgh';

function mqtt(): Echo {
  const toServer = mqttStream(`up/${MQTT_NAME}`);
  const toClient = mqttStream(`down/${MQTT_NAME}`);
  return {
    up: message()
      .timed('client encode', 'PUBLISH to up/…', 'mqtt-packet', toServer.publish)
      .untimed(arrived)
      .timed('server decode', 'PUBLISH to up/…', 'mqtt-packet', toServer.parse),
    down: asBytes()
      // The server hands its broker a copy.
      .timed('server encode', 'PUBLISH to down/…', 'mqtt-packet', (bytes) => toClient.publish(Buffer.from(bytes)))
      .untimed(arrived)
      .timed('client decode', 'PUBLISH to down/…, to text', 'mqtt-packet', (chunk) => toClient.parse(chunk).toString()),
  };
}

/** As long as the identifiers graphql-ws makes. */
const OPERATION_ID = '00000000-0000-4000-8000-000000000000';
const MUTATION = 'mutation($m:String!){send(m:$m)}';
const SCHEMA = `
  type Query { m: String }
  type Mutation { send(m: String!): Boolean! }
  type Subscription { m: String! }
`;

function graphql(): Echo {
  const id = OPERATION_ID;
  const schema = buildSchema(SCHEMA);
  const toServer = webSocket({ masked: true });
  const toClient = webSocket({ masked: false });
  return {
    up: message()
      .timed('client encode', 'graphql-ws message (subscribe)', 'graphql-ws', (m) =>
        stringifyMessage({ id, type: MessageType.Subscribe, payload: { query: MUTATION, variables: { m } } }),
      )
      .timed('client encode', 'ws frame, masked', 'ws', toServer.send)
      .untimed(arrived)
      .timed('server decode', 'ws frame, masked, to text', 'ws', (chunk) => toServer.receive(chunk).toString())
      .timed('server decode', 'graphql-ws message (subscribe)', 'graphql-ws', (json) => {
        const parsed = parseMessage(json);
        if (parsed.type !== MessageType.Subscribe) throw new Error(`a subscribe message was read as ${parsed.type}`);
        return parsed.payload;
      })
      .timed('server decode', 'GraphQL operation, parsed and validated', 'graphql', ({ query, variables }) => {
        const errors = validate(schema, parse(query));
        if (errors.length > 0) throw new Error('the mutation does not fit the schema', { cause: errors });
        return variables;
      })
      .untimed((variables) => String(variables?.m)),
    down: message()
      .timed('server encode', 'graphql-ws message (next)', 'graphql-ws', (m) =>
        stringifyMessage({ id, type: MessageType.Next, payload: { data: { m } } }),
      )
      .timed('server encode', 'ws frame', 'ws', toClient.send)
      .untimed(arrived)
      .timed('client decode', 'ws frame, to text', 'ws', (chunk) => toClient.receive(chunk).toString())
      .timed('client decode', 'graphql-ws message (next)', 'graphql-ws', (json) => {
        const parsed = parseMessage(json);
        if (parsed.type !== MessageType.Next) throw new Error(`a next message was read as ${parsed.type}`);
        return parsed.payload.data;
      })
      .untimed((data) => String(data?.m)),
  };
}

/** Servers that were given bytes send the same bytes back: text has not been made of them. */
function asBytes(): Chain<Buffer> {
  return message().untimed((text) => Buffer.from(text));
}

function frameReader(): (chunk: Buffer) => Buffer {
  const frame = callback<Buffer>();
  const decode = frameDecoder(Number.POSITIVE_INFINITY, frame.put);
  return (chunk) => {
    decode(chunk);
    return frame.take();
  };
}

/** One direction of a WebSocket, a sender and the receiver at the other end. Only clients mask (RFC 6455 §5.1). */
function webSocket({ masked }: { masked: boolean }) {
  const socket = new MemorySocket();
  const sender = new Sender(socket);
  const options = { binary: false, compress: false, fin: true, mask: masked };
  const receiver = new Receiver({ isServer: masked });
  const received = callback<Buffer>();
  receiver.on('message', received.put);
  return {
    send(data: string | Uint8Array): Pieces {
      sender.send(data, options);
      return socket.written();
    },
    receive(chunk: Buffer): Buffer {
      receiver.write(chunk);
      return received.take();
    },
  };
}

function socketioEnd() {
  const encoder = new Encoder();
  const decoder = new Decoder();
  const encoded = callback<string>();
  const argument = callback<string>();
  decoder.on('decoded', ({ data }) => argument.put(data[1]));
  return {
    encode(text: string): string {
      const [data] = encoder.encode({ type: PacketType.EVENT, nsp: '/', data: ['m', text] });
      encodePacket({ type: 'message', data }, true, encoded.put);
      return encoded.take();
    },
    decode(packet: string): string {
      decoder.add(decodePacket(packet, 'nodebuffer').data);
      return argument.take();
    },
  };
}

/**
 * A message up as the body of a POST. The request's head is in neither step: undici writes it and Node.js parses it in places
 * that nobody else can call.
 */
function posted(): Chain<string> {
  return message()
    .timed('client encode', 'POST body, without the HTTP head', 'node', (text) => Buffer.from(text))
    .timed('server decode', 'POST body, to text, without the HTTP head', 'node', (body) => body.toString());
}

function answerOn(socket: MemorySocket): ServerResponse {
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  return response;
}

/** RFC 9112 §7.1: length in hexadecimal digits, line end, content, line end. */
function chunkContent(pieces: Pieces): Buffer {
  const chunk = arrived(pieces);
  return chunk.subarray(chunk.indexOf('\r\n') + 2, -2);
}

function answerBody(pieces: Pieces): Buffer {
  const answer = arrived(pieces);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
}

function eventReader(): (event: Buffer) => string {
  const text = callback<string>();
  const stream = new EventSourceStream({
    eventSourceSettings: { origin: 'http://127.0.0.1' },
    push: ({ options }) => text.put(options.data),
  });
  return (event) => {
    stream.write(event);
    return text.take();
  };
}

function mqttStream(topic: string) {
  const stream = new MemoryStream();
  const packets = parser({ protocolVersion: 4 });
  const arrivedPayload = callback<string | Buffer>();
  packets.on('packet', (packet) => {
    if (packet.cmd === 'publish') arrivedPayload.put(packet.payload);
  });
  return {
    publish(payload: string | Buffer): Pieces {
      writeToStream({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, stream);
      return stream.written();
    },
    parse(chunk: Buffer): string | Buffer {
      packets.parse(chunk);
      return arrivedPayload.take();
    },
  };
}

import { describe, expect, test } from 'vitest';
import { findTransport, framingOf, nameOf, transportChoices } from '../../transports/index.ts';
import { deflater } from './compression.ts';
import { type Cost, type Exchange, type Framing, sumOf } from './framing.ts';
import {
  chunk,
  dataChannelMessage,
  grpcMessage,
  HTTP2_WINDOW_BYTES,
  http2Bodies,
  http2Data,
  http2Receiver,
  mqttPublish,
  quicDatagram,
  quicNumber,
  quicStream,
  request,
  response,
  SACK_DATAGRAM,
  UUID,
  webSocketFrame,
} from './parts.ts';

describe('parts', () => {
  test.each([
    [63, 1],
    [64, 2],
    [16_383, 2],
    [16_384, 4],
    [2 ** 30 - 1, 4],
    [2 ** 30, 8],
  ])('QUIC writes %i in %i bytes', (value, bytes) => expect(quicNumber(value)).toBe(bytes));

  test('a QUIC packet has 26 bytes around its frames, and a frame says where in the stream it belongs', () => {
    expect(quicStream(68, 0)).toEqual([26 + 2 + 2 + 68]);
    expect(quicStream(20, 100)).toEqual([26 + 2 + 2 + 1 + 20]);
    expect(quicStream(1_028, 20_000)).toEqual([26 + 2 + 4 + 2 + 1_028]);
    expect(quicDatagram(65)).toBe(26 + 1 + 2 + 65);
  });

  test('what a stream carries is cut where a packet is full, and none of it is lost', () => {
    const packets = quicStream(16_388, 20_000);
    expect(packets.slice(0, -1)).toEqual(packets.slice(0, -1).map(() => 1_452));
    expect(packets.reduce((sum, bytes) => sum + bytes - (26 + 2 + 4 + 2), 0)).toBe(16_388);
  });

  test.each([
    [0, 2],
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ])('a WebSocket frame of %d bytes has a header of %d, and 4 more of mask from a client', (payload, header) => {
    expect(webSocketFrame(payload, 'server')).toBe(payload + header);
    expect(webSocketFrame(payload, 'client')).toBe(payload + header + 4);
  });

  test.each([
    [117, 8, 1],
    [118, 8, 2],
    [16_373, 8, 2],
    [16_374, 8, 3],
    [2_097_141, 8, 3],
    [2_097_142, 8, 4],
  ])('a PUBLISH of %d bytes on a topic of %d has %d bytes of remaining length', (payload, topic, length) => {
    expect(mqttPublish(payload, topic)).toBe(1 + length + 2 + topic + payload);
  });

  test('a chunk is its size in hexadecimal between line ends', () => {
    expect(chunk(15)).toBe('f\r\n'.length + 15 + '\r\n'.length);
    expect(chunk(16)).toBe('10\r\n'.length + 16 + '\r\n'.length);
  });

  // Sizes as captured on a private link, less the 42 bytes of Ethernet, IPv4 and UDP.
  test.each([
    [1, [85]],
    [16, [97]],
    [64, [145]],
    [1_024, [1_105]],
    [1_140, [1_221]],
    [1_141, [1_209]],
    [1_156, [1_221]],
    [1_157, [1_221, 69]],
    [16_384, [...new Array(14).fill(1_221), 265]],
  ])('a data channel’s message of %i bytes is in datagrams of %j', (payload, datagrams) => {
    expect(dataChannelMessage(payload)).toEqual(datagrams);
  });

  test('an acknowledgement by itself is a datagram of 107 bytes on the link', () => {
    expect(14 + 20 + 8 + SACK_DATAGRAM).toBe(107);
  });

  test.each([
    [127, 1],
    [128, 2],
    [16_383, 2],
    [16_384, 3],
    [2_097_151, 3],
    [2_097_152, 4],
  ])('a gRPC message of %d bytes has %d bytes of length, a tag and a prefix of 5', (bytes, length) => {
    expect(grpcMessage(bytes)).toBe(5 + 1 + length + bytes);
  });

  test('DATA frames carry at most 16,384 bytes', () => {
    expect(http2Data(16_384)).toEqual({ payloads: [16_384], bytes: 16_384 + 9 });
    expect(http2Data(16_385)).toEqual({ payloads: [16_384, 1], bytes: 16_385 + 18 });
  });

  test('a receiver updates a window when half of it is used', () => {
    const taken = http2Receiver(HTTP2_WINDOW_BYTES);
    expect(taken([16_384, 16_382])).toBe(0);
    expect(taken([1])).toBe(13);
    expect(taken([16_384, 16_384, 16_384, 16_384])).toBe(2 * 13);
  });

  // Values as captured: each large body has one byte more than a stream's window.
  test('a body larger than its window is sent in two steps, and the connection’s window counts earlier bodies', () => {
    const body = http2Bodies(HTTP2_WINDOW_BYTES);
    expect(body(16_384)).toEqual({ bytes: 16_384 + 9, told: 0 });
    const others = http2Bodies(HTTP2_WINDOW_BYTES);
    for (const _ of [1, 2, 3]) expect(others(65_536)).toEqual({ bytes: 65_536 + 5 * 9, told: 4 * 13 });
    expect(body(65_536)).toEqual({ bytes: 65_536 + 5 * 9, told: 4 * 13 });
  });

  test('heads have the length of the text that is sent', () => {
    const head = 'POST /a HTTP/1.1\r\nhost: h:1\r\nconnection: keep-alive\r\ncontent-length: 16\r\n\r\n';
    expect(request('POST', '/a', 'h:1', 16)).toBe(head.length);
    const answer =
      'HTTP/1.1 204 No Content\r\nDate: Mon, 23 Nov 2026 09:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n';
    expect(response('204 No Content', [])).toBe(answer.length);
  });
});

function formulaOf(name: string): Framing {
  const choice = findTransport(name);
  const framing = choice === undefined ? undefined : framingOf(choice);
  if (framing === undefined) throw new Error(`no formula for ${name}`);
  return framing;
}

/** Cost of one exchange of a transport whose exchanges do not depend on one another. */
function costOf(name: string, { size, index = 1 }: { size: number; index?: number }): Cost {
  const framing = formulaOf(name);
  if (!('exchange' in framing)) throw new Error(`the formula of ${name} depends on earlier exchanges`);
  const exchange: Exchange = { size, index, encoding: 'text', message: '', url: 'http://127.0.0.1:12345' };
  return framing.exchange(exchange);
}

test('a repeated message compresses to less if the window is kept, and to as much as before if not', async () => {
  const message = 'one two three four five six seven eight nine ten';
  const [kept, fresh] = [deflater({ fresh: false }), deflater({ fresh: true })];
  const first = await kept(message);
  expect(await fresh(message)).toBe(first);
  expect(await fresh(message)).toBe(first);
  expect(await kept(message)).toBeLessThan(first / 3);
});

describe('formulas', () => {
  test('every transport and variant has one, with its source', () => {
    for (const choice of transportChoices()) expect(framingOf(choice)?.source, nameOf(choice)).toBeTruthy();
  });

  test('the cost of an acknowledgement is given for exactly those transports whose messages travel in datagrams', () => {
    for (const choice of transportChoices()) {
      expect(framingOf(choice)?.datagrams !== undefined, nameOf(choice)).toBe(choice.entry.datagrams === true);
    }
  });

  // Framing of one message down, from an independent reference.
  test.each([
    ['ws', 64, 2],
    ['ws', 1_024, 4],
    ['socketio', 64, 12],
    ['socketio', 1_024, 14],
    ['sse', 64, 8 + 2 + 4],
    ['sse', 1_024, 8 + 3 + 4],
  ])('%s puts %i bytes and its framing of %i down', (name, size, framing) => {
    expect(costOf(name, { size }).down[0]).toBe(size + framing);
  });

  test('MQTT over WebSocket sends a packet in one frame, or its payload in a frame of its own if that is too long', () => {
    expect(costOf('mqtt:ws', { size: 65_000 })).toEqual({ up: [4 + 4 + 65_017], down: [4 + 65_019] });
    expect(costOf('mqtt:ws', { size: 65_536 })).toEqual({
      up: [2 + 4 + 17 + 10 + 4 + 65_536],
      down: [2 + 19 + 10 + 65_536],
    });
  });

  test('a long poll’s cursor grows with the session', () => {
    const cost = (index: number) => costOf('long-polling', { size: 16, index });
    expect(cost(10).up[1]! - cost(9).up[1]!).toBe(1);
    expect(cost(10).down[0]! - cost(9).down[0]!).toBe(1);
  });

  const sum = { up: 5_000, down: 6_000, segmentsUp: 20, segmentsDown: 20 };
  const counted = { ...sum, url: 'http://127.0.0.1:12345', first: 11, count: 199, sessions: 1 };

  test('the number of empty polls follows from the bytes up, and their answers are added to the bytes down', () => {
    const adjust = formulaOf('short-polling').adjust!;
    const taken = (extra: number) => adjust(sum, { ...counted, up: sum.up + extra });
    // A poll whose cursor has two digits. Three polls whose cursors have three digits take up to three bytes more.
    const poll = request('GET', `/messages/${UUID}?cursor=10`, '127.0.0.1:12345');
    const answer = response('204 No Content', []);
    expect(taken(0)).toEqual(sum);
    for (const more of [0, 1, 2, 3])
      expect(taken(3 * poll + more)).toEqual({
        up: sum.up + 3 * poll + more,
        down: sum.down + 3 * answer,
        segmentsUp: 23,
        segmentsDown: 23,
      });
    // No number of polls takes these bytes, so the difference remains.
    for (const bytes of [-1, 1, poll - 1, poll + 2]) expect(taken(bytes)).toEqual(sum);
  });

  test('over HTTP/2 a session’s name adds a few bytes to every request, and a new second adds some to one answer', () => {
    const adjust = formulaOf('sse:h2').adjust!;
    const taken = (up: number, down: number) => adjust(sum, { ...counted, up: sum.up + up, down: sum.down + down });
    expect(taken(2 * 199, 24)).toMatchObject({ up: sum.up + 2 * 199, down: sum.down + 24 });
    expect(taken(4 * 199, 22 + 25)).toMatchObject({ up: sum.up + 4 * 199, down: sum.down + 47 });
    for (const up of [1, 198, 5 * 199, -199]) expect(taken(up, 0)).toEqual(sum);
    for (const down of [1, 21, 26, -25, 26 * 199]) expect(taken(0, down)).toEqual(sum);
  });

  test('a sum counts every message and the segments that each fills', async () => {
    const settings = { size: 2_000, encoding: 'text', url: 'tcp://h:1', messageOf: () => '' } as const;
    const sum = await sumOf(formulaOf('tcp'), { ...settings, first: 1, count: 3, segmentBytes: 1_448 });
    expect(sum).toEqual({ up: 3 * 2_004, down: 3 * 2_004, segmentsUp: 6, segmentsDown: 6 });
  });
});

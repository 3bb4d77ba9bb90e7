import { describe, expect, test } from 'vitest';
import { transportNames, transports } from '../registry.ts';
import { deflater } from './compression.ts';
import { type Cost, type Exchange, framings, sumOf } from './framing.ts';
import { chunk, mqttPublish, request, response, webSocketFrame } from './parts.ts';

describe('parts', () => {
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

  test('heads are what is written', () => {
    const head = 'POST /a HTTP/1.1\r\nhost: h:1\r\nconnection: keep-alive\r\ncontent-length: 16\r\n\r\n';
    expect(request('POST', '/a', 'h:1', 16)).toBe(head.length);
    const answer =
      'HTTP/1.1 204 No Content\r\nDate: Mon, 23 Nov 2026 09:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n';
    expect(response('204 No Content', [])).toBe(answer.length);
  });
});

/** Of a transport whose exchanges do not depend on one another. */
function costOf(name: string, { size, index = 1 }: { size: number; index?: number }): Cost {
  const framing = framings[name];
  if (framing === undefined || !('exchange' in framing)) throw new Error(`no formula by the exchange for ${name}`);
  const exchange: Exchange = { size, index, encoding: 'text', message: '', url: 'http://127.0.0.1:12345' };
  return framing.exchange(exchange);
}

test('with a window kept, what was said before is short; without one it is as long as the first time', async () => {
  const message = 'one two three four five six seven eight nine ten';
  const [kept, fresh] = [deflater({ fresh: false }), deflater({ fresh: true })];
  const first = await kept(message);
  expect(await fresh(message)).toBe(first);
  expect(await fresh(message)).toBe(first);
  expect(await kept(message)).toBeLessThan(first / 3);
});

describe('formulas', () => {
  test('every transport and variant has one, with its source', () => {
    for (const name of transportNames()) expect(framings[name]?.source, name).toBeTruthy();
    expect(transportNames().length).toBeGreaterThanOrEqual(transports.length);
  });

  // reference: one message down, its framing alone.
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

  test('a long poll’s cursor grows with the session', () => {
    const cost = (index: number) => costOf('long-polling', { size: 16, index });
    expect(cost(10).up[1]! - cost(9).up[1]!).toBe(1);
    expect(cost(10).down[0]! - cost(9).down[0]!).toBe(1);
  });

  test('a sum counts every message and the segments that each fills', async () => {
    const settings = { size: 2_000, encoding: 'text', url: 'tcp://h:1', messageOf: () => '' } as const;
    const sum = await sumOf(framings.tcp!, { ...settings, first: 1, count: 3, segmentBytes: 1_448 });
    expect(sum).toEqual({ up: 3 * 2_004, down: 3 * 2_004, segmentsUp: 6, segmentsDown: 6 });
  });
});

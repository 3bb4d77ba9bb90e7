import { describe, expect, test } from 'vitest';
import { namingProxy, withAddress } from './candidates.ts';
import { ConnectionReader } from './connection-reader.ts';
import { textFrame, WebSocketReader } from './websocket.ts';

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n');
const ANSWER = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n');

/** A client's frame, with the mask 1 2 3 4. */
function masked(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = Buffer.of(1, 2, 3, 4);
  return Buffer.concat([Buffer.of(0x81, 0x80 | payload.length), mask, payload.map((byte, at) => byte ^ mask[at % 4]!)]);
}

const shown = (reader: ConnectionReader, way: 'up' | 'down', bytes: Uint8Array) =>
  reader.read(way, bytes).map(({ kind, bytes: length, content }) => [kind, length, Buffer.from(content).toString()]);

describe('frames of a connection', () => {
  test('a WebSocket: its handshake, then frames without their mask', () => {
    const reader = new ConnectionReader('stream');
    expect(shown(reader, 'up', REQUEST)).toEqual([['HTTP', REQUEST.length, REQUEST.toString()]]);
    expect(shown(reader, 'down', Buffer.concat([ANSWER, textFrame('first')]))).toEqual([
      ['HTTP', ANSWER.length, ANSWER.toString()],
      ['WebSocket text', 7, 'first'],
    ]);
    expect(shown(reader, 'up', masked('hello'))).toEqual([['WebSocket text', 11, 'hello']]);
  });

  test('frames that arrive in single bytes, and several at once', () => {
    const reader = new WebSocketReader();
    const bytes = Buffer.concat([textFrame('a'), textFrame('b'.repeat(300)), textFrame('c'.repeat(70_000))]);
    const one = [...bytes.subarray(0, 100)].flatMap((byte) => reader.read(Buffer.of(byte)));
    const more = reader.read(bytes.subarray(100));
    expect([...one, ...more].map(({ payload, bytes: length }) => [payload.length, length])).toEqual([
      [1, 3],
      [300, 304],
      [70_000, 70_010],
    ]);
  });

  test('requests of HTTP in pieces as they come, and datagrams whole', () => {
    const http = new ConnectionReader('stream');
    const request = Buffer.from('POST /m HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi');
    expect(shown(http, 'up', request)).toEqual([['HTTP', request.length, request.toString()]]);
    expect(shown(http, 'up', request)).toEqual([['HTTP', request.length, request.toString()]]);
    const datagrams = new ConnectionReader('datagrams');
    expect(shown(datagrams, 'down', Buffer.from('abc'))).toEqual([['datagram', 3, 'abc']]);
  });

  test('bytes that are no frames are shown as bytes', () => {
    const reader = new ConnectionReader('stream');
    reader.read('up', REQUEST);
    expect(shown(reader, 'up', Buffer.of(0x8f, 0x01, 0x00))[0]?.[0]).toBe('bytes');
  });

  test('a long frame is cut where it is shown, and keeps its length', () => {
    const reader = new ConnectionReader('datagrams');
    const [frame] = reader.read('up', Buffer.alloc(2_000, 'x'));
    expect(frame).toMatchObject({ bytes: 2_000 });
    expect(frame!.content).toHaveLength(512);
  });
});

describe('candidates name the proxy', () => {
  const sdp = 'v=0\r\na=candidate:1 1 UDP 2122317823 127.0.0.1 40123 typ host\r\na=end-of-candidates\r\n';

  test('only in UDP candidates', () => {
    expect(withAddress(sdp, '192.168.1.7', 5)).toContain('2122317823 192.168.1.7 5 typ host');
    expect(withAddress('hello 127.0.0.1 40123', 'x', 5)).toBe('hello 127.0.0.1 40123');
  });

  test.each([1, 7, 1_000])('in a stream that arrives in pieces of %i bytes', (length) => {
    const answer = JSON.stringify({ type: 'answer', sdp });
    const ready = textFrame('{"type":"ready"}');
    const bytes = Buffer.concat([ANSWER, textFrame(answer), ready, Buffer.of(0x88, 0x00)]);
    const rewrite = namingProxy(
      () => '192.168.1.7',
      () => 50_123,
    )();
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += length) pieces.push(rewrite(bytes.subarray(at, at + length)));
    const expected = [ANSWER, textFrame(answer.replace('127.0.0.1 40123', '192.168.1.7 50123')), ready];
    expect(Buffer.concat(pieces).equals(Buffer.concat([...expected, Buffer.of(0x88, 0x00)]))).toBe(true);
  });
});

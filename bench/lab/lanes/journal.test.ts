import { expect, test } from 'vitest';
import { Journal } from './journal.ts';

test('counts bytes by lane and direction, and keeps the newest frames', () => {
  let now = 1_000;
  const journal = new Journal(() => now);
  const ws = journal.watch('ws').connection('datagrams');
  const sse = journal.watch('sse').connection('datagrams');
  now = 1_500;
  ws.passed('up', Buffer.from('abc'));
  sse.passed('down', Buffer.from('de'));
  expect(journal.traffic()).toEqual({ ws: { up: 3, down: 0 }, sse: { up: 0, down: 2 } });
  expect(journal.takeFrames()).toEqual([
    { number: 1, transport: 'ws', way: 'up', kind: 'datagram', bytes: 3, seconds: 0.5, content: 'YWJj' },
    { number: 2, transport: 'sse', way: 'down', kind: 'datagram', bytes: 2, seconds: 0.5, content: 'ZGU=' },
  ]);
  for (let at = 0; at < 500; at++) ws.passed('up', Buffer.from('x'));
  const frames = journal.takeFrames();
  expect(frames).toHaveLength(120);
  expect(frames.at(-1)?.number).toBe(502);
  expect(journal.takeFrames()).toEqual([]);
  expect(journal.traffic().ws).toEqual({ up: 503, down: 0 });
});

import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { requestGuard } from './connections.ts';

test('a connection’s requests are counted, and so are those that wait behind one without an answer', async () => {
  const take = requestGuard({ messagesPerSecond: 1_000 });
  const verdicts: boolean[] = [];
  const done = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    verdicts.push(take(request, response));
    // Never answered, so that later requests wait behind it.
    if (verdicts.length === 80) done.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(80));
  await done.promise;
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  // The first request has the socket; 64 may wait behind it.
  expect(verdicts.indexOf(false)).toBe(65);
  expect(verdicts.filter((verdict) => verdict)).toHaveLength(65);
});

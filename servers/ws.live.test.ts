import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Options } from '../bench/contract.ts';
import { Kit } from '../bench/testing/kit.ts';
import * as server from './ws.ts';

let kit: Kit;
beforeEach(() => {
  kit = new Kit();
});
afterEach(() => kit[Symbol.asyncDispose]());

async function served(options: Options): Promise<() => Promise<WebSocket>> {
  const { url } = await kit.listen(server, { options });
  return async () => {
    const socket = new WebSocket(url, { perMessageDeflate: { threshold: 0 } });
    kit.defer(() => socket.terminate());
    await new Promise((resolve) => socket.once('open', resolve));
    return socket;
  };
}

const closed = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once('close', resolve));
const message = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));

test('without the option nothing is compressed, though a client offers it', async () => {
  const socket = await (await served({}))();
  expect(socket.extensions).toBe('');
});

test.each([{ deflate: true }, { deflate: true, fresh: true }, { deflate: true, batchMs: 5 }])(
  'a few bytes that unpack to megabytes end their session with 1009 and no other: %j',
  async (options) => {
    const open = await served(options);
    const [offender, bystander] = [await open(), await open()];
    const gone = closed(offender);
    offender.send(Buffer.alloc(50_000_000));
    expect(await gone).toBe(1009);
    const answer = message(bystander);
    bystander.send('batchMs' in options ? '5:hello' : 'hello');
    expect(await answer).toContain('hello');
  },
);

test('a batch is answered in a batch, message by message', async () => {
  const socket = await (await served({ batchMs: 5 }))();
  const answer = message(socket);
  socket.send('5:hello3:bye');
  expect(await answer).toBe('5:hello3:bye');
});

test.each([
  'hello',
  '5',
  '5:hell',
  '-1:a',
  '1e1:aaaaaaaaaa',
  ' 1:a',
  '99999999999:a',
  Buffer.from([0, 0, 0]),
  Buffer.from([0, 0, 0, 2, 1]),
])('what is no batch ends its session with 1007: %j', async (frame) => {
  const socket = await (await served({ batchMs: 5 }))();
  const gone = closed(socket);
  socket.send(frame);
  expect(await gone).toBe(1007);
});

test('a batch may hold more than a message may', async () => {
  const socket = await (await served({ batchMs: 5 }))();
  const batch = `60000:${'a'.repeat(60_000)}`.repeat(2);
  const answer = message(socket);
  socket.send(batch);
  expect(await answer).toBe(batch);
});

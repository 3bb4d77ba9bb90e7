import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createGunzip, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listener, ServerModule } from '../../../bench/contract.ts';
import { Kit } from '../../../bench/testing/kit.ts';
import * as polling from '../../long-polling.ts';
import * as sse from '../../sse.ts';
import { acceptsGzip } from './http.ts';

let kit: Kit;
beforeEach(() => {
  kit = new Kit();
});
afterEach(() => kit[Symbol.asyncDispose]());

function served(server: ServerModule): Promise<Listener> {
  return kit.listen(server, { options: { gzip: true } });
}

async function get(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const [answer] = (await once(request(url, { headers }).end(), 'response')) as [IncomingMessage];
  kit.defer(() => answer.destroy());
  return answer;
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('an event stream', () => {
  test('gives each event whole before there is another', async () => {
    const listener = await served(sse);
    const answer = await get(`${listener.url}/events`, { 'accept-encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    const plain = answer.pipe(createGunzip());
    let text = '';
    plain.on('data', (chunk) => {
      text += chunk;
    });
    while (!text.endsWith('\n\n')) await once(plain, 'data');
    for (const message of ['first', 'second', 'x'.repeat(50_000)]) {
      await listener.broadcast(message);
      const event = `data: ${message}\n\n`;
      while (!text.endsWith(event)) await once(plain, 'data');
    }
  });

  test('ends as gzip ends', async () => {
    const listener = await served(sse);
    const answer = await get(`${listener.url}/events`, { 'accept-encoding': 'gzip' });
    await listener.broadcast('hello');
    const [body] = await Promise.all([bodyOf(answer), listener.close()]);
    expect(gunzipSync(body).toString()).toMatch(/^event: session\ndata: [0-9a-f-]{36}\n\ndata: hello\n\n$/);
  });

  test('is plain for whoever accepts no gzip', async () => {
    const listener = await served(sse);
    const answer = await get(`${listener.url}/events`, {});
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers.vary).toBe('accept-encoding');
    const [first] = await once(answer, 'data');
    expect(String(first)).toMatch(/^event: session\n/);
  });
});

test.each([
  [{ 'accept-encoding': 'gzip' }, 'gzip'],
  [{}, undefined],
])('a poll with %j is answered in %s', async (headers, encoding) => {
  const { url } = await served(polling);
  const { session } = (await (await fetch(`${url}/sessions`, { method: 'POST' })).json()) as { session: string };
  await fetch(`${url}/messages/${session}`, { method: 'POST', body: 'hello' });
  const answer = await get(`${url}/messages/${session}?cursor=0`, headers);
  expect(answer.headers['content-encoding']).toBe(encoding);
  const body = await bodyOf(answer);
  const text = (encoding === undefined ? body : gunzipSync(body)).toString();
  expect(JSON.parse(text)).toEqual({ cursor: 1, messages: ['hello'] });
});

test.each([
  ['gzip', true],
  ['gzip, deflate, br', true],
  ['br;q=1.0, gzip;q=0.8', true],
  ['gzip;q=0', false],
  ['gzip; q=0.0, br', false],
  ['gzip;q=0.5', true],
  ['br', false],
  ['', false],
])('who accepts %j gets gzip: %s', (accepted, expected) => {
  expect(acceptsGzip({ headers: { 'accept-encoding': accepted } })).toBe(expected);
});

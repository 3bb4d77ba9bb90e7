import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as dial } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Listener, ServerSettings } from '../../../bench/contract.ts';
import { usualLimits } from '../../../bench/limits.ts';
import { makeIdentity } from '../../../bench/security/identity.ts';
import { Kit } from '../../../bench/testing/kit.ts';
import * as server from '../../sse.ts';

let kit: Kit;
beforeEach(() => {
  kit = new Kit();
});
afterEach(() => kit[Symbol.asyncDispose]());

function served(more: Partial<ServerSettings> = {}): Promise<Listener> {
  const limits = { ...usualLimits(1_000), handshakeMs: 200 };
  return kit.listen(server, { options: { http: '2' }, limits, ...more });
}

function dialled(url: string, ca?: string): ClientHttp2Session {
  const session = connect(url, ca === undefined ? {} : { ca });
  session.on('error', () => {});
  kit.defer(() => session.destroy());
  return session;
}

/** Header fields of the answer, without waiting for its body. */
function answered(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string,
): Promise<OutgoingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined });
    stream.on('response', resolve).on('error', reject);
    if (body !== undefined) stream.end(body);
  });
}

/** Session id in the first event. */
function nameIn(events: ClientHttp2Stream): Promise<string> {
  return new Promise((resolve) => events.on('data', (chunk) => resolve(/data: (\S+)/.exec(String(chunk))![1]!)));
}

test.each(['http', 'https'])(
  'over %s, pages are told apart by the authority that HTTP/2 has for a host',
  async (scheme) => {
    const identity = scheme === 'https' ? await makeIdentity(['127.0.0.1']) : undefined;
    const { url } = await served(identity === undefined ? {} : { identity });
    const session = dialled(url, identity?.certificate);
    const asked = async (origin?: string) =>
      (await answered(session, { ':path': '/events', ...(origin === undefined ? {} : { origin }) }))[':status'];
    expect(await asked()).toBe(200);
    expect(await asked(url)).toBe(200);
    for (const origin of ['null', 'https://evil.example', `${url}0`, url.replace(scheme, 'ftp')])
      expect(await asked(origin), origin).toBe(403);
  },
);

test('with origins listed, only their pages get in, and may read the answer', async () => {
  const { url } = await served({ origins: ['https://app.example'] });
  const session = dialled(url);
  const asked = (origin?: string) =>
    answered(session, { ':path': '/events', ...(origin === undefined ? {} : { origin }) });
  expect(await asked('https://app.example')).toMatchObject({
    ':status': 200,
    'access-control-allow-origin': 'https://app.example',
    vary: 'origin',
  });
  for (const origin of [undefined, url, 'https://app.example.evil.example'])
    expect((await asked(origin))[':status']).toBe(403);
});

test('what is too large is refused with 413, on its stream alone', async () => {
  const { url } = await served();
  const session = dialled(url);
  const events = session.request({ ':path': '/events' });
  const post = { ':method': 'POST', ':path': `/messages/${await nameIn(events)}` };
  expect((await answered(session, post, 'x'.repeat(1_001)))[':status']).toBe(413);
  expect((await answered(session, post, 'x'.repeat(1_000)))[':status']).toBe(204);
  expect(events.closed).toBe(false);
});

test('a connection that asks for nothing is ended', async () => {
  const { url } = await served();
  const socket = dial(Number(new URL(url).port), '127.0.0.1').resume();
  await new Promise((resolve) => socket.on('close', resolve));
});

test('a request that does not become whole is answered with 408; its connection lives on', async () => {
  const { url } = await served();
  const session = dialled(url);
  const events = session.request({ ':path': '/events' });
  const slow = session.request(
    { ':method': 'POST', ':path': `/messages/${await nameIn(events)}` },
    { endStream: false },
  );
  slow.write('begun');
  slow.on('error', () => {});
  const [answer] = await once(slow, 'response');
  expect(answer[':status']).toBe(408);
  await once(slow.resume(), 'end');
  expect(events.closed).toBe(false);
});

import { afterEach, expect, test, vi } from 'vitest';
import type { Http, HttpAnswer } from '../../bench/contract.ts';
import { platform as node } from '../platform/node.ts';
import { connect } from '../socketio.ts';

afterEach(() => void vi.useRealTimers());

const OPEN = '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":100000}';

/** A server of Engine.IO whose answers are given by hand. */
function answeredByHand() {
  const open: { method: string; body: unknown; answer(status: number, text: string): void }[] = [];
  const http: Pick<Http, 'fetch' | 'close'> = {
    fetch: (_, { method, body }) =>
      new Promise<HttpAnswer>((resolve) =>
        open.push({ method, body, answer: (status, text) => resolve({ status, text }) }),
      ),
    close: async () => {},
  };
  const asked = async (method: string) => {
    for (;;) {
      const index = open.findIndex((one) => one.method === method);
      if (index >= 0) return open.splice(index, 1)[0]!;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { platform: { ...node, openHttp: () => http as Http }, asked };
}

async function joined() {
  const { platform, asked } = answeredByHand();
  const lost = Promise.withResolvers<Error>();
  const session = connect(
    'http://127.0.0.1:1/',
    {
      message: () => {},
      unreadable: () => {},
      lost: lost.resolve,
      interrupted: () => {},
      resumed: () => {},
      attempting: () => {},
    },
    {
      platform,
      options: { transport: 'polling' },
      encoding: 'text',
      reconnect: 'none',
      signal: new AbortController().signal,
    },
  );
  (await asked('GET')).answer(200, OPEN);
  (await asked('POST')).answer(200, 'ok');
  (await asked('GET')).answer(200, '40{"sid":"t","pid":"p"}');
  return { session: await session, asked, lost: lost.promise };
}

test.each([
  ['the session’s end', 200, '42["m","last"]\x1e1'],
  ['the refusal of a poll, because the session is over,', 400, '{"code":1,"message":"Session ID unknown"}'],
])('the reason of a refused POST is told, although %s arrived first', async (_, status, text) => {
  const { session, asked, lost } = await joined();
  session.send('too large');
  const [poll, post] = [await asked('GET'), await asked('POST')];
  poll.answer(status, text);
  await new Promise((resolve) => setImmediate(resolve));
  post.answer(413, '');
  expect((await lost).message).toMatch(/POST answered 413/);
});

test.each([
  ['with no POST in progress', false, 200, '1', /transport close/],
  ['with a POST that is never answered', true, 200, '1', /transport close/],
  ['by a refused poll with no POST in progress', false, 400, 'unknown', /poll answered 400: unknown/],
  ['by a refused poll with a POST that is never answered', true, 400, 'unknown', /poll answered 400: unknown/],
])('the end of a session is told %s', async (_, sends, status, text, reason) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { session, asked, lost } = await joined();
  if (sends) {
    session.send('unanswered');
    await asked('POST');
  }
  (await asked('GET')).answer(status, text);
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await lost).message).toMatch(reason);
});

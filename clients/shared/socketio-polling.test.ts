import { expect, test } from 'vitest';
import type { Http, HttpAnswer } from '../../bench/contract.ts';
import { platform as node } from '../platform/node.ts';
import { connect } from '../socketio.ts';

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

test('the reason of a refused POST is told, although the session’s end arrived first', async () => {
  const { session, asked, lost } = await joined();
  session.send('too large');
  const [poll, post] = [await asked('GET'), await asked('POST')];
  poll.answer(200, '42["m","last"]\x1e1');
  await new Promise((resolve) => setImmediate(resolve));
  post.answer(413, '');
  expect((await lost).message).toMatch(/POST answered 413/);
});

test.each([
  ['with no POST in progress', false],
  ['with a POST that is never answered', true],
])('the end of a session is told %s', async (_, sends) => {
  const { session, asked, lost } = await joined();
  if (sends) {
    session.send('unanswered');
    await asked('POST');
  }
  (await asked('GET')).answer(200, '1');
  expect((await lost).message).toMatch(/transport close/);
});

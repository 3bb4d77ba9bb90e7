import { expect, test } from 'vitest';
import type { HttpAnswer, HttpRequest, Message, Platform } from '../../contract.ts';
import { connect } from './plain-client.ts';

/** Opens a session whose requests wait until the test answers them. */
async function sessionOf() {
  const requests: { request: HttpRequest; answer: PromiseWithResolvers<HttpAnswer> }[] = [];
  const platform = {
    openHttp: () => ({
      fetch: (_url: string, request: HttpRequest) => {
        const answer = Promise.withResolvers<HttpAnswer>();
        requests.push({ request, answer });
        return answer.promise;
      },
      close: async () => {},
    }),
  } as unknown as Platform;
  const received: Message[] = [];
  const lost: string[] = [];
  const receiver = {
    message: (message: Message) => void received.push(message),
    unreadable() {},
    lost: ({ message }: Error) => void lost.push(message),
  };
  const { signal } = new AbortController();
  const session = await connect('http://x/messages/1', receiver, { options: {}, encoding: 'text', platform, signal });
  const answer = async (index: number, status: number, text = ''): Promise<void> => {
    requests[index]!.answer.resolve({ status, text });
    await new Promise(setImmediate);
  };
  return { session, requests, received, lost, answer };
}

test('a message is received when its answer has come, and one request is under way at a time', async () => {
  const { session, requests, received, answer } = await sessionOf();
  for (const message of ['a', 'b', 'c']) session.send(message);
  expect(requests.map(({ request }) => request)).toEqual([{ method: 'POST', body: 'a' }]);
  expect(received).toEqual([]);
  await answer(0, 204);
  expect(received).toEqual(['a']);
  expect(requests.map(({ request }) => request.body)).toEqual(['a', 'b']);
  await answer(1, 204);
  await answer(2, 204);
  expect(received).toEqual(['a', 'b', 'c']);
  session.send('d');
  expect(requests).toHaveLength(4);
});

test.each([
  [404, 'POST answered 404: no such session'],
  [500, 'POST answered 500: no such session'],
])('an answer of %i ends the session and is no arrival', async (status, reason) => {
  const { session, requests, received, lost, answer } = await sessionOf();
  session.send('a');
  session.send('b');
  await answer(0, status, 'no such session\n');
  expect(received).toEqual([]);
  expect(lost).toEqual([reason]);
  expect(requests).toHaveLength(1);
  expect(() => session.send('c')).toThrow('the session is over');
});

test('a session that was closed is not lost', async () => {
  const { session, requests, lost } = await sessionOf();
  session.send('a');
  await session.close();
  requests[0]!.answer.reject(new Error('cut'));
  await new Promise(setImmediate);
  expect(lost).toEqual([]);
});

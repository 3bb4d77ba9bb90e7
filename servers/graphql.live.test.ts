import { createClient } from 'graphql-ws';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { MemoryLog } from '../bench/codec/replay-log.ts';
import { Kit } from '../bench/testing/kit.ts';
import * as client from '../clients/graphql.ts';
import { platform } from '../clients/platform/node.ts';
import * as server from './graphql.ts';

test('a plain client of graphql-ws subscribes, sends and is echoed', async () => {
  await using kit = new Kit();
  const { url } = await kit.listen(server);
  const client = createClient({ url, webSocketImpl: WebSocket });
  kit.defer(() => client.dispose());
  const values = client.iterate({ query: 'subscription { m }' });
  expect((await values.next()).value).toEqual({ data: { m: '' } });
  const query = 'mutation ($m: String!) { send(m: $m) }';
  const sent = await client.iterate({ query, variables: { m: 'hello' } }).next();
  expect(sent.value).toEqual({ data: { send: true } });
  expect((await values.next()).value).toEqual({ data: { m: 'hello' } });
});

describe('since', () => {
  const log = new MemoryLog('qhzkwmda');
  for (const text of ['a', 'b', 'c']) log.append(text);

  test.each([
    ['a place', 'm(since: "qhzkwmda-0")', ['', 'b', 'c']],
    ['a place at the end', 'm(since: "qhzkwmda-2")', ['']],
    ['nonsense', 'm(since: "__proto__")', ['', 'a', 'b', 'c']],
    ['null', 'm(since: null)', ['']],
    ['nothing', 'm', ['']],
  ])('with %s, a plain client of graphql-ws gets what it missed and then what is new', async (_, field, missed) => {
    await using kit = new Kit();
    const listener = await kit.listen(server, { log });
    const client = createClient({ url: listener.url, webSocketImpl: WebSocket });
    kit.defer(() => client.dispose());
    const values = client.iterate<{ m: string }>({ query: `subscription { ${field} }` });
    const received: unknown[] = [(await values.next()).value?.data?.m];
    await listener.broadcast('news');
    while (received.at(-1) !== 'news') received.push((await values.next()).value?.data?.m);
    expect(received).toEqual([...missed, 'news']);
  });

  test('is taken once for a connection', async () => {
    await using kit = new Kit();
    const { url } = await kit.listen(server, { log });
    const client = createClient({ url, webSocketImpl: WebSocket, lazy: false });
    kit.defer(() => client.dispose());
    const first = async (query: string): Promise<unknown> => {
      try {
        return (await client.iterate<{ m: string }>({ query }).next()).value;
      } catch (error) {
        return error;
      }
    };
    expect(await first('subscription { m(since: "") }')).toEqual({ data: { m: '' } });
    expect(JSON.stringify(await first('subscription { m(since: "") }'))).toMatch(/since was given before/);
    expect(await first('subscription { m }')).toEqual({ data: { m: '' } });
  });

  test('is not in the document of a client of ours that does not resume', async () => {
    await using kit = new Kit();
    const sent: string[] = [];
    class Overheard extends WebSocket {
      override send(data: string): void {
        sent.push(data);
        super.send(data);
      }
    }
    const { url } = await kit.listen(server, { log });
    await kit.connect(client, url, { platform: { ...platform, WebSocket: Overheard } });
    const [, subscribe] = sent.map((text) => JSON.parse(text));
    expect(subscribe.payload).toEqual({ query: 'subscription{m}' });
  });
});

import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Kit } from '../bench/testing/kit.ts';
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

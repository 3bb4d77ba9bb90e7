import {
  BASE64,
  depends,
  type Family,
  judged,
  NO_SESSIONS,
  no,
  overEventStream,
  overHttp,
  overWebSocket,
  SLOW_READERS,
  STREAM_ORDER,
  yes,
} from './shape.ts';
import { S } from './sources.ts';

export const graphql: Family = {
  id: 'graphql',
  title: 'GraphQL subscriptions',
  facts: {
    ...overWebSocket,
    binary: no(S.graphqlWs, 'messages are JSON; bytes need base64'),
    replay: no(S.graphqlWs, 'a new connection starts its subscriptions afresh, without what it missed'),
    devices: no(S.graphqlWs, NO_SESSIONS),
    graphql: yes(S.graphqlSubscriptions, 'subscriptions are part of a GraphQL schema'),
    quiet: yes(S.wsPing, 'an idle connection sends a ping every 12 s here, and may do so as rarely as you like'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(3, 'it needs a schema, an executor and a protocol before the first message'),
    features: judged(2, 'it has types, field selection and many subscriptions on one connection, but no replay'),
  },
  variants: {
    base64: { binary: depends(S.graphqlWs, BASE64) },
    sse: {
      ...overEventStream,
      browser: yes(S.fetch, 'fetch reads a response as it arrives'),
      upstream: no(S.graphqlSse, 'each operation is a separate request'),
      'http-only': yes(S.graphqlSse, 'it uses only requests and responses'),
      http1: overHttp.http1,
      ordered: yes(S.tcpOrder, STREAM_ORDER),
      'push-only': yes(S.graphqlSse, 'it was made for this'),
      peer: overHttp.peer,
      quiet: yes(S.eventNotes, 'an idle stream sends a comment every 12 s here'),
    },
  },
};

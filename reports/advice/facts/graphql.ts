import { depends, type Family, judged, NO_SESSIONS, no, overWebSocket, yes } from './shape.ts';
import { S } from './sources.ts';

export const graphql: Family = {
  id: 'graphql',
  title: 'GraphQL subscriptions',
  facts: {
    ...overWebSocket,
    binary: no(S.graphqlWs, 'messages are JSON; bytes need base64'),
    replay: no(S.graphqlWs, 'a new connection begins its subscriptions anew'),
    devices: no(S.graphqlWs, NO_SESSIONS),
    graphql: yes(S.graphqlSubscriptions, 'subscriptions are part of the schema'),
  },
  judgements: {
    simplicity: judged(3, 'a schema, an executor and a protocol before the first message'),
    features: judged(2, 'types, selection of fields, many subscriptions on one connection; no replay'),
  },
  variants: {
    base64: { binary: depends(S.graphqlWs, 'base64 will do, a third longer') },
    sse: {
      binary: no(S.eventStream, 'an event stream is UTF-8 text'),
      upstream: no(S.graphqlSse, 'operations are requests of their own'),
      'http-only': yes(S.graphqlSse, 'nothing but requests and responses'),
      buffering: no(S.httpStreamingIssues, 'a proxy that waits for the response’s end waits for ever'),
      serverless: depends(S.httpStreamingIssues, 'a response may last, and the client reconnects each time it is cut'),
      quiet: yes(S.eventNotes, 'silent but for a comment every 15 s or so, where proxies want one'),
    },
  },
};

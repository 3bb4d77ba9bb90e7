import { type Family, judged, NO_SCHEMA, NO_SESSIONS, NOT_PEER, no, SLOW_READERS, TCP_WAITS, yes } from './shape.ts';
import { S } from './sources.ts';

export const grpc: Family = {
  id: 'grpc',
  title: 'gRPC stream',
  facts: {
    browser: no(
      S.grpcWebStreams,
      'browsers speak only gRPC-Web, through a proxy that streams to the client but not from it',
    ),
    upstream: yes(S.grpcHttp2, 'one stream carries messages both ways'),
    binary: yes(S.grpcHttp2, 'messages are length-prefixed bytes'),
    'http-only': no(S.grpcHttp2, 'it needs HTTP/2 with trailers from end to end'),
    buffering: no(S.grpcHttp2, 'all messages are parts of one response'),
    http1: no(S.grpcHttp2, 'it is defined over HTTP/2'),
    ordered: yes(S.grpcOrder, 'messages are in order within a call'),
    reliable: yes(S.tcpOrder, 'TCP delivers everything while the call lasts'),
    lossy: no(S.tcpOrder, TCP_WAITS),
    replay: no(S.grpcRetry, 'a call is not retried once its response has begun'),
    'push-only': yes(S.grpcOrder, 'server streaming does this'),
    peer: no(S.grpcHttp2, NOT_PEER),
    devices: no(S.grpcHttp2, NO_SESSIONS),
    graphql: no(S.grpcHttp2, NO_SCHEMA),
    serverless: no(S.grpcHttp2, 'a stream needs a host that keeps it open', 'judgement'),
    quiet: yes(
      S.grpcKeepalive,
      'an idle stream sends at most HTTP/2 pings, which are off here, as they are by default',
    ),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(2, 'it needs generated code on both sides and HTTP/2 from end to end'),
    features: judged(2, 'it has deadlines, cancellation and flow control, but no browser support and no replay'),
  },
};

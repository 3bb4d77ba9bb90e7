import { type Family, judged, NO_SCHEMA, NO_SESSIONS, NOT_PEER, no, TCP_WAITS, yes } from './shape.ts';
import { S } from './sources.ts';

export const grpc: Family = {
  id: 'grpc',
  title: 'gRPC stream',
  facts: {
    browser: no(S.grpcWebStreams, 'a browser speaks gRPC-Web through a proxy, which streams down but not up'),
    upstream: yes(S.grpcHttp2, 'a stream both ways'),
    binary: yes(S.grpcHttp2, 'length-prefixed bytes'),
    'http-only': no(S.grpcHttp2, 'HTTP/2 with trailers, from end to end'),
    buffering: no(S.grpcHttp2, 'messages are parts of one response'),
    http1: no(S.grpcHttp2, 'it is defined over HTTP/2'),
    ordered: yes(S.grpcOrder, 'within a call'),
    reliable: yes(S.tcpOrder, 'TCP, while the call lives'),
    lossy: no(S.tcpOrder, TCP_WAITS),
    replay: no(S.grpcRetry, 'a call that has begun to answer is not tried again'),
    'push-only': yes(S.grpcOrder, 'server streaming'),
    peer: no(S.grpcHttp2, NOT_PEER),
    devices: no(S.grpcHttp2, NO_SESSIONS),
    graphql: no(S.grpcHttp2, NO_SCHEMA),
    serverless: no(S.grpcHttp2, 'a stream needs a host that keeps it', 'judgement'),
    quiet: yes(S.grpcKeepalive, 'silent but for HTTP/2 pings, off unless asked for'),
  },
  judgements: {
    simplicity: judged(2, 'generated code on both sides; HTTP/2 all the way'),
    features: judged(2, 'deadlines, cancelling, flow control; no browsers, no replay'),
  },
};

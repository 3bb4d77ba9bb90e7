import { APP_REPLAY, type Family, judged, NO_SCHEMA, NO_SESSIONS, NOT_PEER, no, otherForm, yes } from './shape.ts';
import { S } from './sources.ts';

export const webtransport: Family = {
  id: 'webtransport',
  title: 'WebTransport',
  facts: {
    browser: yes(S.webTransportBrowsers, 'in all engines since March 2026; not in older browsers'),
    upstream: yes(S.webTransport, 'streams both ways and datagrams'),
    binary: yes(S.quicStreams, 'streams of bytes'),
    'http-only': no(S.webTransportHttp3, 'HTTP/3 over UDP'),
    buffering: yes(S.webTransportHttp3, 'a session is no response to hold back'),
    http1: no(S.webTransportHttp3, 'it is defined over HTTP/3'),
    ordered: yes(S.quicStreams, 'within a stream'),
    reliable: yes(S.quicStreams, 'on streams'),
    lossy: otherForm(
      S.quicStreams,
      'messages travel as datagrams or on streams of their own; what is measured here is one stream',
      'datagram',
    ),
    replay: no(S.webTransport, APP_REPLAY),
    'push-only': yes(S.webTransport, 'the server opens streams when it likes'),
    peer: no(S.webTransport, NOT_PEER),
    devices: no(S.webTransport, NO_SESSIONS),
    graphql: no(S.webTransport, NO_SCHEMA),
    serverless: no(S.webTransportHttp3, 'a host that keeps QUIC connections'),
    quiet: yes(S.quicIdle, 'silent but for what keeps the idle timeout from ending it'),
  },
  judgements: {
    simplicity: judged(3, 'HTTP/3, certificates, few servers yet'),
    features: judged(2, 'many streams, datagrams, backpressure; no reconnecting of its own'),
  },
  variants: {
    datagram: {
      lossy: yes(S.datagrams, 'datagrams wait for nothing'),
      ordered: no(S.datagrams, 'datagrams arrive in any order'),
      reliable: no(S.datagrams, 'a lost datagram is not sent again'),
    },
  },
};

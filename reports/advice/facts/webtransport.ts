import {
  APP_REPLAY,
  type Family,
  judged,
  NO_SCHEMA,
  NO_SESSIONS,
  NOT_PEER,
  no,
  otherForm,
  SLOW_READERS,
  yes,
} from './shape.ts';
import { S } from './sources.ts';

export const webtransport: Family = {
  id: 'webtransport',
  title: 'WebTransport',
  facts: {
    browser: yes(S.webTransportBrowsers, 'all browser engines have it since March 2026; older browsers do not'),
    upstream: yes(S.webTransport, 'it has streams and datagrams in both directions'),
    binary: yes(S.quicStreams, 'streams carry bytes'),
    'http-only': no(S.webTransportHttp3, 'it runs on HTTP/3 over UDP'),
    buffering: yes(S.webTransportHttp3, 'a session is not a response that could be held back'),
    http1: no(S.webTransportHttp3, 'it is defined over HTTP/3'),
    ordered: yes(S.quicStreams, 'messages are in order within a stream, and share one here'),
    reliable: yes(S.quicStreams, 'streams deliver everything'),
    lossy: otherForm(
      S.quicStreams,
      'with a datagram or a stream for each message; the messages measured here share one stream',
      'datagram',
    ),
    replay: no(S.webTransport, APP_REPLAY),
    'push-only': yes(S.webTransport, 'the server can open a stream at any time'),
    peer: no(S.webTransport, NOT_PEER),
    devices: no(S.webTransport, NO_SESSIONS),
    graphql: no(S.webTransport, NO_SCHEMA),
    serverless: no(S.webTransportHttp3, 'it needs a host that keeps QUIC connections open'),
    quiet: yes(S.quicIdle, 'an idle session sends only what keeps it from timing out, an empty frame every 15 s here'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(3, 'it needs HTTP/3 and certificates, and few servers support it yet'),
    features: judged(2, 'it has many streams, datagrams and backpressure, but does not reconnect by itself'),
  },
  variants: {
    datagram: {
      lossy: yes(S.datagrams, 'datagrams wait for nothing'),
      ordered: no(S.datagrams, 'datagrams arrive in any order'),
      reliable: no(S.datagrams, 'a lost datagram is not sent again'),
    },
  },
};

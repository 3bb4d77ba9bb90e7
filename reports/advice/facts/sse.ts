import { depends, type Family, judged, no, overHttp, yes } from './shape.ts';
import { S } from './sources.ts';

export const sse: Family = {
  id: 'sse',
  title: 'Server-Sent Events + POST',
  facts: {
    ...overHttp,
    browser: yes(S.eventSource, 'EventSource'),
    binary: no(S.eventStream, 'an event stream is UTF-8 text'),
    http1: yes(S.eventNotes, 'HTTP/1.1 is enough; then all tabs of an origin share the few connections of a browser'),
    buffering: no(S.httpStreamingIssues, 'a proxy that waits for the response’s end waits for ever'),
    ordered: yes(S.tcpOrder, 'one response, read in order; messages up one request after another'),
    replay: depends(
      S.lastEventId,
      'the server numbers events and keeps them: the client says by Last-Event-ID what it had',
    ),
    'push-only': yes(S.eventSource, 'what it was made for'),
    serverless: depends(S.httpStreamingIssues, 'a response may last, and the client reconnects each time it is cut'),
    quiet: yes(S.eventNotes, 'silent but for a comment every 15 s or so, where proxies want one'),
  },
  judgements: {
    simplicity: judged(1, 'a response that does not end; curl reads it'),
    features: judged(2, 'browsers reconnect and say what they had; no way up of its own'),
  },
  variants: {
    h2: { http1: no(S.http2, 'this variant is HTTP/2') },
    base64: { binary: depends(S.eventStream, 'base64 will do, a third longer') },
  },
};

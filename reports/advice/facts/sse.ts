import {
  BASE64,
  depends,
  type Family,
  judged,
  no,
  otherForm,
  overEventStream,
  overHttp,
  SLOW_READERS,
  STREAM_ORDER,
  yes,
} from './shape.ts';
import { S } from './sources.ts';

export const sse: Family = {
  id: 'sse',
  title: 'Server-Sent Events + POST',
  facts: {
    ...overHttp,
    ...overEventStream,
    browser: yes(S.eventSource, 'every browser has EventSource'),
    http1: yes(
      S.eventNotes,
      'HTTP/1.1 is enough, though all tabs of one origin then share the browser’s few connections',
    ),
    ordered: yes(S.tcpOrder, STREAM_ORDER),
    replay: otherForm(
      S.lastEventId,
      'with numbered events that the server keeps, and their last number from the client in Last-Event-ID; the events measured here have no number',
    ),
    'push-only': yes(S.eventSource, 'it was made for this'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(1, 'it is a response that does not end; even curl can read it'),
    features: judged(
      2,
      'browsers reconnect and report what they last received, which is not measured here; clients need separate requests to send',
    ),
  },
  variants: {
    h2: { http1: no(S.http2, 'this variant uses HTTP/2') },
    base64: { binary: depends(S.eventStream, BASE64) },
  },
};

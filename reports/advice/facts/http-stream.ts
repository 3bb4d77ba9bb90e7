import { APP_REPLAY, type Family, judged, no, overHttp, overStream, SLOW_READERS, STREAM_ORDER, yes } from './shape.ts';
import { S } from './sources.ts';

export const httpStream: Family = {
  id: 'http-stream',
  title: 'Streamed response + POST',
  facts: {
    ...overHttp,
    ...overStream,
    browser: yes(S.fetch, 'fetch reads a response as it arrives'),
    binary: yes(S.content, 'content is bytes; the application adds the framing'),
    ordered: yes(S.tcpOrder, STREAM_ORDER),
    replay: no(S.httpStreaming, APP_REPLAY),
    'push-only': yes(S.httpStreaming, 'it was made for this'),
    quiet: yes(S.httpStreaming, 'an open response sends nothing while idle'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(2, 'it needs only fetch, but you write framing and reconnecting yourself'),
    features: judged(3, 'it offers nothing but a stream'),
  },
};

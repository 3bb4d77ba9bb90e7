import { APP_REPLAY, depends, type Family, judged, no, overHttp, yes } from './shape.ts';
import { S } from './sources.ts';

export const httpStream: Family = {
  id: 'http-stream',
  title: 'Streamed response + POST',
  facts: {
    ...overHttp,
    browser: yes(S.fetch, 'fetch reads a response as it comes'),
    binary: yes(S.content, 'content is bytes; framing is the application’s'),
    buffering: no(S.httpStreamingIssues, 'a proxy that waits for the response’s end waits for ever'),
    ordered: yes(S.tcpOrder, 'one response, read in order; messages up one request after another'),
    replay: no(S.httpStreaming, APP_REPLAY),
    'push-only': yes(S.httpStreaming, 'what it was made for'),
    serverless: depends(S.httpStreamingIssues, 'a response may last, and the client reconnects each time it is cut'),
    quiet: yes(S.httpStreaming, 'an open response costs nothing'),
  },
  judgements: {
    simplicity: judged(2, 'plain fetch; framing and reconnecting are yours'),
    features: judged(3, 'nothing but a stream'),
  },
};

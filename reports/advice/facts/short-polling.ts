import { CURSOR, depends, type Family, judged, no, ONE_REQUEST, overHttp, SLOW_READERS, yes } from './shape.ts';
import { S } from './sources.ts';

export const shortPolling: Family = {
  id: 'short-polling',
  title: 'Short polling + POST',
  facts: {
    ...overHttp,
    browser: yes(S.fetch, 'it uses plain requests'),
    binary: yes(S.content, 'content is bytes'),
    buffering: yes(S.content, 'every response is complete and immediate'),
    ordered: yes(S.content, ONE_REQUEST, 'judgement'),
    replay: depends(S.content, CURSOR, 'judgement'),
    'push-only': yes(
      S.content,
      'the client asks at intervals (of 100 ms here), so a message is late by up to one interval',
    ),
    serverless: yes(S.content, 'the server answers at once and holds no request'),
    quiet: no(S.longPolling, 'the client sends a request at every interval, whether there is news or not'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(1, 'it is the simplest of all'),
    features: judged(3, 'it is late by design, and busy even when nothing happens'),
  },
};

import { depends, type Family, judged, no, overHttp, yes } from './shape.ts';
import { S } from './sources.ts';

export const shortPolling: Family = {
  id: 'short-polling',
  title: 'Short polling + POST',
  facts: {
    ...overHttp,
    browser: yes(S.fetch, 'plain requests'),
    binary: yes(S.content, 'content is bytes'),
    buffering: yes(S.content, 'every response is complete and at once'),
    ordered: yes(S.content, 'with no more than one request under way at a time, as here', 'judgement'),
    replay: depends(S.content, 'the server keeps messages until a poll’s cursor confirms them', 'judgement'),
    'push-only': yes(S.content, 'the client asks again and again; as late as its interval'),
    serverless: yes(S.content, 'no request is held'),
    quiet: no(S.longPolling, 'asks at every interval whether there is news or not'),
  },
  judgements: {
    simplicity: judged(1, 'the simplest there is'),
    features: judged(3, 'late by design, and busy when nothing happens'),
  },
};

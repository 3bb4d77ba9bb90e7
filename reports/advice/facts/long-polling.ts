import { depends, type Family, judged, overHttp, yes } from './shape.ts';
import { S } from './sources.ts';

export const longPolling: Family = {
  id: 'long-polling',
  title: 'Long polling + POST',
  facts: {
    ...overHttp,
    browser: yes(S.fetch, 'plain requests'),
    binary: yes(S.content, 'content is bytes'),
    buffering: yes(S.longPolling, 'every response is complete'),
    ordered: yes(S.longPolling, 'with no more than one request under way at a time, as here', 'judgement'),
    replay: depends(S.longPolling, 'the server keeps messages until a poll’s cursor confirms them', 'judgement'),
    'push-only': yes(S.longPolling, 'what it was made for'),
    serverless: depends(S.longPollingIssues, 'requests may be held for the length of a poll'),
    quiet: depends(S.longPollingIssues, 'a request each time a poll ends empty is little enough'),
  },
  judgements: {
    simplicity: judged(1, 'requests and responses alone; anything that speaks HTTP takes part'),
    features: judged(2, 'a cursor makes a break harmless; no way up of its own'),
  },
  variants: { base64: { binary: depends(S.content, 'base64 will do, a third longer') } },
};

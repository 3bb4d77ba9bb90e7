import {
  BASE64,
  CURSOR,
  depends,
  type Family,
  judged,
  LONG_POLLS,
  ONE_REQUEST,
  overHttp,
  SLOW_READERS,
  yes,
} from './shape.ts';
import { S } from './sources.ts';

export const longPolling: Family = {
  id: 'long-polling',
  title: 'Long polling + POST',
  facts: {
    ...overHttp,
    browser: yes(S.fetch, 'it uses plain requests'),
    binary: yes(S.content, 'content is bytes'),
    buffering: yes(S.longPolling, 'every message arrives in a complete response'),
    ordered: yes(S.longPolling, ONE_REQUEST, 'judgement'),
    replay: depends(S.longPolling, CURSOR, 'judgement'),
    'push-only': yes(S.longPolling, 'it was made for this'),
    serverless: depends(S.longPollingIssues, LONG_POLLS),
    quiet: depends(S.longPollingIssues, 'one request each time a poll ends empty, every 25 s here, is acceptable'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(1, 'it needs only requests and responses; any HTTP client can take part'),
    features: judged(2, 'a cursor makes a broken connection harmless; clients need separate requests to send'),
  },
  variants: { base64: { binary: depends(S.content, BASE64) } },
};

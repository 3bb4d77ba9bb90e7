import type { InBrowser } from '../shape.ts';

/** Use of a transport that browsers speak. */
type Spoken = Exclude<InBrowser, { readonly speaks: 'never' }>;

/** Sessions that each hold a WebSocket: Chromium opens no more than 255 in one browser context. */
export const holdsWebSocket: Spoken = {
  speaks: 'always',
  sessionsPerContext: 255,
  because: 'a browser context opens at most 255 WebSockets',
};

/**
 * Sessions that each hold a request over HTTP/1.1. A browser context opens six connections to a host; were all of them held, a
 * session's next request would wait for ever.
 */
export const holdsRequest: Spoken = {
  speaks: 'always',
  sessionsPerContext: 5,
  because: 'a browser context opens six HTTP/1.1 connections to a host, and needs one for requests',
};

/** Says that no browser speaks it. */
export const inNoBrowser = (because: string): InBrowser => ({ speaks: 'never', because });

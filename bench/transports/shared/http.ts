import type { HttpSurface } from '../../checks/abuse/tools/surface.ts';
import type { Exchange } from '../../checks/theory/framing.ts';
import { request, response, UUID } from '../../checks/theory/parts.ts';

/** Host and port of a URL, which every request repeats. */
export const authorityOf = (url: string): string => new URL(url).host;

/** Bytes of a POST with a message, and of its empty answer. A POST of bytes has a content type. */
export function postCost({ size, encoding, url }: Exchange): { up: number; down: number } {
  const fields = encoding === 'binary' ? [['content-type', 'application/octet-stream'] as const] : [];
  return {
    up: request('POST', `/messages/${UUID}`, authorityOf(url), size, fields) + size,
    down: response('204 No Content', []),
  };
}

/** Attack surface of sessions that have a UUID and send with POSTs. */
export function sessionSurface(
  opens: string,
  more: Pick<HttpSurface, 'outlivesConnection' | 'behindAfterBytes'>,
): HttpSurface {
  return {
    protocol: 'http',
    opens,
    sessionName: UUID_IN_TEXT,
    posts: '/messages/',
    refusals: { tooLarge: /413/, unauthorized: /401/, flood: /429/ },
    ...more,
  };
}

/** Pattern of a session's UUID in a text. */
export const UUID_IN_TEXT = /[0-9a-f]{8}-[0-9a-f-]{27}/;

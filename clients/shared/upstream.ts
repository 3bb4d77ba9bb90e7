import type { Http, HttpRequest, Send } from '../../bench/contract.ts';

/** True if a server's name of a session can be a part of a path as it is (RFC 3986 §3.3). */
export const isName = (name: unknown): name is string =>
  typeof name === 'string' && /^[\w.~!$&'()*+,;=:@%-]{1,500}$/.test(name) && !/^(?:\.|%2e){1,2}$/i.test(name);

/**
 * Sends messages as POSTs, one at a time, so that they arrive in order: a browser would spread concurrent requests over several
 * connections. Rejects when the server does not accept a message.
 */
export function postInOrder(http: Http, url: string, headers: HttpRequest['headers'] = {}): Send {
  const bytes = { ...headers, 'content-type': 'application/octet-stream' };
  let previous: Promise<unknown> = Promise.resolve();
  return (message) => {
    const posted = previous.then(async () => {
      const request = {
        method: 'POST',
        body: message,
        headers: typeof message === 'string' ? headers : bytes,
      } as const;
      const { status, text } = await http.fetch(url, request);
      if (status >= 300) throw new Error(`the POST was answered with ${status}: ${text.trim()}`);
    });
    previous = posted.catch(() => {});
    return posted;
  };
}

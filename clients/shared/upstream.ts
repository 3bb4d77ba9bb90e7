import type { Http, HttpRequest, Send } from '../../bench/contract.ts';

/** What a server's paths follow: its address with or without a slash at the end is the same one. */
export const baseOf = (url: string): string => url.replace(/\/+$/, '');

/**
 * Messages up as POSTs, one at a time, so that they arrive in the order they were sent: a browser would spread concurrent
 * requests over several connections. Rejects when the server does not take the message.
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
      if (status >= 300) throw new Error(`POST answered ${status}: ${text.trim()}`);
    });
    previous = posted.catch(() => {});
    return posted;
  };
}

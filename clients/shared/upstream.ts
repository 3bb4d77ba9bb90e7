import type { Http, HttpRequest, Send } from '../../bench/contract.ts';

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

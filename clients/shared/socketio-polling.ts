import { Fetch } from 'socket.io-client';
import type { Http, HttpAnswer } from '../../bench/contract.ts';
import { GOODBYE_MS } from './lifetime.ts';

/** Longest wait for the answer to a POST once the session is over: a refused body may be sent to its end before its answer is read. */
const REFUSAL_MS = 5_000;

/** True if the last packet of a payload is Engine.IO's `close`. */
const ends = (payload: string): boolean => payload.split('\x1e').at(-1) === '1';

/**
 * Engine.IO's long polling over the platform's HTTP. Engine.IO's client for Node.js opens a connection for every request, which no
 * browser does; here requests share one user's connections. The requests themselves are identical.
 */
export function pollingOver(http: Http): { transport: typeof Fetch; settled: () => Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  const posts = new Set<Promise<unknown>>();

  function exchange(request: Promise<HttpAnswer>, take: (answer: HttpAnswer) => void): Promise<unknown> {
    const done = request.then(take).finally(() => underWay.delete(done));
    underWay.add(done);
    return done;
  }

  class Polling extends Fetch {
    override onData(data: string): void {
      try {
        super.onData(data);
      } catch (cause) {
        this.onError('unreadable packet', cause, undefined);
      }
    }

    override doPoll(): void {
      const request = { method: 'GET', headers: this.opts.extraHeaders ?? {} } as const;
      void this.#exchange(http.fetch(this.uri(), request), 'poll', (text) => {
        if (ends(text)) this.#afterPosts(() => this.onData(text));
        else this.onData(text);
      });
    }

    override doWrite(data: string, callback: () => void): void {
      const headers = { ...this.opts.extraHeaders, 'content-type': 'text/plain;charset=UTF-8' };
      const request = http.fetch(this.uri(), { method: 'POST', body: data, headers });
      const post = this.#exchange(request, 'POST', callback).finally(() => posts.delete(post));
      posts.add(post);
    }

    #exchange(request: Promise<HttpAnswer>, what: string, take: (text: string) => void): Promise<unknown> {
      return exchange(
        request.catch((cause: Error) => ({ status: 0, text: cause.message })),
        ({ status, text }) => {
          if (status === 200) return take(text);
          const said = `${what} ${status === 0 ? 'had no answer' : `answered ${status}`}: ${text}`;
          const fail = (): unknown => this.onError(said, new Error(said), undefined);
          if (what === 'poll') this.#afterPosts(fail);
          else fail();
        },
      );
    }

    /**
     * Takes the end of the session that a poll tells, after the answers to POSTs. A server that refuses a POST ends the session too: it
     * says so to a poll that waits, and knows the session of a later one no more. The answers come over two connections, and the
     * POST's has the reason.
     */
    #afterPosts(take: () => void): void {
      if (posts.size === 0) take();
      else void settledWithin(REFUSAL_MS, posts).then(take);
    }
  }

  return { transport: Polling, settled: () => settledWithin(GOODBYE_MS, underWay) };
}

/** Resolves when the requests are answered, or after a time if they are not. */
async function settledWithin(ms: number, requests: Iterable<Promise<unknown>>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([Promise.allSettled(requests), late.promise]);
  clearTimeout(timer);
}

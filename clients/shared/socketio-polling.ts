import { Fetch } from 'socket.io-client';
import type { Http, HttpAnswer } from '../../bench/contract.ts';

/**
 * Engine.IO's long polling over the platform's HTTP. Engine.IO's client for Node.js opens a connection for every request, which no
 * browser does; here requests share one user's connections. The requests themselves are identical.
 */
export function pollingOver(http: Http): { transport: typeof Fetch; settled: () => Promise<unknown> } {
  const underWay = new Set<Promise<unknown>>();

  function exchange(request: Promise<HttpAnswer>, take: (answer: HttpAnswer) => void): void {
    const done = request.then(take).finally(() => underWay.delete(done));
    underWay.add(done);
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
      this.#exchange(http.fetch(this.uri(), { method: 'GET', headers: this.opts.extraHeaders ?? {} }), 'poll', (text) =>
        this.onData(text),
      );
    }

    override doWrite(data: string, callback: () => void): void {
      const headers = { ...this.opts.extraHeaders, 'content-type': 'text/plain;charset=UTF-8' };
      this.#exchange(http.fetch(this.uri(), { method: 'POST', body: data, headers }), 'POST', callback);
    }

    #exchange(request: Promise<HttpAnswer>, what: string, take: (text: string) => void): void {
      exchange(
        request.catch((cause: Error) => ({ status: 0, text: cause.message })),
        ({ status, text }) => {
          if (status === 200) return take(text);
          const said = `${what} ${status === 0 ? 'had no answer' : `answered ${status}`}: ${text}`;
          this.onError(said, new Error(said), undefined);
        },
      );
    }
  }

  /** Resolves when no request is in progress. */
  return { transport: Polling, settled: () => Promise.allSettled(underWay) };
}

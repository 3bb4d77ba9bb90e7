import { createClient } from 'graphql-sse';
import type { ClientSettings, Http, HttpRequest, Receiver, Session } from '../../bench/contract.ts';
import { errorText } from '../../bench/error-text.ts';
import { authorization, withoutCredentials } from './address.ts';
import { lifetime } from './lifetime.ts';

export const SUBSCRIPTION = 'subscription{m}';
export const MUTATION = 'mutation($m:String!){send(m:$m)}';

/**
 * graphql-sse in its single connection mode: one stream for all results, one POST an operation. A mutation waits for the previous
 * one, so that messages arrive in order: a browser would spread concurrent requests over its connections.
 */
export function connectOverStreams(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const http = settings.platform.openHttp();
  let why: string | undefined;
  const client = createClient({
    url: withoutCredentials(url),
    singleConnection: true,
    lazy: false,
    retryAttempts: 0,
    headers: { ...authorization(url, settings.token) },
    fetchFn: fetchOver(http, (reason) => {
      why ??= reason;
    }),
    onNonLazyError: (cause) => finish(cause),
  });
  const life = lifetime(receiver, settings.signal, () => finish(new Error('closed')));
  let finished = false;

  function finish(cause: unknown): void {
    if (finished) return;
    finished = true;
    const said = errorText(cause);
    client.dispose();
    const over = (): void => life.over(new Error(`GraphQL stream ended: ${why ?? said}`, { cause }));
    http.close().then(over, over);
  }

  client.subscribe<{ m?: string }>(
    { query: SUBSCRIPTION },
    {
      next({ data }) {
        // The first value is empty: it says that the subscription is active.
        if (data?.m === '') life.usable(send);
        else if (typeof data?.m === 'string') receiver.message(data.m);
      },
      error: finish,
      complete: () => finish(new Error('the server completed the subscription')),
    },
  );

  let previous: Promise<unknown> = Promise.resolve();
  function send(message: string | Uint8Array): Promise<void> {
    const sent = previous.then(() => mutate(message));
    previous = sent.catch(() => {});
    return sent;
  }

  function mutate(message: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      client.subscribe(
        { query: MUTATION, variables: { m: message } },
        {
          next: ({ errors }) => errors && reject(new Error(errors.map((error) => error.message).join('; '))),
          error: (cause) => reject(cause instanceof Error ? cause : new Error(why ?? String(cause), { cause })),
          complete: resolve,
        },
      );
    });
  }

  return life.session;
}

/** Part of the Fetch API that graphql-sse uses, on one user's connections. @param refused is called with the reason of a failed request */
function fetchOver(http: Http, refused: (reason: string) => void) {
  return async (url: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> => {
    const { method = 'GET', headers, body, signal } = init;
    const request: HttpRequest = {
      method: method as HttpRequest['method'],
      headers,
      ...(typeof body === 'string' ? { body } : {}),
      ...(signal ? { signal } : {}),
    };
    if (headers.accept === 'text/event-stream') return streamed(http, url, request);
    const { status, text } = await http.fetch(url, request);
    if (status >= 400) refused(`${method} was answered with ${status}: ${text.trim()}`);
    // A response with status 204 may not have a body, not even an empty one.
    return new Response(status === 204 ? null : text, { status });
  };
}

function streamed(http: Http, url: string, request: HttpRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(one) {
        controller = one;
      },
    });
    http.stream(url, request, {
      started: (status) => resolve(new Response(body, { status })),
      // Copied: the chunk is valid only until this returns.
      data: (chunk) => controller.enqueue(chunk.slice()),
      ended(error) {
        if (error === undefined) controller.close();
        else {
          reject(error);
          controller.error(error);
        }
      },
    });
  });
}

import { createClient } from 'graphql-sse';
import { unreadable } from '../../bench/codec/unreadable.ts';
import type { ClientSettings, Http, HttpRequest, Receiver, Session } from '../../bench/contract.ts';
import { errorText } from '../../bench/error-text.ts';
import { authorization, withoutCredentials } from './address.ts';
import { field } from './json.ts';
import { lifetime } from './lifetime.ts';

/** Field of the subscription. */
export const SUBSCRIPTION = 'm';
export const MUTATION = 'mutation($m:String!){send(m:$m)}';

/** Subscription that is sent to a server. */
interface Operation {
  query: string;
  variables?: { s: string };
}

/** Makes a subscription, with the place to resume at if there is one. */
export function operationOf(name: string, since?: string): Operation {
  if (since === undefined) return { query: `subscription{${name}}` };
  return { query: `subscription($s:String){${name}(since:$s)}`, variables: { s: since } };
}

/**
 * graphql-sse in its single connection mode: one stream for all results, one POST an operation. A mutation waits for the previous
 * one, so that messages arrive in order: a browser would spread concurrent requests over its connections. If the library retries, it
 * repeats its subscription as it was, so a session that was resumed is sent again what it missed then.
 */
export function connectOverStreams(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const http = settings.platform.openHttp();
  const retries = settings.reconnect === 'library';
  let why: string | undefined;
  const client = createClient({
    url: withoutCredentials(url),
    singleConnection: true,
    lazy: false,
    ...(retries ? {} : { retryAttempts: 0 }),
    headers: { ...authorization(url, settings.token) },
    fetchFn: fetchOver(http, {
      refused(reason) {
        why ??= reason;
      },
      // The library does not notice an end before the first operation. It is first given the time to read what has arrived.
      ended: (cause = new Error('the server ended the stream')) => void setTimeout(() => ended(cause)),
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
    life.over(new Error(`GraphQL stream ended: ${why ?? said}`, { cause }), http.close());
  }

  function ended(cause: Error): void {
    isActive = false;
    if (retries && wasActive && !finished)
      life.interrupted(new Error(`GraphQL stream ended: ${cause.message}`, { cause }));
    else finish(cause);
  }

  let isActive = false;
  let wasActive = false;
  client.subscribe(operationOf(SUBSCRIPTION, settings.resume), {
    next(result) {
      const message = field(field(result, 'data'), 'm');
      // The first value is empty: it says that the subscription is active.
      if (!isActive && message === '') {
        isActive = true;
        wasActive = true;
        life.usable(send);
        life.resumed({ replayed: false });
      } else if (typeof message === 'string') receiver.message(message);
      else receiver.unreadable(unreadable('a GraphQL result', result));
    },
    error: finish,
    complete: () => finish(new Error('the server completed the subscription')),
  });

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
          next(result) {
            const errors = field(result, 'errors');
            if (errors !== undefined) reject(new Error(errorsText(errors)));
          },
          error: (cause) => reject(cause instanceof Error ? cause : new Error(why ?? String(cause), { cause })),
          complete: resolve,
        },
      );
    });
  }

  return life.session;
}

/** Text of a result's errors (GraphQL specification, §7.1.2), or whatever is in their place. */
function errorsText(errors: unknown): string {
  if (!Array.isArray(errors)) return JSON.stringify(errors);
  return errors.map((error) => String(field(error, 'message'))).join('; ');
}

interface Ends {
  /** Learns why a request was refused. */
  refused(reason: string): void;
  /** Learns that the stream has ended, with an error if it was cut off. */
  ended(cause?: Error): void;
}

/** Part of the Fetch API that graphql-sse uses, on one user's connections. */
function fetchOver(http: Http, { refused, ended }: Ends) {
  return async (url: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> => {
    const { method = 'GET', headers, body, signal } = init;
    const request: HttpRequest = {
      method: method as HttpRequest['method'],
      headers,
      ...(typeof body === 'string' ? { body } : {}),
      ...(signal ? { signal } : {}),
    };
    if (headers.accept === 'text/event-stream') return streamed(http, url, request, ended);
    const { status, text } = await http.fetch(url, request);
    if (status >= 400) refused(`${method} was answered with ${status}: ${text.trim()}`);
    return responseOf(status, text);
  };
}

/** Response of any status: `Response` knows those from 200 to 599, and refuses a body where HTTP has none (RFC 9110 §6.4.1). */
function responseOf(status: number, body: string | ReadableStream<Uint8Array>): Response {
  if (status < 200 || status > 599) return new Response(null, { status: 502, statusText: `status ${status}` });
  return new Response(status === 204 || status === 205 || status === 304 ? null : body, { status });
}

function streamed(http: Http, url: string, request: HttpRequest, onEnded: Ends['ended']): Promise<Response> {
  return new Promise((resolve, reject) => {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    let over = false;
    const body = new ReadableStream<Uint8Array>({
      start(one) {
        controller = one;
      },
      cancel() {
        over = true;
      },
    });
    http.stream(url, request, {
      started(status) {
        if (status >= 200) resolve(responseOf(status, body));
      },
      data(chunk) {
        // Copied: the chunk is valid only until this returns.
        if (!over) controller.enqueue(chunk.slice());
      },
      ended(error) {
        if (error !== undefined) reject(error);
        onEnded(error);
        if (over) return;
        if (error === undefined) controller.close();
        else controller.error(error);
      },
    });
  });
}

import { createClient } from 'graphql-ws';
import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { authorization } from './shared/address.ts';
import { fromBase64, toBase64 } from './shared/base64.ts';
import { connectOverStreams, MUTATION, SUBSCRIPTION } from './shared/graphql-streams.ts';
import { lifetime } from './shared/lifetime.ts';

/** Operations for bytes, which travel as base64 because JSON has no bytes. */
const BYTES_SUBSCRIPTION = 'subscription{b}';
const BYTES_MUTATION = 'mutation($m:Bytes!){b(m:$m)}';

/** graphql-ws, or with `over: 'sse'` graphql-sse: a mutation up, a subscription down. Retries are off: a lost session is reported. */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  return settings.options.over === 'sse'
    ? connectOverStreams(url, receiver, settings)
    : connectOverWebSocket(url, receiver, settings);
}

function connectOverWebSocket(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const client = createClient({
    url,
    webSocketImpl: settings.platform.WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    ...(settings.token === undefined ? {} : { connectionParams: { ...authorization(url, settings.token) } }),
    on: { closed: (event) => life.over(reasonOf(event)), error: (error) => life.over(reasonOf(error)) },
  });
  const life = lifetime(receiver, settings.signal, (wasUsable) => {
    if (wasUsable) void client.dispose();
    else client.terminate();
  });

  const binary = settings.encoding === 'binary';
  client.subscribe<{ m?: string; b?: string }>(
    { query: binary ? BYTES_SUBSCRIPTION : SUBSCRIPTION },
    {
      next({ data }) {
        // The first value is empty: it says that the subscription is active.
        if (data?.m === '' || data?.b === '') life.usable(send);
        else if (data?.m !== undefined) receiver.message(data.m);
        else if (data?.b !== undefined) receiver.message(fromBase64(data.b));
      },
      error: (error) => life.over(reasonOf(error)),
      complete: () => {},
    },
  );

  function send(message: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      client.subscribe(
        typeof message === 'string'
          ? { query: MUTATION, variables: { m: message } }
          : { query: BYTES_MUTATION, variables: { m: toBase64(message) } },
        {
          next: ({ errors }) => errors && reject(reasonOf(errors)),
          error: (error) => reject(reasonOf(error)),
          complete: resolve,
        },
      );
    });
  }

  return life.session;
}

/** Converts what graphql-ws reports to an error: a close event, an error event, an error, or the operation's GraphQL errors. */
function reasonOf(cause: unknown): Error {
  if (cause instanceof Error) return cause;
  if (Array.isArray(cause)) return new Error(cause.map((error) => error.message).join('; '), { cause });
  const { code, reason, message } = (cause ?? {}) as { code?: number; reason?: string; message?: string };
  return new Error(`GraphQL socket closed with ${[code, reason, message].filter(Boolean).join(' ')}`, { cause });
}

import { createClient } from 'graphql-ws';
import { unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Session, WebSocketConstructor } from '../bench/contract.ts';
import { authorization } from './shared/address.ts';
import { fromBase64, toBase64 } from './shared/base64.ts';
import { connectOverStreams, MUTATION, SUBSCRIPTION } from './shared/graphql-streams.ts';
import { field } from './shared/json.ts';
import { lifetime } from './shared/lifetime.ts';

/** Number of characters that fit into the 123 bytes of a reason, whatever they are. */
const MAX_REASON = 41;
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
    webSocketImpl: withShortReasons(settings.platform.WebSocket),
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    ...(settings.token === undefined ? {} : { connectionParams: { ...authorization(url, settings.token) } }),
    on: { closed: (event) => life.over(why ?? reasonOf(event)), error: (error) => life.over(reasonOf(error)) },
  });
  let why: Error | undefined;
  const end = (reason: Error): void => {
    why ??= reason;
    client.terminate();
  };
  const life = lifetime(receiver, settings.signal, (wasUsable) => {
    if (wasUsable) void client.dispose();
    else client.terminate();
  });

  const binary = settings.encoding === 'binary';
  let active = false;
  client.subscribe(
    { query: binary ? BYTES_SUBSCRIPTION : SUBSCRIPTION },
    {
      next(result) {
        const message = messageIn(result);
        // The first value is empty: it says that the subscription is active.
        if (!active && message?.length === 0) {
          active = true;
          life.usable(send);
        } else if (message === undefined) receiver.unreadable(unreadable('a GraphQL result', result));
        else receiver.message(message);
      },
      error: (error) => end(reasonOf(error)),
      complete: () => end(new Error('the server completed the subscription')),
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

/** WebSocket that cuts the reason of a close to what fits into its frame (RFC 6455 §5.5). graphql-ws counts characters instead of bytes. */
function withShortReasons(WebSocket: WebSocketConstructor): WebSocketConstructor {
  return class extends WebSocket {
    override close(code?: number, reason?: string): void {
      super.close(code, reason?.slice(0, MAX_REASON));
    }
  };
}

/** Message in a result of the subscription: text in `data.m`, or bytes in `data.b`. Undefined if it has neither. */
function messageIn(result: unknown): Message | undefined {
  const data = field(result, 'data');
  const text = field(data, 'm');
  return typeof text === 'string' ? text : fromBase64(field(data, 'b'));
}

/** Converts what graphql-ws reports to an error: a close event, an error event, an error, or the operation's GraphQL errors. */
function reasonOf(cause: unknown): Error {
  if (cause instanceof Error) return cause;
  if (Array.isArray(cause)) return new Error(cause.map((error) => field(error, 'message')).join('; '), { cause });
  const { code, reason, message } = (cause ?? {}) as { code?: number; reason?: string; message?: string };
  return new Error(`GraphQL socket closed with ${[code, reason, message].filter(Boolean).join(' ')}`, { cause });
}

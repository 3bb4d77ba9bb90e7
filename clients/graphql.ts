import { createClient } from 'graphql-ws';
import { unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Message, Receiver, Session, WebSocketConstructor } from '../bench/contract.ts';
import { authorization } from './shared/address.ts';
import { fromBase64, toBase64 } from './shared/base64.ts';
import { connectOverStreams, MUTATION, operationOf, SUBSCRIPTION } from './shared/graphql-streams.ts';
import { field } from './shared/json.ts';
import { lifetime } from './shared/lifetime.ts';

/** Number of characters that fit into the 123 bytes of a reason, whatever they are. */
const MAX_REASON = 41;
/** Field and operation for bytes, which travel as base64 because JSON has no bytes. */
const BYTES_SUBSCRIPTION = 'b';
const BYTES_MUTATION = 'mutation($m:Bytes!){b(m:$m)}';

/**
 * graphql-ws, or with `over: 'sse'` graphql-sse: a mutation up, a subscription down. The library retries only if it is asked to; otherwise
 * a lost session is reported. A subscription that resumes has the argument `since`.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  return settings.options.over === 'sse'
    ? connectOverStreams(url, receiver, settings)
    : connectOverWebSocket(url, receiver, settings);
}

function connectOverWebSocket(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const retries = settings.reconnect === 'library';
  let why: Error | undefined;
  let isOpen = false;
  let isActive = false;
  let wasActive = false;
  let ended = false;
  // The library pings at the interval that is asked for, and by default not at all. Its documents let the application wait for pongs.
  const heartbeatMs = Number(settings.options.heartbeatSeconds ?? 0) * 1e3;
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    // A library that retries would open one more connection after the end of a session. It waits for its address first.
    url: retries ? () => (ended ? new Promise(() => {}) : url) : url,
    webSocketImpl: withShortReasons(settings.platform.WebSocket),
    lazy: false,
    ...(retries ? {} : { retryAttempts: 0 }),
    onNonLazyError: (cause) => void (retries && end(reasonOf(cause))),
    keepAlive: heartbeatMs,
    ...(settings.token === undefined ? {} : { connectionParams: { ...authorization(url, settings.token) } }),
    on: {
      connecting(isRetry) {
        if (isRetry) life.attempting();
      },
      opened: () => {
        isOpen = true;
      },
      closed(event) {
        clearTimeout(unanswered);
        isOpen = false;
        isActive = false;
        const reason = why ?? reasonOf(event);
        if (retries && wasActive && !ended) life.interrupted(reason);
        else over(reason);
      },
      error: (error) => {
        if (!retries || !wasActive) over(reasonOf(error));
      },
      ping(received) {
        if (!received) unanswered = setTimeout(giveUp, heartbeatMs);
      },
      pong(received) {
        if (received) clearTimeout(unanswered);
      },
    },
  });
  /** Ends a connection on which a ping had no answer. The library then connects again, if it is to. */
  const giveUp = (): void => (retries ? client.terminate() : end(new Error('a ping had no answer')));
  const over = (reason: Error): void => {
    ended = true;
    life.over(reason);
  };
  const end = (reason: Error): void => {
    why ??= reason;
    ended = true;
    if (isOpen || !retries) client.terminate();
    else over(why);
  };
  const life = lifetime(receiver, settings.signal, (wasUsable) => {
    ended = true;
    if (wasUsable) void client.dispose();
    else client.terminate();
    // The library says nothing of the end of a session that is not connected.
    if (wasUsable && !isOpen) life.over(new Error('closed'));
  });

  const name = settings.encoding === 'binary' ? BYTES_SUBSCRIPTION : SUBSCRIPTION;
  const operation = operationOf(name, settings.resume);
  client.subscribe(operation, {
    next(result) {
      const message = messageIn(result);
      // The first value is empty: it says that the subscription is active.
      if (!isActive && message?.length === 0) {
        isActive = true;
        wasActive = true;
        // The library will subscribe again with this object, and must not ask for the same messages again.
        operation.query = operationOf(name).query;
        delete operation.variables;
        life.usable(send);
        life.resumed({ replayed: false });
      } else if (message === undefined) receiver.unreadable(unreadable('a GraphQL result', result));
      else receiver.message(message);
    },
    error: (error) => end(reasonOf(error)),
    complete: () => end(new Error('the server completed the subscription')),
  });

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

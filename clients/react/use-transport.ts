import { useCallback, useEffect, useEffectEvent, useMemo, useSyncExternalStore } from 'react';
import type { Message } from '../../bench/contract.ts';
import { CONNECTING, type ConnectionState } from './connection.ts';
import { useConnections } from './provider.ts';
import { connectionRequest, type RequestSettings } from './request.ts';
import type { TransportName } from './transports.ts';

export interface TransportOptions extends RequestSettings {
  /** Called with every message, once and in order. May be another function at every rendering: the newest is called. */
  readonly onMessage?: ((message: Message) => void) | undefined;
  /**
   * Id of a message in the server's log. Transports that resume by the application's cursor tell the server the id of the last message
   * when they reconnect; without it they miss what was sent meanwhile. Not called by those that resume by themselves.
   */
  readonly cursorOf?: ((message: Message) => string | undefined) | undefined;
  /** False: `last` stays undefined, and messages cause no rendering. For many messages a second with `onMessage`. Absent: true. */
  readonly keepLast?: boolean | undefined;
}

/** Connection as a component sees it. */
export interface Transport extends ConnectionState {
  /**
   * Sends a message; while the connection is not open, once it is. Rejects if it could not be sent. The reason is `error` too, so a caller
   * may ignore the promise. The function is the same as long as name, address and settings are.
   */
  readonly send: (message: Message) => Promise<void>;
  /** Last message that arrived. Of several that arrive together, or are equal, a component may see one: `onMessage` gets them all. */
  readonly last: Message | undefined;
}

const IDLE: ConnectionState = { status: 'idle', error: undefined, attempts: 0 };
const nothing = (): undefined => undefined;
const NO_USE = (): (() => void) => nothing;

/**
 * Connection over any transport that browsers speak, for as long as the component is mounted. It reconnects after a loss, and what was
 * missed arrives then, where the transport can resume.
 *
 * @param name transport or variant, such as `ws` or `mqtt:ws`
 * @param url address of the server, of any scheme and relative to the page's; null while there is none
 * @throws if the name or a setting cannot be used
 */
export function useTransport(name: TransportName, url: string | null, options: TransportOptions = {}): Transport {
  const { onMessage, cursorOf, keepLast = true, ...settings } = options;
  const connections = useConnections();
  const current = url === null ? undefined : connectionRequest(name, url, settings);
  const key = current?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: requests with equal keys are equal
  const request = useMemo(() => current, [key]);
  const message = useEffectEvent((arrived: Message) => onMessage?.(arrived));
  const cursor = useEffectEvent((arrived: Message) => cursorOf?.(arrived));

  const subscribe = useMemo(
    () => (request === undefined ? NO_USE : (changed: () => void) => connections.subscribe(request, changed)),
    [connections, request],
  );
  const state = useSyncExternalStore(
    subscribe,
    () => (request === undefined ? IDLE : connections.state(request)),
    () => (request === undefined ? IDLE : CONNECTING),
  );
  const last = useSyncExternalStore(
    subscribe,
    () => (request === undefined || !keepLast ? undefined : connections.last(request)),
    nothing,
  );
  useEffect(
    () => (request === undefined ? undefined : connections.listen(request, { message, cursorOf: cursor })),
    [connections, request],
  );
  const send = useCallback(
    (sent: Message): Promise<void> => {
      if (request === undefined) return Promise.reject(new Error('not sent, because there is no address yet'));
      return connections.send(request, sent);
    },
    [connections, request],
  );
  return { ...state, send, last };
}

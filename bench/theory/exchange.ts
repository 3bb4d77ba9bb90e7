import { deflater } from './compression.ts';
import { chunk, request, response, UUID, webSocketFrame } from './parts.ts';

/** One message sent and echoed, with nothing else under way in its session. */
export interface Exchange {
  /** Bytes of the message: text that neither JSON nor a URL escapes, or bytes. */
  readonly size: number;
  readonly encoding: 'text' | 'binary';
  /** What is sent: compression depends on it. */
  readonly message: string | Uint8Array;
  /** Which of the session's messages it is, from 1: a cursor grows with it. */
  readonly index: number;
  /** What the client dialled: its authority stands in every HTTP request. */
  readonly url: string;
}

/** Bytes at the sockets, each way, of one exchange; one number for each thing that is sent by itself. */
export interface Cost {
  readonly up: readonly number[];
  readonly down: readonly number[];
}

/** A POST up, which says so where it brings bytes, and its empty answer. */
function posted({ size, encoding, url }: Exchange): { up: number; down: number } {
  const fields = encoding === 'binary' ? [['content-type', 'application/octet-stream'] as const] : [];
  return {
    up: request('POST', `/messages/${UUID}`, authorityOf(url), size, fields) + size,
    down: response('204 No Content', []),
  };
}

export function sseExchange(exchange: Exchange, event: number): Cost {
  const { up, down } = posted(exchange);
  return { up: [up], down: [chunk(event), down] };
}

/** The JSON around one message, without what it takes itself but with its quotes. */
export const pollBody = (index: number): number => JSON.stringify({ cursor: index, messages: [''] }).length;

export function pollExchange(
  exchange: Exchange,
  body: number,
  fields: Readonly<Record<'up' | 'down', readonly (readonly [string, string])[]>> = { up: [], down: [] },
): Cost {
  const { up, down } = posted(exchange);
  const path = `/messages/${UUID}?cursor=${exchange.index}`;
  const answer = response('200 OK', [...fields.down, ['content-type', 'application/json'], ['content-length', body]]);
  return {
    up: [up, request('GET', path, authorityOf(exchange.url), undefined, fields.up)],
    down: [answer + body, down],
  };
}

export const GRAPHQL_SOURCE =
  'graphql-transport-ws: subscribe; next and complete of the mutation, next of the subscription; RFC 6455 §5.2';

export function graphqlExchange(text: number, query: string, mutation: string, field: string): Cost {
  const payload = { query, variables: { m: '' } };
  const subscribe = JSON.stringify({ id: UUID, type: 'subscribe', payload }).length + text;
  const next = JSON.stringify({ id: UUID, type: 'next', payload: { data: { [field]: '' } } }).length + text;
  const answer = JSON.stringify({ id: UUID, type: 'next', payload: { data: { [mutation]: true } } }).length;
  const complete = JSON.stringify({ id: UUID, type: 'complete' }).length;
  return {
    up: [webSocketFrame(subscribe, 'client')],
    down: [next, answer, complete].map((bytes) => webSocketFrame(bytes, 'server')),
  };
}

/** The packets of one event, text or with bytes beside it. */
export function socketioPackets({ size, encoding }: Pick<Exchange, 'size' | 'encoding'>): number[] {
  if (encoding === 'text') return ['42["m",""]'.length + size];
  return ['451-["m",{"_placeholder":true,"num":0}]'.length, size];
}

/** Messages over WebSocket, compressed each way by a zlib of its own. Short ones go down as they are, without a window. */
export function deflatedFrames({ fresh, thresholdBytes }: { fresh: boolean; thresholdBytes: number }) {
  const up = deflater({ fresh });
  const down = deflater({ fresh });
  return async ({ size, message }: Exchange): Promise<Cost> => ({
    up: [webSocketFrame(await up(message), 'client')],
    down: [webSocketFrame(size < thresholdBytes ? size : await down(message), 'server')],
  });
}

export const authorityOf = (url: string): string => new URL(url).host;

import type { Capabilities, ClientModule, Options } from '../../bench/contract.ts';

/** Transport or variant that browsers speak. */
export interface BrowserTransport {
  /** Name as everywhere: `transport`, or `transport:variant`. */
  readonly name: string;
  /** Scheme of its addresses, with an `s` over TLS. */
  readonly scheme: 'http' | 'ws';
  /** Set if browsers speak it only over TLS. */
  readonly onlyTls?: true;
  readonly options?: Options;
  readonly resume: NonNullable<Capabilities['resume']>;
  /** False if it carries text alone. Absent: true. */
  readonly binary?: false | undefined;
  /** Loads the client, once somebody uses it: a page has no code of transports that it does not use. */
  readonly load: () => Promise<ClientModule>;
}

const ws = { scheme: 'ws', resume: 'log', load: () => import('../ws.ts') } as const;
const socketio = { scheme: 'http', resume: 'native', load: () => import('../socketio.ts') } as const;
const sse = { scheme: 'http', resume: 'native', binary: false, load: () => import('../sse.ts') } as const;
const httpStream = { scheme: 'http', resume: 'log', binary: false, load: () => import('../http-stream.ts') } as const;
const longPolling = {
  scheme: 'http',
  resume: 'native',
  binary: false,
  load: () => import('../long-polling.ts'),
} as const;
const shortPolling = {
  scheme: 'http',
  resume: 'native',
  binary: false,
  options: { intervalMs: 100 },
  load: () => import('../short-polling.ts'),
} as const;
const mqtt = { scheme: 'ws', resume: 'log', load: () => import('../mqtt.ts') } as const;
const graphql = { scheme: 'ws', resume: 'log', binary: false, load: () => import('../graphql.ts') } as const;
const webrtc = { scheme: 'ws', resume: 'log', load: () => import('../webrtc.ts') } as const;
const webtransport = {
  scheme: 'http',
  onlyTls: true,
  resume: 'log',
  load: () => import('../webtransport.ts'),
} as const;
/** Carries bytes as base64. */
const base64 = { binary: undefined, options: { base64: true } } as const;

/** Every transport and variant that browsers speak. A test compares the list with `bench/transports`, which pages do not load. */
const LIST = [
  { name: 'ws', ...ws },
  { name: 'ws:deflate', ...ws, options: { deflate: true } },
  { name: 'ws:deflate-fresh', ...ws, options: { deflate: true, fresh: true, thresholdBytes: 64 } },
  { name: 'ws:batch', ...ws, options: { batchMs: 5 } },
  { name: 'socketio', ...socketio },
  { name: 'socketio:polling', ...socketio, options: { transport: 'polling' } },
  { name: 'socketio:upgrade', ...socketio, options: { transport: 'upgrade' } },
  { name: 'socketio:msgpack', ...socketio, options: { msgpack: true } },
  { name: 'sse', ...sse },
  { name: 'sse:h2', ...sse, onlyTls: true, options: { http: '2' } },
  { name: 'sse:gzip', ...sse, options: { gzip: true } },
  { name: 'sse:base64', ...sse, ...base64 },
  { name: 'http-stream', ...httpStream },
  { name: 'long-polling', ...longPolling },
  { name: 'long-polling:gzip', ...longPolling, options: { gzip: true } },
  { name: 'long-polling:base64', ...longPolling, ...base64 },
  { name: 'short-polling', ...shortPolling },
  { name: 'mqtt:ws', ...mqtt, options: { websocket: true } },
  { name: 'graphql', ...graphql },
  { name: 'graphql:sse', ...graphql, scheme: 'http', options: { over: 'sse' } },
  { name: 'graphql:base64', ...graphql, ...base64 },
  { name: 'webrtc', ...webrtc },
  { name: 'webrtc:unordered', ...webrtc, options: { ordered: false } },
  { name: 'webrtc:lossy', ...webrtc, options: { ordered: false, maxRetransmits: 0 } },
  { name: 'webtransport', ...webtransport },
  { name: 'webtransport:datagram', ...webtransport, options: { datagrams: true } },
] as const;

/** Name of a transport or variant that browsers speak. */
export type TransportName = (typeof LIST)[number]['name'];

export const browserTransports: readonly (BrowserTransport & { readonly name: TransportName })[] = LIST;

/** Looks up a transport. @throws if browsers do not speak it */
export function browserTransport(name: string): BrowserTransport {
  const found = browserTransports.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = browserTransports.map((one) => one.name).join(', ');
  throw new TypeError(`${JSON.stringify(name)} is no transport that browsers speak. These are: ${names}`);
}

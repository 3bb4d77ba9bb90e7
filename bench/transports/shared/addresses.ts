import type { Addresses } from '../shape.ts';

const ofRequests = ['path', 'query', 'user and password'] as const;

/** Addresses of WebSocket servers. A WebSocket also takes an HTTP address (WHATWG WebSockets §3.1). */
export const overWebSocket: Addresses = {
  schemes: [
    { name: 'ws', tls: false },
    { name: 'wss', tls: true },
    { name: 'http', tls: false, as: 'ws' },
    { name: 'https', tls: true, as: 'wss' },
  ],
  uses: ofRequests,
};

/** Addresses of HTTP servers. */
export const overHttp: Addresses = {
  schemes: [
    { name: 'http', tls: false },
    { name: 'https', tls: true },
  ],
  uses: ofRequests,
};

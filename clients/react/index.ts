/** Hooks for React: everything that an application imports. docs/react.md shows how. */

export type { Message, Options } from '../../bench/contract.ts';
export type { ConnectionState, ReconnectPolicy, Status } from './connection.ts';
export type { Surroundings } from './connections.ts';
export { TransportProvider, type TransportProviderProps } from './provider.ts';
export { type BrowserTransport, browserTransports, type TransportName } from './transports.ts';
export { type Transport, type TransportOptions, useTransport } from './use-transport.ts';

import type { Via } from '../../../results/via.ts';
import type { Proxied } from '../../../transports/shape.ts';

/** Protocol that a proxy passes on. */
export type Carried = Exclude<Proxied, object>;

/** Host and port of a server, without TLS. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** Everything that a proxy's configuration follows from. */
export interface ProxyOrder {
  readonly via: Via;
  readonly carries: Carried;
  /** Address that clients dial. */
  readonly host: string;
  readonly port: number;
  readonly upstreams: readonly Upstream[];
  /** Path of the certificate and its key in PEM, if clients dial it with TLS, which ends at the proxy. Absent: no TLS. */
  readonly identity?: string;
  /** Number of connections with clients that it can hold at once. */
  readonly connections: number;
  /** Time without a byte after which a session that it was advised to keep is ended. */
  readonly idleSeconds: number;
  /** Folder of its files. */
  readonly folder: string;
}

/** Idle time of a connection that the proxies' documentations advise for sessions that stay open, in place of a minute. */
export const ADVISED_IDLE_SECONDS = 3_600;

/** Number of a proxy's open files besides those of its connections. */
const OTHER_FILES = 100;
/** Connections that a user may open: those of a browser to one host, and those of a streaming answer. */
const PER_SESSION = 8;
const SPARE = 500;
const MOST = 100_000;

/** Open files that a proxy needs for one of its clients' connections: that connection and the one to the server. */
export const FILES_PER_CONNECTION = 2;

/** Number of connections with clients that a proxy is prepared for. @param files hard limit of its open files */
export function connectionsFor(clients: number, files: number | null): number {
  const possible = files === null ? MOST : Math.floor((files - OTHER_FILES) / FILES_PER_CONNECTION);
  return Math.min(clients * PER_SESSION + SPARE, possible, MOST);
}

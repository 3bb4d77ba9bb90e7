/** Direction of bytes: `up` is from the browser to the server. */
export type Way = 'up' | 'down';

/** Observer of what a proxy passes. */
export interface Watch {
  /** Begins to watch a connection, or the datagrams of one sender. */
  connection(kind: 'stream' | 'datagrams'): ConnectionWatch;
}

export interface ConnectionWatch {
  /** Sees bytes as they arrive at the proxy: those of a stream in pieces of any length, a datagram whole. */
  passed(way: Way, bytes: Uint8Array): void;
}

import { subscribe } from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { ConnectionStep } from './first-connection.ts';
import type { ConnectOrder } from './protocol.ts';

/** TCP connections that this process has opened, whichever library opened them. */
export interface Connections {
  /** Their source addresses. */
  readonly sources: ReadonlySet<string>;
  /** Protocols of the encrypted ones: `TLSv1.3`. */
  readonly protocols: ReadonlySet<string>;
  /** Number of those that are not encrypted. */
  readonly plain: number;
}

/** Connections that the load was ordered to open. */
export interface Expected extends Pick<ConnectOrder, 'tls' | 'ways'> {
  /** Source addresses of the sessions dialled so far; empty if the system chooses. */
  readonly sources: ReadonlySet<string>;
}

/**
 * Observes the connections that this process opens from now on. Node.js publishes every socket that connects; TLS is added by
 * `tls.connect`, on a socket of its own or on one that is given.
 *
 * @param done called when a connection is open, and when TLS is established on it
 */
export function observeConnections(done: (step: ConnectionStep) => void = () => {}): Connections {
  const sources = new Set<string>();
  const protocols = new Set<string>();
  const plain = new WeakSet<Socket>();
  const encrypted = new WeakSet<Socket>();
  const seen = { sources, protocols, plain: 0 };

  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => {
      // Absent from a pipe.
      if (socket.localAddress === undefined) return;
      done('TCP');
      sources.add(socket.localAddress);
      if (encrypted.has(socket)) return;
      plain.add(socket);
      seen.plain++;
    });
  });

  const { connect } = tls;
  const observed = (...given: Parameters<typeof connect>): TLSSocket => {
    const socket = connect(...given);
    const options: { socket?: unknown } | undefined = given.find((one) => typeof one === 'object' && one !== null);
    for (const one of [socket, options?.socket]) {
      if (!(one instanceof Socket)) continue;
      encrypted.add(one);
      if (plain.delete(one)) seen.plain--;
    }
    socket.once('secureConnect', () => {
      protocols.add(socket.getProtocol() ?? 'TLS');
      done('TLS');
    });
    return socket;
  };
  Object.assign(tls, { connect: observed });
  syncBuiltinESMExports();
  return seen;
}

/** Describes how connections differ from what was ordered; undefined if they do not. Pure. */
export function whyUnexpected(
  { sources, protocols, plain }: Connections,
  { tls, ways, sources: dialled }: Expected,
): string | undefined {
  if (tls === true && plain > 0) return `the address asks for TLS, but ${plain} connection(s) were opened without it`;
  if (tls === false && protocols.size > 0) {
    return `the address asks for no TLS, but connections were opened with ${[...protocols].join(', ')}`;
  }
  if (ways === undefined || ways.length === 0) return undefined;
  // A client that shares one UDP socket opens none of these; the route chooses the source of each of its packets.
  if (sources.size === 0 && ways.every(({ host }) => host !== undefined)) return undefined;
  const ordered = new Set(ways.map(({ source }) => source));
  if (isWithin(dialled, sources) && isWithin(sources, ordered)) return undefined;
  return (
    `connections were to come from ${[...dialled].join(', ')}, but came from ${[...sources].join(', ')}; ` +
    'a client must open them with its platform, or bind them to the platform’s localAddress'
  );
}

const isWithin = (some: Iterable<string>, all: ReadonlySet<string>): boolean => [...some].every((one) => all.has(one));

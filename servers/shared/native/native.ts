import type { Identity, Message } from '../../../bench/contract.ts';
import type { AuthContext } from '../authenticator.ts';
import { addressTaken } from '../listening.ts';

/** A session's socket, of the runtime's own server. */
export interface NativeSocket {
  /** Sends text as text and bytes as bytes, unless the session is over. */
  send(message: Message): void;
  /** Begins the closing handshake. */
  close(code: number, reason: string): void;
  /** Cuts the connection. Absent where the runtime has nothing that does. */
  terminate?(): void;
  /** Bytes that the peer has not taken yet. */
  waiting(): number;
}

/** Parts of a request that decide who may connect. */
export interface Handshake {
  readonly url: string;
  readonly headers: {
    readonly origin?: string;
    readonly host?: string;
    readonly authorization?: string;
  };
}

/** Refusal of a handshake, as an HTTP status. */
export interface Refusal {
  readonly status: 401 | 403;
}

/** Session as the server's module keeps it. */
export interface NativeSession {
  message(message: Message): void;
  /** Takes a ping or a pong. Called only where the runtime shows them. */
  control(): void;
  ended(): void;
}

export interface NativeSettings {
  readonly host: string;
  readonly port: number;
  readonly identity: Identity | undefined;
  readonly messageBytes: number;
  admit(request: Handshake): AuthContext | Refusal | Promise<AuthContext | Refusal>;
  /** Begins a session, in the turn of the event loop in which broadcasts begin to reach it. */
  open(socket: NativeSocket, request: Handshake, auth: AuthContext): NativeSession;
}

export interface NativeServer {
  readonly port: number;
  /** Sends to every session, in the way that the runtime's documentation advises. */
  broadcast(message: Message): void;
  /** Limits of this runtime's server, by name, that its program interface fixes. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Stops listening, and cuts what is open after `graceMs`. Resolves once the port is free. */
  close(graceMs: number): Promise<void>;
}

/** Starts a server. Throws if the address cannot be bound. */
export type Serve = (settings: NativeSettings) => NativeServer;

/**
 * Answers a request: with the refusal, if it is not admitted or asks for no WebSocket, otherwise with what `enter` returns. At once, if its
 * admission is known.
 */
export function answer<Answer>(
  request: Request,
  { admit }: Pick<NativeSettings, 'admit'>,
  enter: (of: Handshake, auth: AuthContext) => Answer,
): Answer | Response | Promise<Answer | Response> {
  const of = handshakeOf(request);
  const take = (auth: AuthContext | Refusal): Answer | Response => {
    if ('status' in auth) return refused(auth);
    return isUpgrade(request.headers) ? enter(of, auth) : new Response(null, { status: 404 });
  };
  const admitted = admit(of);
  return admitted instanceof Promise ? admitted.then(take) : take(admitted);
}

/** Starts to listen. @param isTaken true for the runtime's own error of an address that is taken */
export function listening<Server>(
  settings: Pick<NativeSettings, 'host' | 'port'>,
  start: () => Server,
  isTaken: (error: Error) => boolean,
): Server {
  try {
    return start();
  } catch (error) {
    if (error instanceof Error && isTaken(error)) throw addressTaken(settings);
    throw error;
  }
}

/** Head of a request in the form that the authenticator reads. */
function handshakeOf({ url, headers }: { url: string; headers: Headers }): Handshake {
  const named = (name: string): Record<string, string> => {
    const value = headers.get(name);
    return value === null ? {} : { [name]: value };
  };
  return { url, headers: { ...named('origin'), ...named('host'), ...named('authorization') } };
}

/** Answer to a refused handshake. */
const refused = ({ status }: Refusal): Response =>
  new Response(null, {
    status,
    headers: {
      connection: 'close',
      ...(status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}),
    },
  });

/** True if a request asks for a WebSocket. */
const isUpgrade = (headers: Headers): boolean => headers.get('upgrade')?.toLowerCase() === 'websocket';

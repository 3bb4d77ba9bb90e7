import type { IncomingMessage } from 'node:http';
import { type CryptoKey, importJWK, jwtVerify, type KeyObject } from 'jose';
import type { ServerSettings, TokenRules } from '../../bench/contract.ts';

/** Identity of an admitted client, and its expiry. */
export interface AuthContext {
  /** Subject of the token; empty if none is required. */
  readonly subject: string;
  /** Expiry on the wall clock, comparable with `Date.now`. */
  readonly expiresAtMs: number;
}

/** Context of a session without a token, if none is required. */
export const ANONYMOUS: AuthContext = { subject: '', expiresAtMs: Number.POSITIVE_INFINITY };

/** Error for a token that is not accepted. Its message contains no part of the token. */
export class Unauthorized extends Error {}

const INVALID = 'the token is not valid';
/** Maximum length of a token, in characters. */
const MAX_TOKEN = 8_192;
/** Form of a token: three parts, none of them empty (RFC 7515 §7.1). Unlike some decoders, it allows no blanks or padding. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Maximum number of verified tokens kept, so that a transport with a request for each message does not verify a signature for each. */
const MAX_REMEMBERED = 4_096;
/** Maximum delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Settings of an authenticator. `tokens` is undefined if the layer above checks tokens. */
type AuthenticatorSettings = Pick<ServerSettings, 'origins' | 'identity'> & {
  readonly tokens?: TokenRules | undefined;
};

/** Decides which clients may use a server: by the origin that a browser sends, and by a token. */
export class Authenticator {
  /** True if no token is required. */
  readonly open: boolean;
  readonly #rules: TokenRules | undefined;
  readonly #origins: ReadonlySet<string> | undefined;
  readonly #scheme: 'http' | 'https';
  readonly #remembered = new Map<string, AuthContext>();
  #key: Promise<CryptoKey | KeyObject | Uint8Array> | undefined;

  constructor({ tokens, origins, identity }: AuthenticatorSettings) {
    this.open = tokens === undefined;
    this.#rules = tokens;
    this.#origins = origins === undefined ? undefined : new Set(origins);
    this.#scheme = identity === undefined ? 'http' : 'https';
  }

  /**
   * True if a request's origin (RFC 6454 §7) is admitted. Origins are compared as a whole: one that begins or ends like an admitted
   * one is different. A client that sends no origin is not a browser, and is admitted unless origins are listed.
   */
  admitsOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const { origin } = headers;
    // HTTP/2 has `:authority` in its place (RFC 9113 §8.3.1).
    const host = headers.host ?? headers[':authority'];
    if (this.#origins !== undefined) return origin !== undefined && this.#origins.has(origin);
    return origin === undefined || origin === `${this.#scheme}://${host}`;
  }

  /** Context of a token that was admitted before and has not expired, or of any client if no token is required. Synchronous. */
  known(token: string | undefined): AuthContext | undefined {
    if (this.open) return ANONYMOUS;
    const auth = token === undefined ? undefined : this.#remembered.get(token);
    return auth !== undefined && auth.expiresAtMs > Date.now() ? auth : undefined;
  }

  /** Verifies a token. Rejects with `Unauthorized` if it is missing, malformed, not signed by our key, not valid yet or expired. */
  async admit(token: string | undefined): Promise<AuthContext> {
    const known = this.known(token);
    if (known !== undefined) return known;
    if (this.#rules === undefined) return ANONYMOUS;
    if (token === undefined || token === '') throw new Unauthorized('a token is required');
    if (token.length > MAX_TOKEN) throw new Unauthorized('the token is too long');
    if (!COMPACT.test(token)) throw new Unauthorized(INVALID);
    const auth = await this.#verify(token, this.#rules);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value!);
    this.#remembered.set(token, auth);
    return auth;
  }

  async #verify(token: string, { algorithm, key, issuer, audience }: TokenRules): Promise<AuthContext> {
    // The algorithm is our own setting, never the one that the token names (RFC 8725 §3.1).
    this.#key ??= importJWK(key, algorithm);
    const verifier = await this.#key;
    try {
      const { payload } = await jwtVerify(token, verifier, {
        algorithms: [algorithm],
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
      });
      const { sub, exp } = payload;
      // Required claims may still have any JSON type.
      if (typeof sub !== 'string' || sub === '' || exp === undefined) throw new Unauthorized(INVALID);
      return { subject: sub, expiresAtMs: exp * 1e3 };
    } catch (error) {
      const expired = error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED';
      throw new Unauthorized(expired ? 'the token has expired' : INVALID);
    }
  }
}

/** Calls `end` when the token expires. The result cancels the timer, for sessions that end before. */
export function whenExpired({ expiresAtMs }: AuthContext, end: () => void): () => void {
  if (expiresAtMs === Number.POSITIVE_INFINITY) return () => {};
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = expiresAtMs - Date.now();
    if (leftMs <= 0) return end();
    timer = setTimeout(wait, Math.min(leftMs, MAX_TIMER_MS));
  };
  wait();
  return () => clearTimeout(timer);
}

/**
 * Token of a request: `Authorization: Bearer` (RFC 6750 §2.1), or `access_token` in the query (§2.3), for a browser's WebSocket and
 * EventSource, which cannot set headers.
 */
export function tokenOf({ headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const [, bearer] = /^bearer +(.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query)).get('access_token') ?? undefined);
}

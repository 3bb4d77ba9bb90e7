import type { IncomingMessage } from 'node:http';
import { type CryptoKey, importJWK, jwtVerify, type KeyObject } from 'jose';
import type { ServerSettings, TokenRules } from '../../bench/contract.ts';

/** Client that was admitted, and until when. */
export interface AuthContext {
  /** Whom the token names; the same for everyone where none is asked for. */
  readonly subject: string;
  /** On the wall clock, as `Date.now` has it. */
  readonly expiresAtMs: number;
}

/** Context of a session without a token, where none is asked for. */
export const ANONYMOUS: AuthContext = { subject: '', expiresAtMs: Number.POSITIVE_INFINITY };

/** A token that does not admit. The message names no part of the token. */
export class Unauthorized extends Error {}

const INVALID = 'the token is not valid';
/** Longest token looked at, in characters. */
const MAX_TOKEN = 8_192;
/** Three parts, none of them empty (RFC 7515 §7.1). A decoder may overlook blanks and padding in them; we do not. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Tokens whose signature was found good, so that a request a message is not a verification a message. */
const MAX_REMEMBERED = 4_096;
/** A timer holds at most so much. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** `tokens: undefined` is for a layer that leaves them to the one above. */
type AuthenticatorSettings = Pick<ServerSettings, 'origins' | 'identity'> & {
  readonly tokens?: TokenRules | undefined;
};

/** Decides who may talk to a server: by the web page a browser says it comes from, and by a token. */
export class Authenticator {
  /** Nobody has to bring a token. */
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
   * Whether a request may come from where its browser says it does (RFC 6454 §7). Compared as a whole: an origin that begins or
   * ends like an admitted one is another one. What sends no origin is no browser, and is let in unless origins are listed.
   */
  admitsOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const { origin } = headers;
    // RFC 9113 §8.3.1: what HTTP/2 has in its place.
    const host = headers.host ?? headers[':authority'];
    if (this.#origins !== undefined) return origin !== undefined && this.#origins.has(origin);
    return origin === undefined || origin === `${this.#scheme}://${host}`;
  }

  /** Context of a token that was admitted before and has not expired; of anyone where no token is asked for. Does not wait. */
  known(token: string | undefined): AuthContext | undefined {
    if (this.open) return ANONYMOUS;
    const auth = token === undefined ? undefined : this.#remembered.get(token);
    return auth !== undefined && auth.expiresAtMs > Date.now() ? auth : undefined;
  }

  /** Rejects with `Unauthorized` where the token is missing, not whole, not ours, not yet valid or not valid any more. */
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
    // Our own setting, never one that the token names (RFC 8725 §3.1).
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
      // Required, and yet it may be of any type that JSON has.
      if (typeof sub !== 'string' || sub === '' || exp === undefined) throw new Unauthorized(INVALID);
      return { subject: sub, expiresAtMs: exp * 1e3 };
    } catch (error) {
      const expired = error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED';
      throw new Unauthorized(expired ? 'the token has expired' : INVALID);
    }
  }
}

/** Calls `end` once the token has expired. The result cancels that: for sessions that ended before. */
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
 * The token of a request: `Authorization: Bearer` (RFC 6750 §2.1) or, from a browser's WebSocket and EventSource, which cannot
 * set headers, the `access_token` of the query (§2.3).
 */
export function tokenOf({ headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const [, bearer] = /^bearer +(.+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query)).get('access_token') ?? undefined);
}

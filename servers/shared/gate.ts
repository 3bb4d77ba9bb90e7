import type { IncomingMessage } from 'node:http';
import { type CryptoKey, importJWK, jwtVerify, type KeyObject } from 'jose';
import type { ServerSettings, TokenRules } from '../../bench/contract.ts';

/** Who was admitted, and until when. */
export interface Pass {
  /** Whom the token names; the same for everyone where none is asked for. */
  readonly subject: string;
  /** On the wall clock, as `Date.now` has it. */
  readonly expiresAtMs: number;
}

/** Pass of whoever brings no token where none is asked for. */
export const ANONYMOUS: Pass = { subject: '', expiresAtMs: Number.POSITIVE_INFINITY };

/** A token that does not admit. The message names no part of the token. */
export class Refused extends Error {}

const INVALID = 'the token is not valid';
/** Longest token looked at, in characters. */
const MOST_TOKEN = 8_192;
/** Three parts, none of them empty (RFC 7515 §7.1). A decoder may overlook blanks and padding in them; we do not. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Tokens whose signature was found good, so that a request a message is not a verification a message. */
const MOST_REMEMBERED = 4_096;
/** A timer holds at most so much. */
const MOST_TIMER_MS = 2 ** 31 - 1;

/** `tokens: undefined` is for a layer that leaves them to the one above. */
type GateSettings = Pick<ServerSettings, 'origins' | 'identity'> & { readonly tokens?: TokenRules | undefined };

/** Decides who may talk to a server: by the web page a browser says it comes from, and by a token. */
export class Gate {
  /** Nobody has to bring a token. */
  readonly open: boolean;
  readonly #rules: TokenRules | undefined;
  readonly #origins: ReadonlySet<string> | undefined;
  readonly #scheme: 'http' | 'https';
  readonly #remembered = new Map<string, Pass>();
  #key: Promise<CryptoKey | KeyObject | Uint8Array> | undefined;

  constructor({ tokens, origins, identity }: GateSettings) {
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

  /** The pass of a token that was admitted before and has not run out, or of everyone: without waiting. */
  known(token: string | undefined): Pass | undefined {
    if (this.open) return ANONYMOUS;
    const pass = token === undefined ? undefined : this.#remembered.get(token);
    return pass !== undefined && pass.expiresAtMs > Date.now() ? pass : undefined;
  }

  /** Rejects with `Refused` where the token is missing, not whole, not ours, not yet valid or not valid any more. */
  async admit(token: string | undefined): Promise<Pass> {
    const known = this.known(token);
    if (known !== undefined) return known;
    if (this.#rules === undefined) return ANONYMOUS;
    if (token === undefined || token === '') throw new Refused('a token is required');
    if (token.length > MOST_TOKEN) throw new Refused('the token is too long');
    if (!COMPACT.test(token)) throw new Refused(INVALID);
    const pass = await this.#verify(token, this.#rules);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value!);
    this.#remembered.set(token, pass);
    return pass;
  }

  async #verify(token: string, { algorithm, key, issuer, audience }: TokenRules): Promise<Pass> {
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
      if (typeof sub !== 'string' || sub === '' || exp === undefined) throw new Refused(INVALID);
      return { subject: sub, expiresAtMs: exp * 1e3 };
    } catch (error) {
      const expired = error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED';
      throw new Refused(expired ? 'the token has expired' : INVALID);
    }
  }
}

/** Calls `end` once the pass has run out. The result forgets about it: for sessions that ended before. */
export function whenExpired({ expiresAtMs }: Pass, end: () => void): () => void {
  if (expiresAtMs === Number.POSITIVE_INFINITY) return () => {};
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = expiresAtMs - Date.now();
    if (leftMs <= 0) return end();
    timer = setTimeout(wait, Math.min(leftMs, MOST_TIMER_MS));
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

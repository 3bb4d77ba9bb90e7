import { createHash, timingSafeEqual } from 'node:crypto';

/** Request as far as its admission depends on it. */
export interface AskedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: {
    readonly host?: string | undefined;
    readonly origin?: string | undefined;
    readonly authorization?: string | undefined;
  };
}

export interface AccessRules {
  /** Names and addresses by which the lab is reached, with its port. Others are refused: a page of another site may have made its name mean this machine. */
  readonly hosts: readonly string[];
  /** Token that every request brings, in its query or as a bearer; null on the loopback, where there is none. */
  readonly token: string | null;
}

/** Reason why a request is refused. */
export interface Denial {
  readonly status: 401 | 403;
  readonly reason: string;
}

/** Says why a request is refused; undefined if it is admitted. Pure. */
export function whyDenied({ headers, method, url }: AskedRequest, { hosts, token }: AccessRules): Denial | undefined {
  const { host = '', origin } = headers;
  if (!hosts.includes(host))
    return { status: 403, reason: 'this name is not the lab’s: use the address that was printed' };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, reason: 'this origin is not admitted' };
  // A browser names the origin of whatever changes something.
  if (method !== 'GET' && method !== 'HEAD' && origin === undefined && token === null) {
    return { status: 403, reason: 'only the lab’s own page may do this' };
  }
  if (token === null) return undefined;
  const given = bearerOf(headers.authorization) ?? new URL(url, 'http://lab').searchParams.get('token') ?? '';
  if (isSame(given, token)) return undefined;
  return { status: 401, reason: 'the token is missing or wrong: use the whole address that was printed' };
}

function bearerOf(authorization = ''): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization)?.[1];
}

/** Compares in a time that says nothing about where the texts differ. */
function isSame(one: string, other: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}

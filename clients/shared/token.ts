/** With the token where a browser has no other place for it (RFC 6750 §2.3): the query. */
export function withToken(url: string, token: string | undefined): string {
  if (token === undefined) return url;
  return `${url}${url.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token)}`;
}

/** With the token as a header, where requests can have any (RFC 6750 §2.1). */
export function bearer(token: string | undefined): { authorization?: string } {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

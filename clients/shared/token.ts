/** Adds the token to the query of a URL, for browser APIs that cannot set headers (RFC 6750 §2.3). */
export function withToken(url: string, token: string | undefined): string {
  if (token === undefined) return url;
  return `${url}${url.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token)}`;
}

/** Header field with the token, for requests that can have headers (RFC 6750 §2.1). */
export function bearer(token: string | undefined): { authorization?: string } {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

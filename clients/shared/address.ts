import { toBase64 } from './base64.ts';

/** User and password of an address, decoded; undefined if it has neither. */
export function credentialsOf({ username, password }: URL): { user: string; password: string } | undefined {
  if (username === '' && password === '') return undefined;
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** Header field with the user and password of an address (RFC 7617 §2); without them, no field. */
export function basic(address: URL): { authorization?: string } {
  const credentials = credentialsOf(address);
  if (credentials === undefined) return {};
  const { user, password } = credentials;
  return { authorization: `Basic ${toBase64(new TextEncoder().encode(`${user}:${password}`))}` };
}

/** Header field that says who asks: the token (RFC 6750 §2.1), or else the user and password of the address. */
export function authorization(url: string, token: string | undefined): { authorization?: string } {
  return token === undefined ? basic(new URL(url)) : { authorization: `Bearer ${token}` };
}

/** Address without its user and password, which travel in a header field. */
export function withoutCredentials(url: string | URL): string {
  const address = new URL(url);
  address.username = '';
  address.password = '';
  return address.href;
}

/** Address of a path below a base, with the base's query and one more parameter if there is one. */
export function below(base: string, path: string, parameter?: string): string {
  const address = new URL(base);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/${path}`;
  return parameter === undefined ? address.href : withParameter(address, parameter);
}

/** Adds the token to the query of a URL, for browser APIs that cannot set headers (RFC 6750 §2.3). */
export function withToken(url: string, token: string | undefined): string {
  return token === undefined ? url : withParameter(new URL(url), `access_token=${encodeURIComponent(token)}`);
}

/** Adds the place at which a session resumes to the query of a URL; without one the URL stays as it is. */
export function withPlace(url: string, parameter: string, place: string | undefined): string {
  return place === undefined ? url : withParameter(new URL(url), `${parameter}=${encodeURIComponent(place)}`);
}

/** Adds a parameter at the end of the query. The rest of the query stays as it is written. */
function withParameter(address: URL, parameter: string): string {
  address.search = address.search === '' ? parameter : `${address.search}&${parameter}`;
  return address.href;
}

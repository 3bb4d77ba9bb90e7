/** Name of the cookie by which a proxy of a run knows the server of a session. */
export const PROXY_COOKIE = 'wirebench';

const FIELD = new RegExp(`^\\s*${PROXY_COOKIE}=([^;]*)`);

/** Value of the proxy's cookie in the `set-cookie` fields of an answer; undefined if none of them sets it. */
export function proxyCookieIn(fields: string | readonly string[] | undefined): string | undefined {
  if (fields === undefined) return undefined;
  const all = typeof fields === 'string' ? [fields] : fields;
  return all.map((field) => FIELD.exec(field)?.[1]).findLast((value) => value !== undefined);
}

/** Field with which a client sends the proxy's cookie back; without a value, no field. */
export const withProxyCookie = (value: string | undefined): { cookie?: string } =>
  value === undefined ? {} : { cookie: `${PROXY_COOKIE}=${value}` };

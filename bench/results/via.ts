import { NO_PROXY, PROXIES, STICKINESS } from './dimensions.ts';

export type ProxyName = (typeof PROXIES)[number];
/** Means by which a proxy keeps a session at one of several servers: not at all, by cookie, by source address, by the session's id. */
export type Stickiness = (typeof STICKINESS)[number];

/** Proxy between clients and servers. */
export interface Via {
  readonly proxy: ProxyName;
  /** True if its settings are its own defaults; otherwise they are what its documentation advises for the protocol. */
  readonly defaults: boolean;
  readonly sticky: Stickiness;
}

const DEFAULTS = 'defaults';
/** Stickiness that a form has without being mentioned. By source address every protocol can have it; a proxy has none by itself. */
const usualStickiness = (defaults: boolean): Stickiness => (defaults ? 'none' : 'source');

/** Reads a value of the dimension: `haproxy`, `nginx:defaults+source`. Undefined if it is none, or says something twice. */
export function parseVia(text: string): Via | undefined {
  const [name, form, ...more] = text.split(':');
  const proxy = PROXIES.find((one) => one === name);
  if (proxy === undefined || more.length > 0 || form === '') return undefined;
  const parts = form?.split('+') ?? [];
  const defaults = parts.includes(DEFAULTS);
  const asked = parts.filter((part) => part !== DEFAULTS);
  const sticky = asked.length === 0 ? usualStickiness(defaults) : STICKINESS.find((one) => one === asked[0]);
  if (sticky === undefined || asked.length + Number(defaults) !== parts.length || asked.length > 1) return undefined;
  return { proxy, defaults, sticky };
}

/** Writes a proxy in its one form. */
export function viaText({ proxy, defaults, sticky }: Via): string {
  const parts = [...(defaults ? [DEFAULTS] : []), ...(sticky === usualStickiness(defaults) ? [] : [sticky])];
  return parts.length === 0 ? proxy : `${proxy}:${parts.join('+')}`;
}

/** Proxy of a case; undefined if it has none. */
export function viaIn(dimensions: Readonly<Record<string, unknown>> | undefined): Via | undefined {
  const value = dimensions?.via ?? NO_PROXY;
  return value === NO_PROXY ? undefined : parseVia(String(value));
}

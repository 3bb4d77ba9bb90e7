import { isIPv6 } from 'node:net';

/** Address of a Redis server. Only `shown` may be printed. */
export interface RedisAddress {
  /** With user and password, as it was given. */
  readonly url: string;
  /** Host and port. */
  readonly shown: string;
  /** Warning about a server that anybody can give orders to; undefined if it has a password or is on this machine. */
  readonly warning: string | undefined;
}

const SCHEMES = ['redis:', 'rediss:'];
const USUAL_PORT = 6379;
const LOOPBACK = /^(?:127(?:\.\d+){3}|(?:.+\.)?localhost|::1)$/i;

/** Reads the address of a Redis server. Returns the problem if it is none, which repeats nothing of it: it may have a password. */
export function readRedisUrl(text: string, where: string): RedisAddress | { readonly problem: string } {
  const form = 'redis://[user:password@]host[:port][/database], or rediss:// for TLS';
  if (!URL.canParse(text)) return { problem: `${where} must be an address such as ${form}` };
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!SCHEMES.includes(url.protocol)) return { problem: `${where} begins with ${url.protocol}// and must be ${form}` };
  if (host === '') return { problem: `${where} names no host; it must be ${form}` };
  if (!/^\/?\d*$/.test(url.pathname))
    return { problem: `${where} must end in the number of a database, such as /1, or in none` };
  const shown = `${isIPv6(host) ? `[${host}]` : host}:${url.port || USUAL_PORT}`;
  const open = url.password === '' && !LOOPBACK.test(host);
  return {
    url: text,
    shown,
    warning: open
      ? `Redis at ${shown} is used without a password: whoever reaches it can give orders to agents. Put one into the address: redis://:password@${shown}`
      : undefined,
  };
}

/** True if a Redis server is on this machine. */
export const isLocalRedis = ({ url }: Pick<RedisAddress, 'url'>): boolean =>
  LOOPBACK.test(new URL(url).hostname.replace(/^\[|\]$/g, ''));

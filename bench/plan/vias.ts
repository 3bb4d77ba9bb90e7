import { NO_PROXY, PROXIES, STICKINESS } from '../results/dimensions.ts';
import { parseVia, type Via, viaText } from '../results/via.ts';
import { proxiedOf, type TransportChoice } from '../transports/index.ts';
import { type Given, listOf } from './readers.ts';

/** Reads a list of proxies, each in its one form: `nginx:source` becomes `nginx`. */
export function readVias(given: Given | undefined, problems: string[]): readonly string[] {
  if (given === undefined) return [NO_PROXY];
  const texts = listOf(given.value);
  const read = texts.map((text) => {
    const via = parseVia(text);
    return text === NO_PROXY ? text : via && viaText(via);
  });
  const wrong = texts.filter((_, at) => read[at] === undefined);
  if (wrong.length > 0 || texts.length === 0) {
    const got = wrong.length > 0 ? wrong.map((text) => `"${text}"`).join(', ') : 'nothing';
    problems.push(
      `${given.where} takes ${NO_PROXY}, ${PROXIES.join(', ')}, and forms such as ${PROXIES[0]}:defaults (also with +) or one of :${STICKINESS.join(', :')} after a proxy, not ${got}`,
    );
  }
  const values = read.filter((value) => value !== undefined);
  const twice = new Set(values.filter((value, at) => values.indexOf(value) !== at));
  for (const value of twice) problems.push(`${given.where} names ${value} twice`);
  return values;
}

/** Says why a proxy cannot be put before the servers of a transport; undefined if it can. @param tls true if clients use TLS */
export function whyNotVia(choice: TransportChoice, { proxy, defaults, sticky }: Via, tls: boolean): string | undefined {
  const proxied = proxiedOf(choice);
  if (proxied === undefined) return 'does not say which protocol a proxy would have to pass on';
  if (typeof proxied === 'object') return proxied.never;
  if (proxy === 'nginx') {
    if (defaults && proxied === 'WebSocket')
      return 'needs the header fields Upgrade and Connection, which nginx does not pass on by default';
    if (proxied === 'HTTP/2') return 'is served over HTTP/2 alone, and nginx speaks HTTP/1.1 to the servers behind it';
    // Found with version 1.22.1: the frame is sent only together with the first message, for which a session waits in vain.
    if (proxied === 'gRPC' && tls)
      return 'begins with metadata of its server, which nginx keeps in its TLS buffer until a message follows';
  }
  if (sticky === 'cookie' && (proxied === 'TCP' || proxied === 'gRPC'))
    return proxied === 'TCP' ? 'has no HTTP, so no cookies' : 'has clients that keep no cookies';
  if (sticky === 'hash' && (proxied === 'TCP' || proxied === 'gRPC'))
    return 'has no query in whose parameter a proxy could find the session';
  return undefined;
}

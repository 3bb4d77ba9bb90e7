import type { BrowserTransport } from './transports.ts';

const SCHEME = /^(?:http|ws)(s?):$/;

/**
 * Address that the transport's client dials, whatever scheme it is written with, so that a page changes its transport by one word:
 * `/chat`, `http://…` and `ws://…` mean one server.
 *
 * @param base address of the page, to which `url` may be relative
 * @throws if no client of a browser can dial it
 */
export function addressOf(url: string, { name, scheme, onlyTls }: BrowserTransport, base: string): string {
  if (!URL.canParse(url, base)) throw new TypeError(`${JSON.stringify(url)} is not a URL`);
  const address = new URL(url, base);
  const [, tls] = SCHEME.exec(address.protocol) ?? [];
  if (tls === undefined) {
    throw new TypeError(
      `${address.protocol} is no scheme that browsers dial: the URL must begin with http:, https:, ws: or wss:`,
    );
  }
  if (onlyTls === true && tls === '') {
    throw new TypeError(`browsers speak ${name} only over TLS: the URL must begin with https: or wss:`);
  }
  // The setter of `protocol` does not change these schemes into each other everywhere.
  return `${scheme}${tls}${address.href.slice(address.protocol.length - 1)}`;
}

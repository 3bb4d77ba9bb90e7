import { describe, expect, test } from 'vitest';
import {
  addressesOf,
  capabilitiesOf,
  findTransport,
  inBrowserOf,
  nameOf,
  needsBackplane,
  optionsOf,
  transportChoices,
  whyNotOn,
} from '../../bench/transports/index.ts';
import { addressOf } from './address.ts';
import { connectionRequest } from './request.ts';
import { browserTransport, browserTransports } from './transports.ts';

const WEB = /^(?:http|ws)s?$/;

test('the list has every transport and variant that browsers speak, with the properties that bench knows', () => {
  const expected = transportChoices()
    .filter((choice) => inBrowserOf(choice).speaks !== 'never')
    // To a client a server in another runtime, or with others behind a Redis, is the same.
    .filter((choice) => whyNotOn(choice, 'node') === undefined && !needsBackplane(choice))
    .filter((choice) => addressesOf(choice)?.schemes.some(({ name }) => WEB.test(name)))
    .map((choice) => {
      const schemes = addressesOf(choice)?.schemes.filter(({ name }) => WEB.test(name)) ?? [];
      const { binary, resume = 'none' } = capabilitiesOf(choice);
      return {
        name: nameOf(choice),
        scheme: schemes[0]?.name.startsWith('ws') ? 'ws' : 'http',
        onlyTls: inBrowserOf(choice).speaks === 'over TLS' || schemes.every(({ tls }) => tls),
        options: optionsOf(choice),
        binary,
        resume,
      };
    });
  const listed = browserTransports.map(({ name, scheme, onlyTls = false, options = {}, binary = true, resume }) => ({
    name,
    scheme,
    onlyTls,
    options,
    binary,
    resume,
  }));
  expect(listed).toEqual(expected);
});

test.each(browserTransports)('$name loads the client of its transport', async ({ name, load }) => {
  const { entry } = findTransport(name)!;
  const { connect } = await load();
  const own = await import(`../${entry.id}.ts`);
  expect(connect).toBe(own.connect);
});

describe('an address', () => {
  const PAGE = 'https://page.example/rooms/1?x#y';

  test.each([
    ['ws', 'http://a:1/chat?x=1', 'ws://a:1/chat?x=1'],
    ['ws', 'https://a/', 'wss://a/'],
    ['ws', '/chat', 'wss://page.example/chat'],
    ['sse', 'ws://u:p@a:1/chat', 'http://u:p@a:1/chat'],
    ['sse', 'wss://[::1]:1/', 'https://[::1]:1/'],
    ['socketio', '../chat', 'https://page.example/chat'],
    ['webtransport', 'https://a:1/#sha256=00', 'https://a:1/#sha256=00'],
  ])('%s dials %s as %s', (name, url, dialled) => {
    expect(addressOf(url, browserTransport(name), PAGE)).toBe(dialled);
  });

  test.each([
    ['ws', 'http://', 'is not a URL'],
    ['ws', 'tcp://a:1', 'tcp: is no scheme that browsers dial'],
    ['sse', 'data:,x', 'data: is no scheme'],
    ['webtransport', 'http://a', 'webtransport only over TLS'],
    ['sse:h2', 'ws://a', 'sse:h2 only over TLS'],
  ])('%s cannot dial %s: %s', (name, url, words) => {
    expect(() => addressOf(url, browserTransport(name), PAGE)).toThrow(words);
  });
});

describe('what a component asks for', () => {
  test('has one key if it is equal, and another if anything differs', () => {
    const asked = { settings: { heartbeatSeconds: 5, x: 1 } };
    const { key } = connectionRequest('ws', '/chat', asked);
    expect(connectionRequest('ws', '/chat', { settings: { x: 1, heartbeatSeconds: 5 }, encoding: 'text' }).key).toBe(
      key,
    );
    const others = [
      connectionRequest('ws:deflate', '/chat', asked),
      connectionRequest('ws', '/talk', asked),
      connectionRequest('ws', '/chat', { ...asked, encoding: 'binary' }),
      connectionRequest('ws', '/chat', { ...asked, token: 'x' }),
      connectionRequest('ws', '/chat', { ...asked, reconnect: 'none' }),
      connectionRequest('ws', '/chat', { ...asked, silenceMs: 1 }),
      connectionRequest('ws', '/chat', { ...asked, attemptMs: 1 }),
      connectionRequest('ws', '/chat', { ...asked, maxQueued: 1 }),
      connectionRequest('ws', '/chat', {}),
    ];
    expect(new Set([key, ...others.map((other) => other.key)]).size).toBe(others.length + 1);
  });

  test('is refused with all its mistakes', () => {
    expect(() => connectionRequest('tcp', '/chat', {})).toThrow(
      /"tcp" is no transport that browsers speak.*ws, ws:deflate/,
    );
    expect(() => connectionRequest('sse', '/chat', { encoding: 'binary' })).toThrow('sse carries no binary messages');
    const wrong = { silenceMs: 0, attemptMs: -1, maxQueued: 0.5, reconnect: JSON.parse('"always"') };
    expect(() => connectionRequest('ws', '/chat', wrong)).toThrow(
      'reconnect must be managed, library, none, not "always"; silenceMs must be more than 0, not 0; ' +
        'attemptMs must be more than 0, not -1; maxQueued must be a whole number from 0, not 0.5',
    );
  });
});

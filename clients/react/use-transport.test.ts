import { createElement, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { TransportProvider } from './provider.ts';
import { browserTransports, type TransportName } from './transports.ts';
import { type TransportOptions, useTransport } from './use-transport.ts';

interface Props {
  readonly name: TransportName;
  readonly url: string | null;
  readonly options?: TransportOptions;
}

/** Component that shows all that the hook returns. */
function Shown({ name, url, options }: Props) {
  const { status, last, error, attempts, send } = useTransport(name, url, options);
  return createElement('p', null, [status, String(last), String(error), attempts, typeof send].join(' '));
}

test.each(browserTransports)('a server renders $name as connecting, and opens nothing', ({ name }) => {
  const shown = createElement(Shown, { name, url: name === 'webtransport' ? 'https://a:1/' : '/chat' });
  const markup = renderToString(createElement(StrictMode, null, createElement(TransportProvider, null, shown)));
  expect(markup).toBe('<p>connecting undefined undefined 0 function</p>');
});

test('a server renders a component without an address as idle', () => {
  const markup = renderToString(createElement(Shown, { name: 'ws', url: null }));
  expect(markup).toBe('<p>idle undefined undefined 0 function</p>');
});

test('a mistake is thrown while rendering', () => {
  const wrong = createElement(Shown, { name: 'ws', url: '/chat', options: { silenceMs: -1 } });
  expect(() => renderToString(wrong)).toThrow('useTransport: silenceMs must be more than 0, not -1');
  const unknown: TransportName = JSON.parse('"grpc"');
  expect(() => renderToString(createElement(Shown, { name: unknown, url: '/' }))).toThrow('"grpc" is no transport');
});

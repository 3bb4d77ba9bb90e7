import { expect, test } from 'vitest';
import { NO_PROXY, VIAS } from './dimensions.ts';
import { parseVia, viaIn, viaText } from './via.ts';

test('each value of the dimension is the one form of its proxy', () => {
  for (const value of VIAS.filter((one) => one !== NO_PROXY)) {
    const via = parseVia(value);
    expect(via && viaText(via)).toBe(value);
  }
});

test.each([
  ['nginx:source', 'nginx'],
  ['haproxy:defaults+none', 'haproxy:defaults'],
  ['haproxy:cookie+defaults', 'haproxy:defaults+cookie'],
])('%s is another way to write %s', (text, canonical) => {
  const via = parseVia(text);
  expect(via && viaText(via)).toBe(canonical);
});

test.each([
  '',
  'none',
  'apache',
  'nginx:',
  'nginx:sticky',
  'nginx:cookie+hash',
  'nginx:defaults+defaults',
  'nginx:a:b',
])('"%s" is no proxy', (text) => {
  expect(parseVia(text)).toBeUndefined();
});

test('a proxy is sticky by source address unless it has its defaults or another stickiness', () => {
  expect(parseVia('nginx')).toEqual({ proxy: 'nginx', defaults: false, sticky: 'source' });
  expect(parseVia('nginx:defaults')).toEqual({ proxy: 'nginx', defaults: true, sticky: 'none' });
  expect(viaIn({ via: 'haproxy:hash' })).toEqual({ proxy: 'haproxy', defaults: false, sticky: 'hash' });
  expect(viaIn({})).toBeUndefined();
});

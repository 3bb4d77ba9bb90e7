import { expect, test } from 'vitest';
import { whyUnexpected } from './connections.ts';

const made = ({
  sources = [],
  protocols = [],
  plain = 0,
}: {
  sources?: string[];
  protocols?: string[];
  plain?: number;
} = {}) => ({
  sources: new Set(sources),
  protocols: new Set(protocols),
  plain,
});
const ways = [{ source: '127.0.0.1' }, { source: '127.0.0.2' }, { source: '127.0.0.3' }];
const two = new Set(['127.0.0.1', '127.0.0.2']);
const nowhere = new Set<string>();

test.each([
  [made({ plain: 3 }), { tls: false }],
  [made({ protocols: ['TLSv1.3'] }), { tls: true }],
  // A client from outside the repository may decide.
  [made({ plain: 3, protocols: ['TLSv1.2'] }), {}],
  // Datagrams have no TCP connection.
  [made(), { tls: true }],
])('%o are the connections that were ordered: %o', (connections, order) => {
  expect(whyUnexpected(connections, { ...order, sources: nowhere })).toBeUndefined();
});

test.each([
  [made({ plain: 2 }), { tls: true }, /asks for TLS, but 2 connection\(s\) were opened without it/],
  [made({ plain: 1, protocols: ['TLSv1.3'] }), { tls: true }, /but 1 connection/],
  [made({ protocols: ['TLSv1.3'] }), { tls: false }, /asks for no TLS, but .* TLSv1.3/],
])('%o are not those that were ordered: %o', (connections, order, why) => {
  expect(whyUnexpected(connections, { ...order, sources: nowhere })).toMatch(why);
});

test.each([
  ['all and no other', ['127.0.0.2', '127.0.0.1'], undefined],
  ['one of a later session too', ['127.0.0.1', '127.0.0.2', '127.0.0.3'], undefined],
  ['one is missing', ['127.0.0.1'], /from 127.0.0.1, 127.0.0.2, but came from 127.0.0.1;/],
  ['another', ['127.0.0.1', '127.0.0.2', '127.0.0.9'], /but came from .*127.0.0.9;/],
])('source addresses that were ordered: %s', (_, sources, why) => {
  const found = whyUnexpected(made({ sources }), { ways, sources: two });
  if (why === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(why);
});

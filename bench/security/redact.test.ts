import { expect, test } from 'vitest';
import { withToken } from '../../clients/shared/token.ts';
import { openForge } from '../checks/security/testing/forge.ts';
import { addressShown, withoutTokens } from './redact.ts';

const token = openForge('ES256').good('somebody');

test.each([
  [`Invalid URL: ws://h/?access_token=${token}&a=b`, 'Invalid URL: ws://h/?access_token=[token]&a=b'],
  [`authorization: Bearer ${token}, more`, 'authorization: Bearer [token], more'],
  ['access_token=opaque-secret failed', 'access_token=[token] failed'],
  [`"${token}"`, '"[token]"'],
  [token.split('.').slice(0, 2).join('.'), '[token]'],
  ['ECONNREFUSED 127.0.0.1:80: a bearer of bad news', 'ECONNREFUSED 127.0.0.1:80: a bearer of bad news'],
])('%# a reason is told without its token', (text, told) => {
  expect(withoutTokens(text)).toBe(told);
});

test.each([
  ['ws://127.0.0.1:80', 'ws://127.0.0.1:80'],
  ['https://h/a@b?x=1&y&z=#sha256=00', 'https://h/a@b?x=[hidden]&[hidden]&z=[hidden]#sha256=00'],
  ['mqtt://me:secret@h:1', 'mqtt://[hidden]@h:1'],
  ['mqtt://me:se@cret@h/', 'mqtt://[hidden]@h/'],
  [`ws://h/${token}/?access_token=${token}`, 'ws://h/[token]/?access_token=[token]'],
])('%# an address is shown without what only its server should know', (url, shown) => {
  expect(addressShown(url)).toBe(shown);
});

test('a token goes where the address has a query already', () => {
  expect(withToken('ws://h/chat', 'a b')).toBe('ws://h/chat?access_token=a%20b');
  expect(withToken('ws://h/chat?room=1', 'ab')).toBe('ws://h/chat?room=1&access_token=ab');
  expect(withToken('ws://h/chat?room=1', undefined)).toBe('ws://h/chat?room=1');
});

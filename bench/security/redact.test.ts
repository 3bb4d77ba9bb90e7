import { expect, test } from 'vitest';
import { withToken } from '../../clients/shared/address.ts';
import { openForge } from '../checks/security/testing/forge.ts';
import { addressShown, exampleShown, reasonShown, redactor, withoutTokens } from './redact.ts';

const token = openForge('ES256').good('somebody');

test.each([
  [`Invalid URL: ws://h/?access_token=${token}&a=b`, 'Invalid URL: ws://h/?access_token=[token]&a=b'],
  [`authorization: Bearer ${token}, more`, 'authorization: Bearer [token], more'],
  ['access_token=opaque-secret failed', 'access_token=[token] failed'],
  [`"${token}"`, '"[token]"'],
  [token.split('.').slice(0, 2).join('.'), '[token]'],
  ['at http://me:se@cret@h/events: 401', 'at http://[hidden]@h/events: 401'],
  ['"ws://me@h" <mqtt://a:b@[::1]:1>', '"ws://[hidden]@h" <mqtt://[hidden]@[::1]:1>'],
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

test.each([
  ['two\r\nlines', 'two lines'],
  ['\u001b[2J\u009b2J\u0000', '\\u{1b}[2J\\u{9b}2J\\u{0}'],
  ['a\u202eb\u2066c\u2028d\ufeff', 'a\\u{202e}b\\u{2066}c\\u{2028}d\\u{feff}'],
  ['Grüße 🧪', 'Grüße 🧪'],
  ['half \ud83e', 'half \\u{d83e}'],
  ['key sk-12 3 in sk-12%203', 'key [hidden] in [hidden]'],
  [token, '[token]'],
  ['x'.repeat(100_000), `${'x'.repeat(500)}…`],
])('%# a reason from outside is shown on one line, without what a terminal obeys', (text, shown) => {
  expect(reasonShown(text, redactor(null, 'sk-12 3'))).toBe(shown);
});

test('an example is bounded, escaped as in JSON, and whole characters, whatever a client says of it', () => {
  const kind = 'a frame\n\u001b';
  expect(exampleShown({ kind, length: 11, head: '"\\\r\n\t' })).toEqual({
    kind: 'a frame \\u{1b}',
    length: 11,
    head: '\\"\\\\\\r\\n\\t',
  });
  expect(exampleShown({ kind: 'x', length: 400, head: '🧪'.repeat(100) }).head).toBe(`${'🧪'.repeat(64)}…`);
  // The token begins within what is shown and ends beyond it.
  expect(exampleShown({ kind: 'x', length: 400, head: `${'a'.repeat(60)}${token}` }).head).toBe(
    `${'a'.repeat(60)}[tok…`,
  );
  expect(exampleShown({ length: Number.NaN })).toEqual({ kind: 'an arrival', length: 0, head: '' });
  expect(exampleShown({ length: -1 }).length).toBe(0);
});

test.each([
  ['closed at ws://me:p%40ss@h/c?key=se%20cret&x=1', 'closed at ws://[hidden]@h/c?key=[hidden]&x=[hidden]'],
  ['no user me with p@ss, nor p%40ss', 'no user me with [hidden], nor [hidden]'],
  [`got Basic ${Buffer.from('me:p@ss').toString('base64')}`, 'got Basic [hidden]'],
  [
    'asked http://h/events?key=se%20cret: "se cret" is unknown',
    'asked http://h/events?key=[hidden]: "[hidden]" is unknown',
  ],
])('%# a reason does not repeat what an address keeps secret, however it is written', (text, told) => {
  expect(redactor('ws://me:p%40ss@h/c?key=se%20cret&x=1')(text)).toBe(told);
});

test('a user without a password is a token', () => {
  expect(redactor('https://user-token@h/')('user-token is not known')).toBe('[hidden] is not known');
  expect(redactor(null)('at ws://h/?x=1')).toBe('at ws://h/?x=1');
});

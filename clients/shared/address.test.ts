import { expect, test } from 'vitest';
import { authorization, below, withoutCredentials, withToken } from './address.ts';

test.each([
  ['http://h', 'http://h/events'],
  ['http://h/', 'http://h/events'],
  ['http://h/?tenant=a', 'http://h/events?tenant=a'],
  ['http://h/base', 'http://h/base/events'],
  ['http://h/base//?a=%20&b', 'http://h/base/events?a=%20&b'],
  ['http://[::1]:8080/caf%C3%A9', 'http://[::1]:8080/caf%C3%A9/events'],
])('a path below %s is %s', (base, address) => {
  expect(below(base, 'events')).toBe(address);
});

test('a parameter is added to the base’s query, which stays as it is written', () => {
  expect(below('http://h/?a=b%20c', 'x', 'cursor=')).toBe('http://h/x?a=b%20c&cursor=');
  expect(below('http://h/', 'x', 'cursor=')).toBe('http://h/x?cursor=');
  expect(withToken('ws://h?', 'a b')).toBe('ws://h/?access_token=a%20b');
});

test('a name that a server has made up cannot leave its place in the path', () => {
  expect(below('http://h/base', 'messages/?a#b')).toBe('http://h/base/messages/%3Fa%23b');
});

test('user and password travel as they mean, in UTF-8, and a token goes first', () => {
  const url = 'https://m%C3%A9:p%40ss%3A@h/chat';
  expect(withoutCredentials(url)).toBe('https://h/chat');
  expect(authorization(url, undefined)).toEqual({
    authorization: `Basic ${Buffer.from('mé:p@ss:').toString('base64')}`,
  });
  expect(authorization(url, 'abc')).toEqual({ authorization: 'Bearer abc' });
  expect(authorization('https://h/', undefined)).toEqual({});
});

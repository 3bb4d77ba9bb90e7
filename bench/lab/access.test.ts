import { describe, expect, test } from 'vitest';
import { type AskedRequest, whyDenied } from './access.ts';

const HOST = '127.0.0.1:4000';
const asked = (changes: Partial<AskedRequest['headers']> = {}, url = '/', method = 'GET'): AskedRequest => ({
  method,
  url,
  headers: { host: HOST, ...changes },
});

describe('on the loopback', () => {
  const rules = { hosts: [HOST, 'localhost:4000'], token: null };
  test.each([
    ['the page itself', asked(), undefined],
    ['by name', asked({ host: 'localhost:4000' }), undefined],
    ['what the page does', asked({ origin: `http://${HOST}` }, '/api/start', 'POST'), undefined],
    ['a name that somebody else gave this machine', asked({ host: 'evil.example:4000' }), 403],
    ['a page of another origin', asked({ origin: 'http://evil.example' }, '/api/start', 'POST'), 403],
    ['a page at another port', asked({ origin: 'http://127.0.0.1:4001' }), 403],
    ['a change without an origin', asked({}, '/api/start', 'POST'), 403],
    ['no name', asked({ host: undefined }), 403],
  ])('%s', (_, request, status) => {
    expect(whyDenied(request, rules)?.status).toBe(status);
  });
});

describe('on the local network', () => {
  const rules = { hosts: [HOST], token: 'secret' };
  test.each([
    ['the token in the address', asked({}, '/?token=secret'), undefined],
    ['the token as a bearer', asked({ authorization: 'Bearer secret' }, '/api/start', 'POST'), undefined],
    ['no token', asked(), 401],
    ['a wrong one', asked({}, '/?token=secre'), 401],
    ['an empty one', asked({}, '/?token='), 401],
    ['another scheme', asked({ authorization: 'Basic secret' }), 401],
    ['the token, and a page of another origin', asked({ origin: 'http://a' }, '/?token=secret'), 403],
  ])('%s', (_, request, status) => {
    expect(whyDenied(request, rules)?.status).toBe(status);
  });
});

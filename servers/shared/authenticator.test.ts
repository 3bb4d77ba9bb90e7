import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openForge } from '../../bench/checks/security/testing/forge.ts';
import { makeIdentity } from '../../bench/security/identity.ts';
import { Authenticator, tokenOf, Unauthorized, whenExpired } from './authenticator.ts';

describe('origins', () => {
  test('of a server over TLS its own pages are those over TLS', async () => {
    const identity = await makeIdentity([]);
    const [secure, plain] = [new Authenticator({ identity }), new Authenticator({})];
    const of = (origin: string) => ({ headers: { host: 'h:8080', origin } });
    expect([secure.admitsOrigin(of('https://h:8080')), plain.admitsOrigin(of('https://h:8080'))]).toEqual([
      true,
      false,
    ]);
    expect([secure.admitsOrigin(of('http://h:8080')), plain.admitsOrigin(of('http://h:8080'))]).toEqual([false, true]);
  });
});

describe('where a request has its token', () => {
  test.each([
    [{ authorization: 'Bearer a.b.c' }, '/', 'a.b.c'],
    [{ authorization: 'bearer   a.b.c' }, '/', 'a.b.c'],
    [{}, '/events?access_token=a.b.c', 'a.b.c'],
    [{}, '/events?x=1&access_token=a.b.c&access_token=d.e.f', 'a.b.c'],
    [{ authorization: 'Bearer a.b.c' }, '/?access_token=d.e.f', 'a.b.c'],
    [{ authorization: 'Basic YTpi' }, '/', undefined],
    [{ authorization: 'Bearer' }, '/', undefined],
    [{ authorization: 'Bearera.b.c' }, '/', undefined],
    [{}, '/access_token=a.b.c', undefined],
    [{}, '/?ACCESS_TOKEN=a.b.c', undefined],
    [{}, '/?access_token=%E0%A4%A', '\ufffd%A'],
    [{}, undefined, undefined],
  ])('%j at %j: %j', (headers, url, token) => {
    expect(tokenOf(url === undefined ? { headers } : { headers, url })).toBe(token);
  });
});

describe('time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('a token that was admitted once is not admitted after its end', async () => {
    const { rules, good } = openForge('HS256');
    const authenticator = new Authenticator({ tokens: rules });
    const token = good('somebody', 60);
    expect((await authenticator.admit(token)).subject).toBe('somebody');
    expect(authenticator.known(token)?.subject).toBe('somebody');
    vi.advanceTimersByTime(61_000);
    expect(authenticator.known(token)).toBeUndefined();
    await expect(authenticator.admit(token)).rejects.toThrow(new Unauthorized('the token has expired'));
  });

  test('the end comes when it is due, also after longer than a timer holds', () => {
    const dayMs = 86_400_000;
    const end = vi.fn();
    whenExpired({ subject: '', expiresAtMs: Date.now() + 60 * dayMs }, end);
    vi.advanceTimersByTime(60 * dayMs - 1);
    expect(end).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(end).toHaveBeenCalledOnce();
  });

  test('of a session that ended before there is nothing left', () => {
    const end = vi.fn();
    const forget = whenExpired({ subject: '', expiresAtMs: Date.now() + 1_000 }, end);
    forget();
    expect(vi.getTimerCount()).toBe(0);
    whenExpired({ subject: '', expiresAtMs: Number.POSITIVE_INFINITY }, end);
    expect(vi.getTimerCount()).toBe(0);
    whenExpired({ subject: '', expiresAtMs: Date.now() - 1 }, end);
    expect(end).toHaveBeenCalledOnce();
  });
});

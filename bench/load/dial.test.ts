import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { platform } from '../../clients/platform/node.ts';
import type { ClientModule, Receiver } from '../contract.ts';
import { dial } from './dial.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const receiver: Receiver = { message: () => {}, unreadable: () => {}, lost: () => {} };
const settingsWith = (signal: AbortSignal) =>
  ({ options: {}, encoding: 'text', platform, signal, seconds: 5 }) as const;

test('a client that neither resolves nor obeys is left behind, and the server is told what it owes', async () => {
  const stubborn: ClientModule = { connect: () => new Promise(() => {}) };
  const { signal } = new AbortController();
  const opening = dial(stubborn, 'x:', receiver, { ...settingsWith(signal), handshake: 'the server must greet' });
  const refused = expect(opening).rejects.toThrow(
    'the server did not complete the handshake within 5 s: the server must greet',
  );
  await vi.advanceTimersByTimeAsync(5_000);
  await refused;
});

test('a client that obeys closes what it has opened', async () => {
  let open = true;
  const obedient: ClientModule = {
    connect: (_url, _receiver, { signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          open = false;
          reject(signal.reason);
        }),
      ),
  };
  const abort = new AbortController();
  const refused = expect(dial(obedient, 'x:', receiver, settingsWith(abort.signal))).rejects.toThrow('over');
  abort.abort(new Error('the trial is over'));
  await refused;
  expect(open).toBe(false);
});

test('an opened session is not ended by the time of its handshake', async () => {
  let signal: AbortSignal | undefined;
  const session = { send: () => {}, close: async () => {} };
  const quick: ClientModule = {
    async connect(_url, _receiver, settings) {
      signal = settings.signal;
      return session;
    },
  };
  expect(await dial(quick, 'x:', receiver, settingsWith(new AbortController().signal))).toBe(session);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(signal?.aborted).toBe(false);
});

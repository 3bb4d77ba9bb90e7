import { expect, test } from 'vitest';
import type { Receiver } from '../../bench/contract.ts';
import { lifetime } from './lifetime.ts';

/** Life of a session, and everything that its receiver was told. */
function lived() {
  const told: string[] = [];
  const receiver: Receiver = {
    message: () => {},
    unreadable: () => {},
    lost: ({ message }) => told.push(`lost: ${message}`),
    interrupted: ({ message }) => told.push(`interrupted: ${message}`),
    attempting: () => told.push('attempting'),
    resumed: ({ replayed }) => told.push(`resumed: ${replayed}`),
  };
  const life = lifetime(receiver, new AbortController().signal, () => told.push('end'));
  return { life, told };
}

test('each end of a connection is told once, and each new beginning', async () => {
  const { life, told } = lived();
  life.interrupted(new Error('too early'));
  life.resumed({ replayed: true });
  life.usable(() => {});
  life.resumed({ replayed: true });
  life.interrupted(new Error('first'));
  life.interrupted(new Error('an attempt that failed'));
  life.resumed({ replayed: true });
  life.interrupted(new Error('second'));
  life.resumed({ replayed: false });
  expect(told).toEqual(['interrupted: first', 'resumed: true', 'interrupted: second', 'resumed: false']);
});

test('an attempt to reconnect is told while a session is interrupted, and never else', () => {
  const { life, told } = lived();
  life.attempting();
  life.usable(() => {});
  life.attempting();
  life.interrupted(new Error('cut'));
  life.attempting();
  life.attempting();
  life.resumed({ replayed: true });
  life.attempting();
  life.over(new Error('closed'));
  life.attempting();
  expect(told).toEqual(['interrupted: cut', 'attempting', 'attempting', 'resumed: true', 'lost: closed']);
});

test('a session whose library gives up is lost, once', async () => {
  const { life, told } = lived();
  life.usable(() => {});
  life.interrupted(new Error('cut'));
  life.over(new Error('gave up'));
  life.over(new Error('gave up again'));
  life.resumed({ replayed: true });
  expect(told).toEqual(['interrupted: cut', 'lost: gave up']);
  await (await life.session).close();
});

test('a session that is closed while its library reconnects is told nothing more', async () => {
  const { life, told } = lived();
  life.usable(() => {});
  const session = await life.session;
  life.interrupted(new Error('cut'));
  const closing = session.close();
  life.resumed({ replayed: true });
  life.interrupted(new Error('cut again'));
  life.over(new Error('closed'));
  await closing;
  expect(told).toEqual(['interrupted: cut', 'end']);
  expect(() => session.send('too late')).toThrow(/over/);
});

test('a session sends while its library reconnects, and has its token also after it was lost', async () => {
  const { life } = lived();
  const sent: unknown[] = [];
  let token = 'first';
  life.usable(
    (message) => void sent.push(message),
    () => token,
  );
  const session = await life.session;
  life.interrupted(new Error('cut'));
  session.send('kept by the library');
  expect(sent).toEqual(['kept by the library']);
  token = 'second';
  life.over(new Error('gave up'));
  expect(session.resumeToken?.()).toBe('second');
});

test('a session of a protocol that cannot resume has no token', async () => {
  const { life } = lived();
  life.usable(() => {});
  expect('resumeToken' in (await life.session)).toBe(false);
});

test('lost does not wait until nothing is left open, and close does', async () => {
  const { life, told } = lived();
  life.usable(() => {});
  const session = await life.session;
  const gone = Promise.withResolvers<void>();
  life.over(new Error('reset'), gone.promise);
  expect(told).toEqual(['lost: reset']);
  let isClosed = false;
  const closed = session.close().then(() => {
    isClosed = true;
  });
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  gone.resolve();
  await closed;
  expect(told).toEqual(['lost: reset']);
});

test('a connect that rejects leaves nothing open, even if that cannot be closed', async () => {
  const { life } = lived();
  const gone = Promise.withResolvers<void>();
  let reason: unknown;
  life.session.catch((error: unknown) => {
    reason = error;
  });
  life.over(new Error('refused'), gone.promise);
  await new Promise(setImmediate);
  expect(reason).toBeUndefined();
  gone.reject(new Error('closing failed'));
  await expect(life.session).rejects.toThrow('refused');
});

import { describe, expect, test } from 'vitest';
import type { Message } from '../../bench/contract.ts';
import { Connection, type ConnectionSettings } from './connection.ts';
import { ScriptedClient } from './testing/scripted-client.ts';
import { settled, VirtualTimers } from './testing/virtual-timers.ts';

/** Connection on a virtual clock, with a back-off that waits for half of its maximum, and all that it says. */
function started(given: Partial<ConnectionSettings> = {}) {
  const client = new ScriptedClient();
  const timers = new VirtualTimers();
  const received: Message[] = [];
  const states: string[] = [];
  const connection: Connection = new Connection({
    open: client.open,
    resume: 'none',
    reconnect: 'managed',
    silenceMs: undefined,
    attemptMs: 10_000,
    maxQueued: 3,
    timers,
    random: () => 0.5,
    message: (message) => received.push(message),
    cursorOf: (message) => String(message),
    changed() {
      const { status, attempts, error } = connection.state;
      const state = `${status} ${attempts}${error === undefined ? '' : ` ${error.message}`}`;
      if (states.at(-1) !== state) states.push(state);
    },
    ...given,
  });
  connection.start();
  return { client, timers, received, states, connection };
}

const unreadable = { kind: 'an event', length: 7, head: '' };

describe('a connection', () => {
  test('is connecting, then open; it delivers and sends', async () => {
    const { client, received, states, connection } = started();
    connection.start();
    expect(client.attempts).toHaveLength(1);
    const session = client.latest.succeed();
    await settled();
    client.latest.receiver.message('one');
    client.latest.receiver.message('two');
    await connection.send('three');
    expect(received).toEqual(['one', 'two']);
    expect(connection.last).toBe('two');
    expect(session.sent).toEqual(['three']);
    expect(states).toEqual(['connecting 1', 'open 0']);
  });

  test('gives the application bytes of its own, and keeps its own of what waits', async () => {
    const { client, received, connection } = started();
    const waiting = Uint8Array.of(1);
    const sent = connection.send(waiting);
    waiting[0] = 9;
    const session = client.latest.succeed();
    await sent;
    expect(session.sent).toEqual([Uint8Array.of(1)]);
    const arrived = Uint8Array.of(2);
    client.latest.receiver.message(arrived);
    arrived[0] = 9;
    expect(received).toEqual([Uint8Array.of(2)]);
  });

  test('tells of an arrival that is no message, and goes on', async () => {
    const { client, states, received } = started();
    client.latest.succeed();
    await settled();
    client.latest.receiver.unreadable(unreadable);
    client.latest.receiver.message('one');
    expect(states.at(-1)).toBe('open 0 an event of 7 bytes arrived that is no message');
    expect(received).toEqual(['one']);
  });
});

describe('messages sent before it is open', () => {
  test('wait in their order, up to the bound', async () => {
    const { client, connection } = started();
    const sent = ['a', 'b', 'c'].map((message) => connection.send(message));
    await expect(connection.send('d')).rejects.toThrow('3 messages wait for the connection already');
    expect(connection.state.error?.message).toContain('raise maxQueued');
    const session = client.latest.succeed();
    await Promise.all(sent);
    await connection.send('e');
    expect(session.sent).toEqual(['a', 'b', 'c', 'e']);
  });

  test('wait through failed attempts and losses', async () => {
    const { client, timers, connection } = started();
    const first = connection.send('a');
    client.latest.fail('refused');
    await timers.advance(500);
    client.latest.succeed();
    await first;
    client.latest.receiver.lost(new Error('cut'));
    const second = connection.send('b');
    await timers.advance(500);
    const session = client.latest.succeed();
    await second;
    expect(session.sent).toEqual(['b']);
  });

  test('are refused when it is closed, and so are later ones', async () => {
    const { connection } = started();
    const waiting = connection.send('a');
    void connection.close();
    await expect(waiting).rejects.toThrow('not sent, because the connection is closed: it was closed by the page');
    await expect(connection.send('b')).rejects.toThrow('it was closed by the page');
  });

  test('have the error of their sending', async () => {
    const { client, connection } = started();
    const sent = connection.send('a');
    const session = client.latest.succeed();
    session.refusal = new Error('too large');
    await expect(sent).rejects.toThrow('too large');
    await expect(connection.send('b')).rejects.toThrow('too large');
    expect(connection.state).toMatchObject({ status: 'open', error: { message: 'too large' } });
  });
});

describe('after a loss', () => {
  test('it waits for the back-off before each attempt, and begins again with the shortest once it was open', async () => {
    const { client, timers, states } = started();
    const waits: number[] = [];
    for (const _ of Array.from({ length: 7 })) {
      const before = client.attempts.length;
      const fromMs = timers.now();
      client.latest.fail('refused');
      while (client.attempts.length === before) await timers.advance(500);
      waits.push((timers.now() - fromMs) / 1e3);
    }
    expect(waits).toEqual([0.5, 1, 2, 4, 8, 15, 15]);
    expect(states.at(-1)).toBe('connecting 8 refused');
    client.latest.succeed();
    await settled();
    client.latest.receiver.lost(new Error('cut'));
    expect(states.slice(-2)).toEqual(['open 0', 'reconnecting 0 cut']);
    await timers.advance(499);
    expect(client.attempts).toHaveLength(8);
    await timers.advance(1);
    expect(client.attempts).toHaveLength(9);
    expect(states.at(-1)).toBe('reconnecting 1 cut');
  });

  test('an attempt ends after its time, and a session that comes of it later is closed', async () => {
    const { client, timers, states, received } = started({ attemptMs: 2_000 });
    const late = client.latest;
    await timers.advance(2_000);
    expect(late.signal.aborted).toBe(true);
    expect(states.at(-1)).toBe('connecting 1 not usable within 2000 ms');
    const session = late.succeed();
    late.receiver.message('of the attempt that was left');
    await settled();
    expect(session.closed).toBe(1);
    await timers.advance(500);
    client.latest.succeed();
    await settled();
    expect(received).toEqual([]);
    expect(states.at(-1)).toBe('open 0');
  });

  test('a session that is lost before it is known to be usable counts as open and lost', async () => {
    const { client, timers, states } = started();
    const { receiver, succeed } = client.latest;
    succeed();
    receiver.lost(new Error('cut'));
    await settled();
    expect(states).toEqual(['connecting 1', 'open 0', 'reconnecting 0 cut']);
    await timers.advance(500);
    expect(client.attempts).toHaveLength(2);
  });

  test('nothing of the old session counts', async () => {
    const { client, timers, received, states } = started();
    client.latest.succeed();
    await settled();
    const old = client.latest.receiver;
    old.lost(new Error('cut'));
    old.message('late');
    old.lost(new Error('again'));
    await timers.advance(500);
    client.latest.succeed();
    await settled();
    old.message('later');
    old.lost(new Error('once more'));
    old.interrupted?.(new Error('and more'));
    old.unreadable(unreadable);
    expect(received).toEqual([]);
    expect(states.at(-1)).toBe('open 0');
  });

  test.each(['none', 'library'] as const)('with policy %s it is closed', async (reconnect) => {
    const { client, timers, states, connection } = started({ reconnect });
    client.latest.succeed();
    await settled();
    client.latest.receiver.lost(new Error('cut'));
    await expect(connection.send('a')).rejects.toThrow('the connection is closed: cut');
    expect(states.at(-1)).toBe('closed 0 cut');
    expect(timers.pending).toBe(0);
  });

  test('the library may reconnect by itself, while messages wait', async () => {
    const { client, states, connection } = started({ reconnect: 'library' });
    const session = client.latest.succeed();
    await settled();
    client.latest.receiver.interrupted?.(new Error('cut'));
    const sent = connection.send('a');
    await settled();
    expect(session.sent).toEqual([]);
    client.latest.receiver.resumed?.({ replayed: true });
    await sent;
    expect(session.sent).toEqual(['a']);
    expect(states).toEqual(['connecting 1', 'open 0', 'reconnecting 0 cut', 'open 0']);
  });
});

describe('a session resumes', () => {
  test('by the token that it had when it was lost, through attempts that fail', async () => {
    const { client, timers, received } = started({ resume: 'native' });
    let token: string | undefined;
    client.latest.succeed(() => token);
    await settled();
    token = 'place 1';
    client.latest.receiver.lost(new Error('cut'));
    token = 'place of a session that is over';
    await timers.advance(500);
    expect(client.latest.resume).toBe('place 1');
    // The attempt that fails has brought something that the next will bring again.
    client.latest.receiver.message('missed');
    client.latest.fail('refused');
    await timers.advance(1_000);
    expect(client.latest.resume).toBe('place 1');
    client.latest.receiver.message('missed');
    client.latest.succeed();
    await settled();
    expect(received).toEqual(['missed']);
  });

  test('by the id of the last message in the log', async () => {
    const { client, timers, received } = started({
      resume: 'log',
      cursorOf: (message) => (String(message) === 'no id' ? undefined : `id of ${message}`),
    });
    expect(client.latest.resume).toBeUndefined();
    client.latest.succeed(() => 'not for the log');
    await settled();
    for (const message of ['1', '2', 'no id']) client.latest.receiver.message(message);
    client.latest.receiver.lost(new Error('cut'));
    await timers.advance(500);
    expect(client.latest.resume).toBe('id of 2');
    client.latest.receiver.message('3');
    client.latest.receiver.lost(new Error('cut before it was usable'));
    client.latest.succeed();
    await timers.advance(500);
    expect(client.latest.resume).toBe('id of 3');
    expect(received).toEqual(['1', '2', 'no id', '3']);
  });

  test('not at all if the transport cannot', async () => {
    const { client, timers } = started();
    client.latest.succeed(() => 'token');
    await settled();
    client.latest.receiver.message('1');
    client.latest.receiver.lost(new Error('cut'));
    await timers.advance(500);
    expect(client.latest.resume).toBeUndefined();
  });
});

test('silence is a loss, counted from the last arrival', async () => {
  const { client, timers, states, received } = started({ silenceMs: 1_000 });
  const session = client.latest.succeed();
  await timers.advance(900);
  client.latest.receiver.message('one');
  await timers.advance(900);
  client.latest.receiver.unreadable(unreadable);
  await timers.advance(999);
  expect(connected(states)).toBe(true);
  const old = client.latest.receiver;
  await timers.advance(1);
  expect(states.at(-1)).toBe('reconnecting 0 nothing arrived for 1000 ms');
  expect(session.closed).toBe(1);
  old.message('late');
  expect(received).toEqual(['one']);
  await timers.advance(500);
  client.latest.succeed();
  await timers.advance(999);
  expect(states.at(-1)).toBe('open 0');
});

const connected = (states: readonly string[]): boolean => states.at(-1)?.startsWith('open') === true;

describe('closing', () => {
  test('an attempt in progress is aborted; a session that comes of it is closed', async () => {
    const { client, timers, connection, states } = started();
    void connection.close();
    expect(client.latest.signal.aborted).toBe(true);
    const session = client.latest.succeed();
    await settled();
    expect(session.closed).toBe(1);
    expect(states.at(-1)).toBe('closed 1 it was closed by the page');
    await timers.advance(60_000);
    expect(client.attempts).toHaveLength(1);
  });

  test('an open session is closed once, and nothing comes after it', async () => {
    const { client, timers, connection, received } = started({ silenceMs: 1_000 });
    const session = client.latest.succeed();
    await settled();
    await Promise.all([connection.close(), connection.close()]);
    client.latest.receiver.message('late');
    client.latest.receiver.lost(new Error('late'));
    expect(session.closed).toBe(1);
    expect(received).toEqual([]);
    expect(timers.pending).toBe(0);
  });

  test('the wait for the next attempt ends', async () => {
    const { client, timers, connection } = started();
    client.latest.fail('refused');
    await settled();
    expect(timers.pending).toBe(1);
    await connection.close();
    expect(timers.pending).toBe(0);
  });
});

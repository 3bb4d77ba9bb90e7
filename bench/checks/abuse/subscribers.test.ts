import { expect, test } from 'vitest';
import { BROADCAST, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import { BroadcastLog, Subscriber } from './subscribers.ts';

/** Subscriber whose session answers as `echo` does, and the broadcasts that it is to get. */
function subscribed(echo: (text: string, receive: (text: string) => void) => void) {
  const broadcasts = new BroadcastLog(64);
  const subscriber = new Subscriber(0, broadcasts);
  subscriber.session = {
    send: (message) => echo(String(message), (text) => subscriber.message(text)),
    close: async () => {},
  };
  return { broadcasts, subscriber };
}

/** Sends one message and stops. */
async function probeOnce(subscriber: Subscriber): Promise<void> {
  const stop = new AbortController();
  const probing = subscriber.probe(stop.signal);
  stop.abort();
  await probing;
}

test('a subscriber that got everything once has nothing to say', async () => {
  const { broadcasts, subscriber } = subscribed((text, receive) => receive(text));
  await probeOnce(subscriber);
  await broadcasts.publish([subscriber]);
  expect(subscriber.missing).toBe(0);
  expect(subscriber.verdict(true)).toEqual([]);
});

test('an echo and a broadcast that never came are lost, unless the transport may lose them', async () => {
  const { broadcasts, subscriber } = subscribed(() => {});
  await probeOnce(subscriber);
  broadcasts.texts.push(senderPrefix(BROADCAST, 0) + sequenceDigits(0));
  expect(subscriber.missing).toBe(2);
  expect(subscriber.verdict(true)).toEqual(['session 0 lost 2 messages']);
  expect(subscriber.verdict(false)).toEqual([]);
});

test('a message that came twice and one that was not meant for it are named', async () => {
  const { subscriber } = subscribed((text, receive) => {
    receive(text);
    receive(text);
    receive('x');
  });
  await probeOnce(subscriber);
  expect(subscriber.verdict(true)).toEqual([
    'session 0 got a message that was not sent to it: x (1)',
    'session 0 got 1 messages more than once',
  ]);
});

import { connect as dial } from 'mqtt';
import { BROADCAST, opcodeOf } from '../bench/codec/header.ts';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { lifetime } from './lifetime.ts';

/**
 * MQTT 3.1.1 on mqtt.js, QoS 0. A broker that is not ours answers nothing but hands on what is published: there a session
 * publishes to the topic that it has subscribed to itself, or to the one that all have. Its reconnection is off: a lost session
 * is reported, not mended.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const name = randomName();
  const client = dial(url, {
    clientId: name,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    ...(settings.token === undefined ? {} : { username: 'token', password: settings.token }),
  });
  const life = lifetime(receiver, settings.signal, (wasUsable) => client.end(!wasUsable));
  const [down, everyone] = settings.foreign ? [`wirebench/${name}`, 'wirebench/all'] : [`down/${name}`, 'all'];
  const up = `up/${name}`;
  const upFor = settings.foreign
    ? (message: Message): string => (opcodeOf(message) === BROADCAST ? everyone : down)
    : (): string => up;
  let cause: Error | undefined;

  client.on('connect', () => {
    // mqtt.js leaves Nagle's algorithm on.
    if ('setNoDelay' in client.stream && typeof client.stream.setNoDelay === 'function') client.stream.setNoDelay(true);
    client.subscribe([down, everyone], { qos: 0 }, (error) => {
      if (error) return client.end(true);
      life.usable((message) => void client.publish(upFor(message), message as string | Buffer));
    });
  });
  client.on(
    'message',
    settings.encoding === 'text'
      ? (_topic, payload) => receiver.message(payload.toString())
      : (_topic, payload) => receiver.message(payload),
  );
  client.on('error', (error) => {
    cause = error;
  });
  client.on('close', () =>
    life.over(new Error(`MQTT connection closed${cause ? `: ${cause.message}` : ''}`, { cause })),
  );
  return life.session;
}

/** Eight characters: short, because it is part of every topic; long enough for tens of thousands of sessions. */
function randomName(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => alphabet[byte % alphabet.length]).join('');
}

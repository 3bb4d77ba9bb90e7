import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { writeCoalesced } from '../bench/codec/coalesced-writes.ts';
import { BROADCAST, opcodeOf } from '../bench/codec/header.ts';
import { qosOf } from '../bench/codec/qos.ts';
import type { ClientSettings, Message, Receiver, Session } from '../bench/contract.ts';
import { credentialsOf, withoutCredentials } from './shared/address.ts';
import { concurrencyLimiter } from './shared/concurrency-limiter.ts';
import { GOODBYE_MS, lifetime } from './shared/lifetime.ts';

/** Maximum number of unconfirmed messages with QoS 1 or 2: fewer than a broker lets a client leave unreleased. */
const MAX_UNDER_WAY = 500;

/**
 * MQTT 3.1.1 on mqtt.js, over WebSocket if the URL says so, with the QoS of option `qos` (0 by default). A broker that is not ours
 * only forwards what is published; so a session publishes to the topic that it has subscribed to itself, or to the one that all
 * sessions of the run have subscribed to; option `topics` is a prefix of both. The library reconnects only if it is asked to;
 * otherwise a lost session is reported. With option `session` the broker keeps the session under the client's id, which is the token
 * for resuming it; at a broker that is not ours nothing is left behind. Without it, a client that resumes publishes the id of the last
 * broadcast that it has received before it subscribes.
 */
export async function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const keeps = settings.options.session === true && settings.foreign !== true;
  const reconnects = settings.reconnect === 'library';
  const name = (keeps ? settings.resume : undefined) ?? randomName();
  const qos = qosOf(settings.options);
  const { topics } = settings.options;
  const { heartbeatSeconds } = settings.options;
  const prefix = topics === undefined ? '' : `${String(topics).replace(/\/$/, '')}/`;
  const address = withoutCredentials(url);
  const options: IClientOptions = {
    clientId: name,
    protocolVersion: 4,
    clean: !keeps,
    ...(reconnects ? {} : { reconnectPeriod: 0 }),
    connectTimeout: 10_000,
    ...(heartbeatSeconds === undefined ? {} : { keepalive: Number(heartbeatSeconds) }),
    // The library puts the address together itself, without an IPv6 address's brackets, and reads options from its query.
    createWebsocket: (_, subprotocols) => new settings.platform.WebSocket(address, subprotocols),
    query: {},
    // In a browser mqtt.js combines writes itself.
    wsOptions: { writev: writeCoalesced },
    ...login(new URL(url), settings.token),
  };
  const client = await open(address, options, settings);
  const life = lifetime(receiver, settings.signal, (wasUsable) => (wasUsable ? leave() : client.end(true)));
  const ofRun = settings.run === undefined ? `${prefix}wirebench` : `${prefix}wirebench/${settings.run}`;
  const [down, everyone] = settings.foreign ? [`${ofRun}/${name}`, `${ofRun}/all`] : [`down/${name}`, 'all'];
  const up = `up/${name}`;
  const upFor = settings.foreign
    ? (message: Message): string => (opcodeOf(message) === BROADCAST ? everyone : down)
    : (): string => up;
  let cause: Error | undefined;
  let usable = false;
  let leaving = false;
  let refused = false;

  const confirmed = concurrencyLimiter<Message>(MAX_UNDER_WAY, (message, done) =>
    client.publish(upFor(message), message as string | Buffer, { qos }, done),
  );
  const send = (message: Message): void => {
    if (qos > 0) confirmed.add(message);
    else client.publish(upFor(message), message as string | Buffer);
  };

  function leave(): void {
    leaving = true;
    // The library is about to reconnect.
    if (!client.connected) return void client.end(true);
    const late = setTimeout(() => client.stream.destroy(), GOODBYE_MS);
    client.once('close', () => clearTimeout(late));
    confirmed.whenEmpty(() => client.end());
  }

  function ready(): void {
    usable = true;
    life.usable(send, keeps ? () => name : undefined);
  }

  client.once('connect', ({ sessionPresent }) => {
    // A session that was kept has its subscriptions.
    if (keeps && sessionPresent) return ready();
    if (!keeps && settings.resume !== undefined) client.publish('since', settings.resume);
    client.subscribe([down, everyone], { qos }, (error) => {
      if (error === null) return ready();
      cause = new Error(
        `the broker refused the subscription to ${down} or ${everyone} (${error.message}): its access rules must allow both`,
      );
      client.end(true);
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
  client.on('close', () => {
    const reason = new Error(`MQTT connection closed${cause ? `: ${cause.message}` : ''}`, { cause });
    cause = undefined;
    if (reconnects && usable && !leaving && !refused) return life.interrupted(reason);
    life.over(reason);
    if (reconnects) client.end(true);
  });
  if (reconnects) {
    client.on('reconnect', () => life.attempting());
    client.on('connect', ({ sessionPresent }) => {
      if (keeps && sessionPresent) life.resumed({ replayed: true });
    });
    client.on('packetreceive', (packet) => {
      // The library does not connect again after a refusal.
      if (packet.cmd === 'connack') refused = packet.returnCode !== 0;
      // It has subscribed again by itself, as the broker has not kept the session.
      if (packet.cmd === 'suback') life.resumed({ replayed: false });
    });
    client.on('end', () => life.over(new Error('MQTT client ended')));
  }
  return life.session;
}

/** Opens the client's connection: the platform's WebSocket, or its TCP, on which Nagle's algorithm is off. */
async function open(url: string, options: IClientOptions, { platform, signal }: ClientSettings): Promise<MqttClient> {
  const { protocol, hostname, port } = new URL(url);
  if (/^wss?:/.test(protocol)) return mqtt.connect(url, options);
  const secure = protocol === 'mqtts:';
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (secure ? 8883 : 1883)), secure };
  const opened = await platform.openStream(address, signal);
  let isFirst = true;
  return new mqtt.MqttClient(() => {
    const stream = isFirst ? opened : platform.reopenStream?.(address);
    isFirst = false;
    if (stream === undefined) throw new Error('the library cannot reconnect over TCP on this platform; use mqtt:ws');
    return stream;
  }, options);
}

/** User name and password: the token's, or those of the address. */
function login(address: URL, token: string | undefined): { username?: string; password?: string } {
  if (token !== undefined) return { username: 'token', password: token };
  const credentials = credentialsOf(address);
  return credentials === undefined ? {} : { username: credentials.user, password: credentials.password };
}

/** Random name of eight characters: short, because it is part of every topic, and long enough for tens of thousands of sessions. */
function randomName(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => alphabet[byte % alphabet.length]).join('');
}

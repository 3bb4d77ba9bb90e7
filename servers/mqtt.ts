import type { Duplex } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import { qosOf } from '../bench/codec/qos.ts';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { Authenticator, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import { schemeOf } from './shared/http/http.ts';
import { authority, bind, closeServer, closingOnce, createStreamServer, trackSockets } from './shared/listening.ts';
import { guardPackets } from './shared/mqtt/mqtt-guard.ts';
import { createMqttWebServer } from './shared/mqtt/mqtt-websocket.ts';

/** Room in a PUBLISH for everything but the message: the topic, its length and a packet identifier. */
const ENVELOPE_BYTES = 256;
/** CONNACK: not authorized. [MQTT-3.2.2-6] */
const NOT_AUTHORIZED = 5;
/** Maximum number of QoS 2 messages without their PUBREL. One more ends the connection: MQTT 3.1.1 has no code for it. */
export const MAX_UNRELEASED = 1_000;

/**
 * MQTT 3.1.1 on an aedes broker. A client publishes to `up/<name>` and subscribes to `down/<name>` for replies and to `all` for
 * broadcasts. A token comes as the password. Options: `qos` of the server's messages (0 by default) and `websocket`.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const qos = qosOf(settings.options);
  const { websocket = false } = settings.options;
  const authenticator = new Authenticator(settings);
  const subscribed = new WeakMap<Client, Set<string>>();

  const broker = await Aedes.createBroker({
    // Unlimited: with a limit of 100, a hundred messages to one subscriber that does not read would stop all others.
    concurrency: 0,
    drainTimeout: 10_000,
    connectTimeout: limits.handshakeMs,
    maxInflightInbound: MAX_UNRELEASED,
    // Only clean sessions: aedes keeps messages for absent clients without a limit.
    preConnect: (_client, { clean }, done) => done(clean ? null : new Error('only clean sessions'), clean === true),
    authenticate(client, _username, password, done) {
      authenticator.admit(password?.toString('latin1')).then(
        (auth) => {
          client.conn.once(
            'close',
            whenExpired(auth, () => client.conn.destroy()),
          );
          done(null, true);
        },
        (error: Error) => done(Object.assign(error, { returnCode: NOT_AUTHORIZED }), false),
      );
    },
    authorizePublish(_client, { topic, retain }, done) {
      // No publishing in another client's name, and no retained messages.
      if (!topic.startsWith('up/') || retain) return done(new Error('may not be published'));
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const { topic } = subscription;
      const topics = subscribed.get(client) ?? new Set();
      subscribed.set(client, topics);
      // No wildcards: they would show other clients' replies.
      const ours = topic === 'all' || (topic.startsWith('down/') && !/[#+]/.test(topic));
      if (!ours || (topics.size >= limits.subscriptions && !topics.has(topic))) return done(null, null);
      topics.add(topic);
      done(null, subscription);
    },
  });
  dropStoredQos2Payloads(broker);
  const packetBytes = messageBytes + ENVELOPE_BYTES;
  const streams = new Set<Duplex>();
  const onStream = (stream: Duplex): void => {
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
    guardPackets(stream, packetBytes, limits);
    broker.handle(stream);
  };
  const server = websocket
    ? createMqttWebServer(settings, { authenticator, packetBytes, onStream })
    : createStreamServer(settings, onStream);
  const sockets = trackSockets(server);

  function publish(topic: string, message: Message): void {
    const payload = typeof message === 'string' ? message : Buffer.from(message);
    broker.publish({ cmd: 'publish', topic, payload, qos, retain: false, dup: false }, () => {});
  }
  const broadcast = (message: Message): void => publish('all', message);

  broker.on('unsubscribe', (topics, client) => {
    for (const topic of topics) subscribed.get(client)?.delete(topic);
  });
  broker.on('publish', (packet, client) => {
    if (client === null || !packet.topic.startsWith('up/')) return;
    const message = packet.payload as Buffer;
    if (message.length > messageBytes) return void client.conn.destroy();
    const answers = `down/${packet.topic.slice('up/'.length)}`;
    void application(message, (reply) => publish(answers, reply), broadcast);
  });

  const port = await bind(server, settings);
  const stopWatching = watchBacklogs(
    limits,
    () => streams,
    ({ writableLength }) => writableLength,
    (socket) => socket.destroy(),
  );
  return {
    url: websocket
      ? `${schemeOf('ws', settings)}://${authority(settings.host, port)}/mqtt`
      : `${settings.identity === undefined ? 'mqtt' : 'mqtts'}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: 'client pings every 60 s (keepalive)',
      heartbeatSeconds: 60,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      qos,
      protocol: websocket ? 'MQTT 3.1.1 over WebSocket' : 'MQTT 3.1.1',
    },
    close: closingOnce(async () => {
      stopWatching();
      const closed = closeServer(server, sockets);
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await closed;
    }),
  };
}

/** Part of aedes that its types omit. */
interface WithStore {
  readonly persistence: { incomingStorePacket(client: object, packet: object): Promise<void> };
}

/**
 * Stores only the identifier of a QoS 2 message that waits for its PUBREL, which is enough to recognize a repetition. aedes would
 * store the whole message, though it has delivered it already: a client that sends no PUBREL could fill the memory.
 */
export function dropStoredQos2Payloads(broker: Aedes): void {
  const { persistence } = broker as Aedes & WithStore;
  const store = persistence.incomingStorePacket.bind(persistence);
  persistence.incomingStorePacket = (client, packet) => store(client, { ...packet, topic: '', payload: '' });
}

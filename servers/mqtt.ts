import type { Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { watchBacklogs } from './backlog.ts';
import { Gate, whenExpired } from './gate.ts';
import { authority, bind, closeServer, closingOnce, createStreamServer, trackSockets } from './listening.ts';
import { guardPackets } from './mqtt-guard.ts';

/** What a PUBLISH carries besides the message: the topic, its length and a packet identifier. */
const ENVELOPE_BYTES = 256;
/** QoS 2 messages of one session whose PUBREL has not come. */
const MOST_UNRELEASED = 100;
/** CONNACK: not authorized. [MQTT-3.2.2-6] */
const NOT_AUTHORIZED = 5;

/**
 * MQTT 3.1.1 on an aedes broker, QoS 0. A client publishes to `up/<name>` and subscribes to `down/<name>` for answers and
 * to `all` for broadcasts. A token comes as the password.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const gate = new Gate(settings);
  const subscribed = new WeakMap<Client, Set<string>>();

  const broker = await Aedes.createBroker({
    // Any number at once: with a hundred, a hundred messages to one subscriber that does not read would stop all the others.
    concurrency: 0,
    drainTimeout: 10_000,
    maxInflightInbound: MOST_UNRELEASED,
    preConnect(_client, packet, done) {
      // No session outlives its connection: what would be kept for one that never comes back has no limit.
      packet.clean = true;
      done(null, true);
    },
    connectTimeout: limits.handshakeMs,
    authenticate(client, _username, password, done) {
      gate.admit(password?.toString('latin1')).then(
        (pass) => {
          client.conn.once(
            'close',
            whenExpired(pass, () => client.conn.destroy()),
          );
          done(null, true);
        },
        (error: Error) => done(Object.assign(error, { returnCode: NOT_AUTHORIZED }), false),
      );
    },
    authorizePublish(_client, { topic, retain }, done) {
      // Nothing in anybody else's name, and nothing that stays.
      if (!topic.startsWith('up/') || retain) return done(new Error('may not be published'));
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      const { topic } = subscription;
      const topics = subscribed.get(client) ?? new Set();
      subscribed.set(client, topics);
      // Everybody's answers are nobody's business.
      const ours = topic === 'all' || (topic.startsWith('down/') && !/[#+]/.test(topic));
      if (!ours || (topics.size >= limits.subscriptions && !topics.has(topic))) return done(null, null);
      topics.add(topic);
      done(null, subscription);
    },
  });
  const streams = new Set<Socket>();
  const server = createStreamServer(settings, (socket) => {
    streams.add(socket);
    socket.once('close', () => streams.delete(socket));
    guardPackets(socket, messageBytes + ENVELOPE_BYTES, limits);
    broker.handle(socket);
  });
  const sockets = trackSockets(server);

  function publish(topic: string, message: Message): void {
    const payload = typeof message === 'string' ? message : Buffer.from(message);
    broker.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => {});
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

  const stopWatching = watchBacklogs(
    limits,
    () => streams,
    ({ writableLength }) => writableLength,
    (socket) => socket.destroy(),
  );

  const port = await bind(server, settings);
  return {
    url: `${settings.identity === undefined ? 'mqtt' : 'mqtts'}://${authority(settings.host, port)}`,
    broadcast,
    effective: {
      heartbeat: 'client pings every 60 s (keepalive)',
      heartbeatSeconds: 60,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      qos: 0,
      protocol: 'MQTT 3.1.1',
    },
    close: closingOnce(async () => {
      stopWatching();
      const closed = closeServer(server, sockets);
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await closed;
    }),
  };
}

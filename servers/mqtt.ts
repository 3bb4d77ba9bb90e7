import type { Duplex } from 'node:stream';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import { qosOf } from '../bench/codec/qos.ts';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { adapterOf } from './shared/adapters/adapter.ts';
import type { SharedEmitter } from './shared/adapters/mqtt.ts';
import { Authenticator, Unauthorized, whenExpired } from './shared/authenticator.ts';
import { AT_ONCE, watchBacklogs } from './shared/backlog.ts';
import { schemeOf } from './shared/http/http.ts';
import { authority, bind, closeServer, closingOnce, createStreamServer, trackSockets } from './shared/listening.ts';
import { missedSince } from './shared/log/resume.ts';
import { guardPackets } from './shared/mqtt/mqtt-guard.ts';
import { isSessionId, type KeptSessions, keepSessions } from './shared/mqtt/mqtt-sessions.ts';
import { createMqttWebServer } from './shared/mqtt/mqtt-websocket.ts';

export { adapts } from './shared/adapters/adapter.ts';

/** Room in a PUBLISH for everything but the message: the topic, its length and a packet identifier. */
const ENVELOPE_BYTES = 256;
/** CONNACK: not authorized. [MQTT-3.2.2-6] */
const NOT_AUTHORIZED = 5;
/** Maximum number of QoS 2 messages without their PUBREL. One more ends the connection: MQTT 3.1.1 has no code for it. */
export const MAX_UNRELEASED = 1_000;
/** Maximum number of sessions that are kept for absent clients: twice as many as come back together in the largest test. */
const MAX_AWAY = 2_000;
/** Maximum number of messages that wait for one session: those of half a minute at 300 a second. */
const MAX_WAITING = 10_000;
/** Maximum memory of the messages that wait for all sessions together. */
const MAX_WAITING_BYTES = 256 << 20;
/** Topic to which a client publishes the id of the last broadcast that it has received, before it subscribes to `all`. */
const CURSOR = 'since';

/**
 * MQTT 3.1.1 on an aedes broker. A client publishes to `up/<name>` and subscribes to `down/<name>` for replies and to `all` for
 * broadcasts. A token comes as the password. Options: `qos` of the server's messages (0 by default), `websocket`, and `session`: a
 * session is kept, in memory and within bounds, while its client is away. Without that option sessions are clean, and a client can
 * only catch up with the broadcasts of the log. With the option `adapter` brokers share their packets over Redis, and none of them can
 * say which broadcasts of the log a client has missed: it may yet get them from another broker.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const wanted = adapterOf(settings);
  if (wanted === undefined) return serve(application, settings, { log });
  const { openSharedEmitter } = await import('./shared/adapters/mqtt.ts');
  const shared = await openSharedEmitter(wanted.backplane);
  try {
    return await serve(application, settings, { log: undefined, shared });
  } catch (error) {
    shared.end();
    throw error;
  }
}

async function serve(
  application: Application,
  settings: ServerSettings,
  { log, shared }: { readonly log: ReplayLog | undefined; readonly shared?: SharedEmitter },
): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const qos = qosOf(settings.options);
  const { websocket = false, session = false } = settings.options;
  // The client asks for it in its CONNECT; the broker waits for one and a half times as long [MQTT-3.1.2-24].
  const heartbeatSeconds = Number(settings.options.heartbeatSeconds ?? 60);
  const authenticator = new Authenticator(settings);
  const subscribed = new WeakMap<Client, Set<string>>();
  /** Place in the log that a client has published, until it has been sent what it missed. */
  const cursors = new WeakMap<Client, string | undefined>();
  let kept: KeptSessions | undefined;
  // A client publishes its place before it can know that there is no log.
  const hasCursors = log !== undefined || shared !== undefined;

  const broker = await Aedes.createBroker({
    // Unlimited: with a limit of 100, a hundred messages to one subscriber that does not read would stop all others.
    concurrency: 0,
    drainTimeout: 10_000,
    ...(shared === undefined ? {} : { mq: shared.emitter }),
    connectTimeout: limits.handshakeMs,
    maxInflightInbound: MAX_UNRELEASED,
    preConnect(_client, { clean, clientId }, done) {
      const allowed = clean === true || (session === true && isSessionId(clientId));
      done(allowed ? null : new Error(session === true ? 'no id of a session' : 'only clean sessions'), allowed);
    },
    authenticate(client, _username, password, done) {
      authenticator
        .admit(password?.toString('latin1'))
        .then((auth) => {
          // Ids of clients are no secrets.
          if (kept?.admit(client, auth.subject) === false) throw new Unauthorized('the session is of another subject');
          client.conn.once(
            'close',
            whenExpired(auth, () => client.conn.destroy()),
          );
        })
        .then(
          () => done(null, true),
          (error: Error) => done(Object.assign(error, { returnCode: NOT_AUTHORIZED }), false),
        );
    },
    authorizePublish(client, { topic, retain, qos: level, payload }, done) {
      if (topic === CURSOR && hasCursors && client !== null && !cursors.has(client) && !retain) {
        cursors.set(client, String(payload));
        return done(null);
      }
      // No publishing in another client's name, and no retained messages.
      if (!topic.startsWith('up/') || retain) return done(new Error('may not be published'));
      // The broker would keep identifiers of QoS 2 messages with the session, and bounds them only for each connection.
      if (client?.clean === false && level === 2) return done(new Error('a session that is kept takes QoS 0 and 1'));
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
      if (topic === 'all') catchUp(client);
      done(null, subscription);
    },
    ...(session === true
      ? { authorizeForward: (client, packet) => (kept?.forwards(client, packet) === false ? null : packet) }
      : {}),
  });
  dropStoredQos2Payloads(broker);
  if (session === true) {
    const bounds = {
      sessions: MAX_AWAY,
      messages: MAX_WAITING,
      bytes: AT_ONCE * limits.backlogBytes,
      totalBytes: MAX_WAITING_BYTES,
    };
    kept = keepSessions(broker, bounds, (client, topic) => subscribed.get(client)?.has(topic) === true);
  }
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

  function packetOf(topic: string, message: Message): PublishPacket {
    const payload = typeof message === 'string' ? message : Buffer.from(message);
    return { cmd: 'publish', topic, payload, qos, retain: false, dup: false };
  }

  /** Sends a client the broadcasts since its cursor. Those after them reach it by its subscription, which follows in this turn. */
  function catchUp(client: Client): void {
    const cursor = cursors.get(client);
    // Once for a connection, or a few bytes would be answered with the whole log again and again.
    if (cursor !== undefined) cursors.set(client, undefined);
    for (const { message } of missedSince(log, cursor)) client.publish(packetOf('all', message), () => {});
  }

  const publish = (topic: string, message: Message): void => broker.publish(packetOf(topic, message), () => {});
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
      heartbeat: `client pings every ${heartbeatSeconds} s (keepalive)`,
      heartbeatSeconds,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      qos,
      protocol: websocket ? 'MQTT 3.1.1 over WebSocket' : 'MQTT 3.1.1',
      ...(shared === undefined ? {} : { adapter: shared.name }),
      ...(session === true ? { sessions: 'kept in memory', sessionsAway: MAX_AWAY, waitingMessages: MAX_WAITING } : {}),
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

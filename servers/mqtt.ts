import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';
import { guardPackets } from './mqtt-guard.ts';

/** What a PUBLISH carries besides the message: the topic, its length and a packet identifier. */
const ENVELOPE_BYTES = 256;

/**
 * MQTT 3.1.1 on an aedes broker, QoS 0. A client publishes to `up/<name>` and subscribes to `down/<name>` for answers and
 * to `all` for broadcasts.
 */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const broker = await Aedes.createBroker({ drainTimeout: 10_000 });
  const server = createServer({ noDelay: true });
  const sockets = trackSockets(server);
  const { messageBytes } = settings.limits;

  function publish(topic: string, message: Message): void {
    const payload = typeof message === 'string' ? message : Buffer.from(message);
    broker.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => {});
  }
  const broadcast = (message: Message): void => publish('all', message);

  server.on('connection', (socket: Socket) => {
    guardPackets(socket, messageBytes + ENVELOPE_BYTES);
    broker.handle(socket);
  });

  broker.on('publish', (packet, client) => {
    if (client === null || !packet.topic.startsWith('up/')) return;
    const message = packet.payload as Buffer;
    if (message.length > messageBytes) return void client.conn.destroy();
    const answers = `down/${packet.topic.slice('up/'.length)}`;
    void application(message, (reply) => publish(answers, reply), broadcast);
  });

  const port = await bind(server, settings);
  return {
    url: `mqtt://${authority(settings.host, port)}`,
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
      const closed = closeServer(server, sockets);
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await closed;
    }),
  };
}

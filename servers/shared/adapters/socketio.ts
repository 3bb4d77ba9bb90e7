import { setTimeout as sleep } from 'node:timers/promises';
import * as pubSub from '@socket.io/redis-adapter';
import * as streams from '@socket.io/redis-streams-adapter';
import type { Redis } from 'ioredis';
import type { ServerOptions } from 'socket.io';
import type { Backplane } from '../../../bench/contract.ts';
import { Connections } from './connections.ts';

type AdapterFactory = NonNullable<ServerOptions['adapter']>;

/** Adapter of Socket.IO that connects the servers of one service. */
export interface SocketioAdapter {
  /** Package that it comes from. */
  readonly name: string;
  readonly factory: AdapterFactory;
  /** Resolves once what other servers publish reaches the server that was made with the adapter. */
  heard(): Promise<void>;
  /** Ends the connections to Redis at once, before the server is closed: then that need not wait for Redis. */
  end(): void;
}

const POLL_MS = 5;

/** Opens an adapter of Socket.IO: `redis` publishes and subscribes, `redis-streams` appends to a stream and reads it. */
export async function openSocketioAdapter(adapter: string, backplane: Backplane): Promise<SocketioAdapter> {
  const connections = new Connections(backplane);
  const opened = await (adapter === 'redis-streams' ? overStreams : overPubSub)(connections, backplane);
  return {
    ...opened,
    end: () => connections.end(),
  };
}

type Opened = Omit<SocketioAdapter, 'end'>;

async function overPubSub(connections: Connections, { channel: key }: Backplane): Promise<Opened> {
  const [publisher, subscriber] = [await connections.open(), await connections.open()];
  return {
    name: '@socket.io/redis-adapter',
    factory: pubSub.createAdapter(publisher, subscriber, { key }),
    // The adapter has subscribed when it was made, and Redis answers in order.
    heard: async () => void (await subscriber.ping()),
  };
}

async function overStreams(connections: Connections, { channel }: Backplane): Promise<Opened> {
  const writer = await connections.open();
  return {
    name: '@socket.io/redis-streams-adapter',
    factory: streams.createAdapter(writer, {
      streamName: channel,
      channelPrefix: channel,
      sessionKeyPrefix: `${channel}:session:`,
    }),
    async heard() {
      // The reader begins at what is appended after its first command has arrived.
      while (!(await reads(writer, connections.name))) await sleep(POLL_MS);
    },
  };
}

/** True if one of the connections with this name waits for what is appended to a stream. */
async function reads(connection: Redis, name: string): Promise<boolean> {
  const clients = String(await connection.client('LIST')).split('\n');
  return clients.some(
    (line) => line.includes(` name=${name} `) && / flags=\w*b/.test(line) && line.includes(' cmd=xread '),
  );
}

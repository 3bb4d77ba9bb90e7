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
  /** True if sessions can be recovered with it, at any of the servers. */
  readonly recovers: boolean;
  readonly factory: AdapterFactory;
  /** Resolves once what other servers publish reaches the server that was made with the adapter. */
  heard(): Promise<void>;
  /** Closes the server with `close`, after it the connections to Redis. Takes no longer if Redis is away. */
  close(close: () => Promise<void>): Promise<void>;
  /** Ends the connections to Redis at once. */
  end(): void;
}

/** Maximum time in which Redis takes what sessions leave behind. */
const LEAVE_MS = 1_000;
const POLL_MS = 5;

/** Opens an adapter of Socket.IO: `redis` publishes and subscribes, `redis-streams` appends to a stream and reads it. */
export async function openSocketioAdapter(adapter: string, backplane: Backplane): Promise<SocketioAdapter> {
  const connections = new Connections(backplane);
  const { answered, ...opened } = await (adapter === 'redis-streams' ? overStreams : overPubSub)(
    connections,
    backplane,
  );
  return {
    ...opened,
    end: () => connections.end(),
    async close(close) {
      const isThere = connections.areReady;
      if (!isThere) connections.end();
      await close();
      // A session that can be recovered is written when it ends.
      if (isThere) await Promise.race([answered().catch(() => {}), sleep(LEAVE_MS, undefined, { ref: false })]);
      connections.end();
    },
  };
}

interface Opened extends Omit<SocketioAdapter, 'close' | 'end'> {
  /** Resolves once Redis has answered all that was sent. It answers in order. */
  answered(): Promise<unknown>;
}

async function overPubSub(connections: Connections, { channel: key }: Backplane): Promise<Opened> {
  const [publisher, subscriber] = [await connections.open(), await connections.open()];
  return {
    name: '@socket.io/redis-adapter',
    recovers: false,
    factory: pubSub.createAdapter(publisher, subscriber, { key }),
    // The adapter has subscribed when it was made, and Redis answers in order.
    heard: async () => void (await subscriber.ping()),
    answered: () => publisher.ping(),
  };
}

async function overStreams(connections: Connections, { channel }: Backplane): Promise<Opened> {
  const writer = await connections.open();
  return {
    name: '@socket.io/redis-streams-adapter',
    recovers: true,
    factory: streams.createAdapter(writer, {
      streamName: channel,
      channelPrefix: channel,
      sessionKeyPrefix: `${channel}:session:`,
    }),
    async heard() {
      // The reader begins at what is appended after its first command has arrived.
      while (!(await reads(writer, connections.name))) await sleep(POLL_MS);
    },
    answered: () => writer.ping(),
  };
}

/** True if one of the connections with this name waits for what is appended to a stream. */
async function reads(connection: Redis, name: string): Promise<boolean> {
  const clients = String(await connection.client('LIST')).split('\n');
  return clients.some(
    (line) => line.includes(` name=${name} `) && / flags=\w*b/.test(line) && line.includes(' cmd=xread '),
  );
}

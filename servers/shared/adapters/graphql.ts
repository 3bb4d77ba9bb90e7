import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Backplane, Message } from '../../../bench/contract.ts';
import { Connections } from './connections.ts';

/** Messages that the servers of one service publish to each other. */
export interface SharedPubSub {
  /** Package that it comes from. */
  readonly name: string;
  /** Publishes a message to every server, this one included. One that Redis does not take is lost. */
  publish(message: Message): void;
  /** Calls `take` with every message that is published from now on. */
  subscribe(take: (message: string) => void): Promise<void>;
  /** Ends the connections to Redis. */
  end(): void;
}

/** Payload of the subscription's event. */
interface Published {
  readonly m: string;
}

/** Opens graphql-redis-subscriptions, which publishes events as JSON. */
export async function openSharedPubSub(backplane: Backplane): Promise<SharedPubSub> {
  const connections = new Connections(backplane);
  const [publisher, subscriber] = [await connections.open(), await connections.open()];
  const pubSub = new RedisPubSub({ publisher, subscriber });
  return {
    name: 'graphql-redis-subscriptions',
    publish(message) {
      pubSub.publish<Published>(backplane.channel, { m: String(message) }).catch(() => {});
    },
    async subscribe(take) {
      await pubSub.subscribe<Published>(backplane.channel, ({ m }) => take(m));
    },
    end: () => connections.end(),
  };
}

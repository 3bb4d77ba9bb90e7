import { Redis } from 'ioredis';
import { unwrapped, wrapped } from '../../../bench/codec/backplane.ts';
import type { Application, Backplane, Message } from '../../../bench/contract.ts';

/** Generic back-plane: what the application broadcasts at one server reaches the sessions of all. */
export interface PubSub {
  /** Application whose broadcasts go to every server. Its replies stay here. */
  over(application: Application): Application;
  /**
   * Begins to pass on what any server broadcasts, this one included: so all sessions receive everything in one order. Resolves once the
   * server is subscribed.
   */
  follow(broadcast: (message: Message) => void | Promise<void>): Promise<void>;
  /** Leaves the back-plane. */
  close(): void;
}

/**
 * Opens the back-plane on Redis' publish and subscribe, with the client's own defaults: it reconnects with a growing delay, and what is
 * published meanwhile waits in its queue. What the others publish while a server is not subscribed is lost to its sessions.
 */
export function openPubSub({ url, channel, encoding }: Backplane): PubSub {
  const publisher = new Redis(url);
  const subscriber = new Redis(url);
  // Both reconnect by themselves. Without a listener each attempt that fails would be printed.
  for (const client of [publisher, subscriber]) client.on('error', () => {});
  const publish = (message: Message): void => {
    // A message that waited through too many attempts is lost; the counts of the run tell.
    publisher.publish(channel, wrapped(message, encoding)).catch(() => {});
  };
  return {
    over: (application) => (message, reply) => application(message, reply, publish),
    async follow(broadcast) {
      subscriber.on('messageBuffer', (_, envelope: Buffer) => void broadcast(unwrapped(envelope)));
      await subscriber.subscribe(channel);
    },
    close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

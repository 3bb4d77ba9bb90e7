import createEmitter, { type MQEmitterRedis } from 'mqemitter-redis';
import type { Backplane } from '../../../bench/contract.ts';
import { Connections } from './connections.ts';

/** Emitter of an MQTT broker's packets that reaches every broker of the service, over Redis. */
export interface SharedEmitter {
  /** Package that it comes from. */
  readonly name: string;
  readonly emitter: MQEmitterRedis;
  /** Ends the connections to Redis. */
  end(): void;
}

/** Opens mqemitter-redis, with channels that belong to this service alone. */
export async function openSharedEmitter(backplane: Backplane): Promise<SharedEmitter> {
  const connections = new Connections(backplane, { prefix: `${backplane.channel}:`, resends: true });
  const [subConn, pubConn] = [await connections.open(), await connections.open()];
  // Like the emitter of aedes itself: unlimited, and with topics that may have empty levels.
  const emitter = createEmitter({ subConn, pubConn, concurrency: 0, matchEmptyLevels: true });
  // It reports an end of Redis as an error event, which would end the process if nobody listened to it.
  Object(emitter).state.on('error', () => {});
  // A packet that Redis has not taken is lost: the broker would end the connection of the client that published it.
  const emit = emitter.emit.bind(emitter);
  emitter.emit = (packet, done) => emit(packet, () => done?.());
  // Its own way waits for an answer of Redis, for ever if Redis is away.
  emitter.close = (done) => {
    connections.end();
    done();
  };
  return { name: 'mqemitter-redis', emitter, end: () => connections.end() };
}

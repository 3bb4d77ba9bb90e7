import type { Aedes } from 'aedes';

/** Messages of QoS 2 a client may leave without their PUBREL. One more ends its connection: MQTT 3.1.1 has no code for it. */
export const MAX_UNRELEASED = 1_000;

/** Of aedes, though its types do not tell. */
interface WithStore {
  readonly persistence: { incomingStorePacket(client: object, packet: object): Promise<void> };
}

/**
 * Keeps of a message of QoS 2 that waits for its PUBREL what tells a repetition of it, the identifier. aedes would keep all of
 * it, though it is handed on when it comes and needed no more: a client that releases nothing could fill the memory.
 */
export function dropStoredQos2Payloads(broker: Aedes): void {
  const { persistence } = broker as Aedes & WithStore;
  const store = persistence.incomingStorePacket.bind(persistence);
  persistence.incomingStorePacket = (client, packet) => store(client, { ...packet, topic: '', payload: '' });
}

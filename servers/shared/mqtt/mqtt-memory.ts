import type { Aedes } from 'aedes';

/** Maximum number of QoS 2 messages without their PUBREL. One more ends the connection: MQTT 3.1.1 has no code for it. */
export const MAX_UNRELEASED = 1_000;

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

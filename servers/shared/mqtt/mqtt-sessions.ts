import { Readable } from 'node:stream';
import type { Aedes, AedesPublishPacket, Client, Subscription } from 'aedes';

/** Memory of a message that waits for a session, besides its payload. */
const OVERHEAD_BYTES = 256;
/** Maximum length of the id of a client whose session is kept, in characters. Every server must take 23. [MQTT-3.1.3-5] */
const MAX_ID_CHARACTERS = 64;

/** Bounds of what is kept for clients that are away or do not acknowledge. Beyond one of them a session ends, the oldest first. */
export interface SessionLimits {
  /** Sessions whose clients are away. */
  readonly sessions: number;
  /** Messages that one session has not acknowledged. */
  readonly messages: number;
  /** Memory of the messages that one session has not acknowledged. */
  readonly bytes: number;
  /** Memory of all sessions' messages together. */
  readonly totalBytes: number;
}

/** Packet as the broker stores it. */
interface StoredPacket {
  readonly cmd: string;
  readonly brokerCounter: number;
  readonly payload: { readonly length: number };
  messageId?: number | undefined;
}

/** Message that a session has not acknowledged. */
interface Waiting {
  readonly packet: StoredPacket;
  readonly bytes: number;
  /** Client on whose connection it was last sent. */
  sentTo?: object;
}

interface KeptSession {
  /** Subject of the token that the session began with. */
  readonly subject: string;
  /** Messages by the broker's number, oldest first. */
  readonly waiting: Map<number, Waiting>;
  /** Broker's numbers of the messages that have been sent, by their packet identifier. */
  readonly sent: Map<number, number>;
  bytes: number;
  client?: Client;
  /** True until a client that has come back has been sent everything that waited. */
  isCatchingUp: boolean;
  /** Called when the message with a broker's number has been given to the connection. */
  written?: { readonly key: number; readonly resolve: () => void };
}

type Owner = Pick<Client, 'id'>;
interface Subscriber {
  readonly clientId: string;
}

/** Part of aedes that its types omit: the store of sessions. */
interface WithStore {
  readonly persistence: {
    addSubscriptions(client: Client, subscriptions: readonly Subscription[]): Promise<void>;
    cleanSubscriptions(client: Owner): Promise<unknown>;
    outgoingEnqueue(subscriber: Subscriber, packet: StoredPacket): Promise<void>;
    outgoingEnqueueCombi(subscribers: readonly Subscriber[], packet: StoredPacket): Promise<void>;
    outgoingUpdate(client: Owner, packet: StoredPacket): Promise<void>;
    outgoingClearMessageId(client: Owner, packet: StoredPacket): Promise<StoredPacket | undefined>;
    outgoingStream(client: Client): Readable;
  };
}

/** Sessions that a broker keeps while their clients are away. */
export interface KeptSessions {
  /** True if a client may use the session of its id: nobody has one with this id, or the same subject. */
  admit(client: Client, subject: string): boolean;
  /**
   * True if the broker may send a message at once. False for one that a session gets, or has got, with those that waited: it would
   * overtake them, or be repeated.
   */
  forwards(client: Client, packet: Pick<AedesPublishPacket, 'qos' | 'brokerCounter' | 'messageId'>): boolean;
  /** Number of sessions whose clients are away, and memory of all that waits. */
  readonly size: { readonly away: number; readonly bytes: number };
}

/** True for the id of a client that may have its session kept. */
export const isSessionId = (id: string): boolean => id !== '' && id.length <= MAX_ID_CHARACTERS;

/**
 * Lets a broker keep sessions [MQTT-3.1.2-4] within bounds. aedes would queue messages for absent clients, and for clients that do not
 * acknowledge, without a limit. It would also store a topic of a SUBSCRIBE that was refused, if another one in the same packet was not,
 * and send new messages between those that waited.
 *
 * @param isSubscribed true if the client was allowed to subscribe to the topic
 */
export function keepSessions(
  broker: Aedes,
  limits: SessionLimits,
  isSubscribed: (client: Client, topic: string) => boolean,
): KeptSessions {
  const { persistence } = broker as Aedes & WithStore;
  const here = new Map<string, KeptSession>();
  /** Sessions of absent clients, those that left first at the beginning. */
  const away = new Map<string, KeptSession>();
  let totalBytes = 0;

  const find = (id: string): KeptSession | undefined => here.get(id) ?? away.get(id);

  function end(id: string): void {
    const session = find(id);
    if (session === undefined) return;
    here.delete(id);
    away.delete(id);
    totalBytes -= session.bytes;
    void persistence.cleanSubscriptions({ id });
    session.client?.conn.destroy();
  }

  /** Ends the oldest sessions without a client until the rest is within the bounds. */
  function makeRoom(): void {
    for (const id of away.keys()) {
      if (away.size <= limits.sessions && totalBytes <= limits.totalBytes) return;
      end(id);
    }
  }

  function forget(session: KeptSession, key: number): StoredPacket | undefined {
    const waiting = session.waiting.get(key);
    if (waiting === undefined) return undefined;
    session.waiting.delete(key);
    session.bytes -= waiting.bytes;
    totalBytes -= waiting.bytes;
    return waiting.packet;
  }

  function enqueue(id: string, packet: StoredPacket): void {
    const session = find(id);
    if (session === undefined || session.waiting.has(packet.brokerCounter)) return;
    const bytes = packet.payload.length + OVERHEAD_BYTES;
    session.waiting.set(packet.brokerCounter, { packet: { ...packet }, bytes });
    session.bytes += bytes;
    totalBytes += bytes;
    if (session.waiting.size > limits.messages || session.bytes > limits.bytes) end(id);
    if (totalBytes > limits.totalBytes) makeRoom();
  }

  /** Messages that wait for a client that has come back, until none is left. What comes meanwhile waits behind them. [MQTT-4.6.0-6] */
  async function* unsent(client: Client, session: KeptSession): AsyncGenerator<StoredPacket> {
    let last: Promise<void> | undefined;
    do {
      last = undefined;
      for (const [key, waiting] of session.waiting) {
        if (waiting.sentTo === client) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.sentTo = client;
        session.written = { key, resolve };
        last = promise;
        yield waiting.packet;
      }
      await last;
    } while (last !== undefined);
    if (session.client === client) session.isCatchingUp = false;
  }

  const addSubscriptions = persistence.addSubscriptions.bind(persistence);
  Object.assign(persistence, {
    addSubscriptions: (client, subscriptions) =>
      addSubscriptions(
        client,
        subscriptions.filter(({ topic }) => isSubscribed(client, topic)),
      ),
    async outgoingEnqueue({ clientId }, packet) {
      enqueue(clientId, packet);
    },
    async outgoingEnqueueCombi(subscribers, packet) {
      for (const { clientId } of subscribers) enqueue(clientId, packet);
    },
    async outgoingUpdate(client, { cmd, brokerCounter, messageId }) {
      const session = find(client.id);
      const waiting = cmd === 'publish' ? session?.waiting.get(brokerCounter) : undefined;
      if (session === undefined || waiting === undefined || messageId === undefined) throw new Error('no such packet');
      waiting.packet.messageId = messageId;
      waiting.sentTo = client;
      session.sent.set(messageId, brokerCounter);
      // The broker writes the packet as soon as this has resolved.
      if (session.written?.key === brokerCounter) setImmediate(session.written.resolve);
    },
    async outgoingClearMessageId(client, { messageId }) {
      const session = find(client.id);
      const key = messageId === undefined ? undefined : session?.sent.get(messageId);
      if (session === undefined || messageId === undefined || key === undefined) return undefined;
      session.sent.delete(messageId);
      return forget(session, key);
    },
    outgoingStream(client) {
      const session = client.clean ? undefined : find(client.id);
      return session === undefined ? Readable.from([]) : Readable.from(unsent(client, session));
    },
  } satisfies Partial<WithStore['persistence']>);

  broker.on('client', (client) => {
    const session = client.clean ? undefined : find(client.id);
    if (session === undefined) return;
    away.delete(client.id);
    here.set(client.id, session);
    session.client = client;
  });
  broker.on('clientDisconnect', (client) => {
    const session = here.get(client.id);
    // Another connection may have taken the session over. [MQTT-3.1.4-2]
    if (session?.client !== client) return;
    delete session.client;
    here.delete(client.id);
    away.set(client.id, session);
    makeRoom();
  });

  return {
    admit(client, subject) {
      const session = find(client.id);
      if (session !== undefined && session.subject !== subject) return false;
      // A client that asks for a clean session discards the earlier one. [MQTT-3.1.2-6]
      if (client.clean) end(client.id);
      else if (!here.has(client.id)) {
        away.delete(client.id);
        away.set(client.id, session ?? newSession(subject));
        makeRoom();
      }
      const admitted = find(client.id);
      if (admitted !== undefined) admitted.isCatchingUp = true;
      return true;
    },
    forwards(client, { qos, brokerCounter, messageId }) {
      // Only a message that waited has an identifier by now.
      const session = client.clean || qos === 0 || messageId !== undefined ? undefined : find(client.id);
      if (session === undefined) return true;
      return !session.isCatchingUp && session.waiting.get(brokerCounter)?.sentTo !== client;
    },
    get size() {
      return { away: away.size, bytes: totalBytes };
    },
  };
}

function newSession(subject: string): KeptSession {
  return { subject, waiting: new Map(), sent: new Map(), bytes: 0, isCatchingUp: true };
}

import { buildSchema, GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Application, Listener, Message, ServerSettings } from '../bench/contract.ts';
import { Feed } from './feed.ts';
import { createWebServer, notFound } from './http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './listening.ts';

/** Names are as short as they can be, so that the protocol's framing is what is added to a message. */
const schema = buildSchema(`
  type Query { m: String }
  type Mutation { send(m: String!): Boolean! }
  type Subscription {
    "Answers and broadcasts. The first value is empty and says that the subscription is live."
    m: String!
  }
`);

/** What graphql-ws puts around a message on its way up. Text that JSON escapes takes more. */
const ENVELOPE_BYTES = 1_024;
const KEEP_ALIVE_MS = 12_000;

type MessageFeed = Feed<{ m: string }>;
interface Context {
  readonly feed: MessageFeed;
}

/** graphql-ws (`graphql-transport-ws`): a mutation up, a subscription down, on one WebSocket. */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const server = createWebServer(notFound);
  const sockets = trackSockets(server);
  const { messageBytes } = settings.limits;
  const maxPayload = messageBytes + ENVELOPE_BYTES;
  const wss = new WebSocketServer({ server, perMessageDeflate: false, maxPayload, maxFragments: 128 });
  const feeds = new Map<WebSocket, MessageFeed>();

  function broadcast(message: Message): void {
    const value = { m: String(message) };
    for (const feed of feeds.values()) feed.push(value);
  }

  const graphql = useServer(
    {
      schema,
      // The socket may have closed since its message came in.
      context: ({ extra }): Context => ({ feed: feeds.get(extra.socket) ?? new Feed() }),
      roots: {
        mutation: {
          async send({ m }: { m: string }, { feed }: Context) {
            if (Buffer.byteLength(m) > messageBytes) throw new GraphQLError('message too large (1009)');
            await application(m, (reply) => feed.push({ m: String(reply) }), broadcast);
            return true;
          },
        },
        subscription: {
          m: (_: unknown, { feed }: Context) => feed.subscribe({ m: '' }),
        },
      },
    },
    wss,
    KEEP_ALIVE_MS,
  );

  wss.on('connection', (socket) => {
    feeds.set(socket, new Feed());
    socket.once('close', () => feeds.delete(socket));
  });

  const port = await bind(server, settings);
  return {
    url: `ws://${authority(settings.host, port)}/graphql`,
    broadcast,
    effective: {
      heartbeat: `server pings every ${KEEP_ALIVE_MS} ms`,
      heartbeatSeconds: KEEP_ALIVE_MS / 1e3,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      subprotocol: 'graphql-transport-ws',
    },
    close: closingOnce(async () => {
      const closed = closeServer(server, sockets);
      await graphql.dispose();
      await closed;
    }),
  };
}

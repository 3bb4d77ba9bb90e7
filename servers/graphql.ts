import { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { WebSocket } from 'ws';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { adapterOf } from './shared/adapters/adapter.ts';
import type { SharedPubSub } from './shared/adapters/graphql.ts';
import { Authenticator, tokenOf, Unauthorized, whenExpired } from './shared/authenticator.ts';
import { watchBacklogs } from './shared/backlog.ts';
import {
  ENVELOPE_BYTES,
  eitherValue,
  GIVEN_ALREADY,
  KEEP_ALIVE_MS,
  type SubscriptionArguments,
  schemaOf,
  textValue,
  type Value,
} from './shared/graphql/graphql-schema.ts';
import { listenOverStreams } from './shared/graphql/graphql-streams.ts';
import { Feed } from './shared/http/feed.ts';
import { createWebServer, notFound, schemeOf } from './shared/http/http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './shared/listening.ts';
import { missedOnce } from './shared/log/resume.ts';
import { BASE64_GROWTH } from './shared/messages.ts';
import { acceptWebSockets, endSocket } from './shared/sockets.ts';
import { tokenBucket } from './shared/token-bucket.ts';

export { adapts } from './shared/adapters/adapter.ts';

interface Member {
  readonly feed: Feed<Value>;
  /** Takes a token for each message in its operations. */
  readonly take: () => boolean;
  readonly missed: ReturnType<typeof missedOnce>;
}

/**
 * graphql-ws (`graphql-transport-ws`): a mutation up, a subscription down, on one WebSocket; or with `over: 'sse'` graphql-sse. A
 * subscription with the argument `since` begins with what was missed. With the option `adapter` servers on WebSocket share what they
 * broadcast over Redis, and none of them can say what a client has missed: it may yet get it from another one.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  if (settings.options.over === 'sse') return listenOverStreams(application, settings, log);
  const wanted = adapterOf(settings);
  if (wanted === undefined) return listenOverWebSocket(application, settings, { log });
  const { openSharedPubSub } = await import('./shared/adapters/graphql.ts');
  const shared = await openSharedPubSub(wanted.backplane);
  try {
    return await listenOverWebSocket(application, settings, { log: undefined, shared });
  } catch (error) {
    shared.end();
    throw error;
  }
}

async function listenOverWebSocket(
  application: Application,
  settings: ServerSettings,
  { log, shared }: { readonly log: ReplayLog | undefined; readonly shared?: SharedPubSub },
): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const { heartbeatSeconds = KEEP_ALIVE_MS / 1e3 } = settings.options;
  const keepAliveMs = Number(heartbeatSeconds) * 1e3;
  const authenticator = new Authenticator(settings);
  const server = createWebServer(settings, notFound, authenticator);
  const sockets = trackSockets(server);
  const base64 = settings.options.base64 === true;
  const schema = schemaOf({ base64 });
  const valueWith = base64 ? eitherValue : textValue;
  const maxPayload = Math.ceil(messageBytes * (base64 ? BASE64_GROWTH : 1)) + ENVELOPE_BYTES;
  // The token comes with `connection_init`, because a browser cannot set headers of the handshake.
  const wss = acceptWebSockets(server, { authenticator, limits, maxPayload, tokenInHandshake: false });
  const members = new Map<WebSocket, Member>();
  const newMember = (): Member => ({ feed: new Feed(), take: tokenBucket(limits), missed: missedOnce(log) });

  function toMembers(message: Message): void {
    const value = valueWith(message);
    for (const { feed } of members.values()) feed.push(value);
  }
  const broadcast = shared?.publish ?? toMembers;

  type Context = Member & { readonly socket: WebSocket };

  async function receive(message: Message, { feed, socket, take }: Context): Promise<boolean> {
    // One operation may contain many messages.
    if (!take()) {
      endSocket(socket, 4429, 'Too many messages');
      throw new GraphQLError('too many messages');
    }
    if (Buffer.byteLength(message) > messageBytes) throw new GraphQLError('message too large (1009)');
    await application(message, (reply) => feed.push(valueWith(reply)), broadcast);
    return true;
  }

  function subscribe(
    { since }: SubscriptionArguments,
    { feed, socket, missed }: Context,
  ): AsyncIterableIterator<Value> {
    if (feed.size >= limits.subscriptions) {
      endSocket(socket, 4429, 'Too many subscriptions');
      throw new GraphQLError('too many subscriptions');
    }
    const records = missed(since ?? undefined);
    if (records === undefined) throw new GraphQLError(GIVEN_ALREADY);
    return feed.subscribe(textValue(''), ...records.map(({ message }) => valueWith(message)));
  }

  const graphql = useServer(
    {
      schema,
      connectionInitWaitTimeout: limits.handshakeMs,
      async onConnect({ connectionParams, extra: { socket } }) {
        if (authenticator.open) return true;
        const authorization = String(connectionParams?.authorization ?? '');
        try {
          const auth = await authenticator.admit(tokenOf({ headers: { authorization } }));
          socket.once(
            'close',
            whenExpired(auth, () => endSocket(socket, 4403, 'Forbidden')),
          );
          return true;
        } catch (error) {
          if (error instanceof Unauthorized) return false;
          throw error;
        }
      },
      // The socket may have closed since its message arrived.
      context: ({ extra: { socket } }): Context => ({
        socket,
        ...(members.get(socket) ?? newMember()),
      }),
      roots: {
        mutation: {
          send: ({ m }: { m: string }, context: Context) => receive(m, context),
          b: ({ m }: { m: string }, context: Context) => receive(Buffer.from(m, 'base64'), context),
        },
        subscription: {
          m: subscribe,
          b: subscribe,
        },
      },
    },
    wss,
    keepAliveMs,
  );

  wss.on('connection', (socket) => {
    members.set(socket, newMember());
    socket.once('close', () => members.delete(socket));
    // Counts packets of every kind: pings and refused subscriptions cost as much as messages.
    const take = tokenBucket(limits);
    socket.on('message', () => {
      if (!take()) endSocket(socket, 4429, 'Too many requests');
    });
  });

  await shared?.subscribe(toMembers);
  const port = await bind(server, settings);
  // A value waits in its feed until the previous one has been written.
  const stopWatching = watchBacklogs(
    limits,
    () => members.keys(),
    (socket) => members.get(socket)?.feed.waiting(({ length }) => length) ?? 0,
    (socket) => endSocket(socket, 1013, 'reads too slowly'),
  );
  return {
    url: `${schemeOf('ws', settings)}://${authority(settings.host, port)}/graphql`,
    broadcast,
    effective: {
      heartbeat: `server pings every ${keepAliveMs} ms`,
      heartbeatSeconds: keepAliveMs / 1e3,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      subprotocol: 'graphql-transport-ws',
      ...(shared === undefined ? {} : { adapter: shared.name }),
    },
    close: closingOnce(async () => {
      stopWatching();
      shared?.end();
      const closed = closeServer(server, sockets);
      await graphql.dispose();
      await closed;
    }),
  };
}

import { randomUUID } from 'node:crypto';
import { execute, GraphQLError, subscribe } from 'graphql';
import { createHandler } from 'graphql-sse';
import type { Application, Listener, Message, ReplayLog, ServerSettings } from '../../../bench/contract.ts';
import { type AuthContext, whenExpired } from '../authenticator.ts';
import { watchBacklogs } from '../backlog.ts';
import { Feed } from '../http/feed.ts';
import {
  createWebServer,
  notFound,
  refuseAndCut,
  schemeOf,
  sessionQuota,
  takeBody,
  type WebRequest,
  type WebResponse,
} from '../http/http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from '../listening.ts';
import { missedOnce } from '../log/resume.ts';
import { tokenBucket } from '../token-bucket.ts';
import {
  ENVELOPE_BYTES,
  GIVEN_ALREADY,
  KEEP_ALIVE_MS,
  type SubscriptionArguments,
  schemaOf,
  textValue,
  type Value,
} from './graphql-schema.ts';

const TOKEN_HEADER = 'x-graphql-event-stream-token';

/** Client that has reserved a stream, and the values for it. */
interface Member {
  readonly token: string;
  /** Owner of the stream; requests of other clients get 404. */
  readonly subject: string;
  readonly feed: Feed<Value>;
  /** Takes a token for each request. */
  readonly take: () => boolean;
  /** Takes a token for each message. */
  readonly takeMessage: () => boolean;
  readonly missed: ReturnType<typeof missedOnce>;
  response: WebResponse | undefined;
  /** Cancels the timers for an unopened stream and for the owner's token. */
  forget: () => void;
}

/**
 * GraphQL over Server-Sent Events (graphql-sse) in its single connection mode: PUT reserves a stream, GET opens it, each
 * operation is a POST, and all results come down on the one stream.
 */
export async function listenOverStreams(
  application: Application,
  settings: ServerSettings,
  log: ReplayLog | undefined,
): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const members = new Map<string, Member>();
  const refuseMore = sessionQuota(limits, 'too many streams');

  function broadcast(message: Message): void {
    const value = textValue(message);
    for (const { feed } of members.values()) feed.push(value);
  }

  const rootValue = {
    async send({ m }: { m: string }, { feed, takeMessage }: Member): Promise<boolean> {
      // One operation may contain many messages.
      if (!takeMessage()) throw new GraphQLError('too many messages');
      if (Buffer.byteLength(m) > messageBytes) throw new GraphQLError('message too large (413)');
      await application(m, (reply) => feed.push(textValue(reply)), broadcast);
      return true;
    },
    m({ since }: SubscriptionArguments, { feed, missed }: Member): AsyncIterableIterator<Value> {
      if (feed.size >= limits.subscriptions) throw new GraphQLError('too many subscriptions');
      const records = missed(since ?? undefined);
      if (records === undefined) throw new GraphQLError(GIVEN_ALREADY);
      return feed.subscribe(textValue(''), ...records.map(({ message }) => textValue(message)));
    },
  };
  const handle = createHandler<null, Member, Member & Record<PropertyKey, unknown>>({
    schema: schemaOf({ base64: false }),
    authenticate: ({ context }) => context.token,
    context: ({ context }) => ({ ...context }),
    execute: (args) => execute({ ...args, rootValue }),
    subscribe: (args) => subscribe({ ...args, rootValue }),
  });

  /** Passes a request to graphql-sse and its answer to the peer. */
  async function answer(
    member: Member,
    request: WebRequest,
    response: WebResponse,
    body: string | null,
  ): Promise<void> {
    const { method = '', url = '', headers } = request;
    const get = (name: string): string | undefined => headers[name]?.toString();
    const [content, { status, headers: fields = {} }] = await handle({
      method,
      url,
      headers: { get },
      body,
      raw: null,
      context: member,
    });
    if (response.destroyed) return;
    if (content === null || typeof content === 'string') {
      const length = Buffer.byteLength(content ?? '');
      response.writeHead(status, { ...fields, 'content-length': length });
      return void response.end(content ?? '');
    }
    member.response = response;
    const { 'content-type': contentType = '' } = fields;
    response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    response.once('close', () => void content.return());
    for await (const event of content) response.write(event);
    response.end();
  }

  function reserve(request: WebRequest, response: WebResponse, auth: AuthContext): void {
    if (refuseMore(request, response)) return;
    const member: Member = {
      token: randomUUID(),
      subject: auth.subject,
      feed: new Feed<Value>(),
      take: tokenBucket(limits),
      takeMessage: tokenBucket(limits),
      missed: missedOnce(log),
      response: undefined,
      forget: () => {},
    };
    members.set(member.token, member);
    const expiry = whenExpired(auth, () => end(member));
    const unused = setTimeout(() => member.response ?? end(member), limits.handshakeMs);
    member.forget = () => {
      expiry();
      clearTimeout(unused);
    };
    void answer(member, request, response, null);
  }

  /** Ends a stream. graphql-sse forgets a stream only when it ends, so one that was never opened is opened first. */
  function end(member: Member): void {
    if (!members.delete(member.token)) return;
    member.forget();
    if (member.response !== undefined) return void member.response.end();
    const get = (name: string): string | undefined => (name === 'accept' ? 'text/event-stream' : undefined);
    const opening = { method: 'GET', url: '/', headers: { get }, body: null, raw: null, context: member };
    void handle(opening).then(([content]) => (typeof content === 'string' ? undefined : content?.return()));
  }

  function open(member: Member, request: WebRequest, response: WebResponse): void {
    response.once('close', () => member.response === response && end(member));
    void answer(member, request, response, null);
  }

  const server = createWebServer(settings, (request, response, auth) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    if (path !== '/graphql') return notFound(request, response);
    if (request.method === 'PUT') return reserve(request, response, auth);
    const token = request.headers[TOKEN_HEADER] ?? new URLSearchParams(query).get('token');
    const member = members.get(String(token));
    const theirs = member?.subject === auth.subject ? member : undefined;
    if (theirs?.take() === false) return refuseAndCut(request, response, 429, 'too many operations');
    if (request.method === 'POST') {
      // Reads the body first, so that one that is too large is refused whoever sends it.
      return void takeBody(request, response, messageBytes + ENVELOPE_BYTES, async (body) => {
        if (theirs === undefined) notFound(request, response);
        else await answer(theirs, request, response, body.toString());
      });
    }
    if (theirs === undefined) return notFound(request, response);
    if (request.method === 'GET' && theirs.response === undefined) open(theirs, request, response);
    else void answer(theirs, request, response, null);
  });
  const sockets = trackSockets(server);

  const port = await bind(server, settings);
  const stopWatching = watchBacklogs(
    limits,
    () => members.values(),
    ({ response, feed }) => (response?.writableLength ?? 0) + feed.waiting(({ length }) => length),
    (member) => {
      member.response?.destroy();
      end(member);
    },
  );
  return {
    url: `${schemeOf('http', settings)}://${authority(settings.host, port)}/graphql`,
    broadcast,
    effective: {
      heartbeat: `a comment every ${KEEP_ALIVE_MS} ms`,
      heartbeatSeconds: KEEP_ALIVE_MS / 1e3,
      compression: false,
      tcpNoDelay: true,
      messageBytes,
      http: '1.1',
      mode: 'single connection',
    },
    close: closingOnce(() => {
      stopWatching();
      for (const member of members.values()) end(member);
      return closeServer(server, sockets);
    }),
  };
}

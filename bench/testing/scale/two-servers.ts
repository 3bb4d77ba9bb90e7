import { platform } from '../../../clients/platform/node.ts';
import { BROADCAST, senderPrefix, sequenceDigits } from '../../codec/header.ts';
import type { Encoding, Message, Receiver } from '../../contract.ts';
import { loopback } from '../../run/link.ts';
import { listenOnLoopback, startServer } from '../../run/processes.ts';
import { type OwnRedis, openRedis } from '../../run/scale/redis.ts';
import { loadClient, optionsOf, serverModule, type TransportChoice } from '../../transports/index.ts';
import { Kit } from '../kit.ts';

const SERVERS = 2;
/** Sessions at each server. */
const SESSIONS = 2;

/** Session at one of two servers, with everything that it received. */
export interface Member {
  /** Index of its server. */
  readonly server: number;
  readonly received: { readonly message: Message; readonly atMs: number }[];
  readonly losses: Error[];
  send(message: Message): void | Promise<void>;
}

/** Two server processes that are one service, the Redis that they share, and sessions at both. */
export interface TwoServers extends AsyncDisposable {
  readonly redis: OwnRedis;
  readonly members: readonly Member[];
  /** Rejects when one of the servers ends, with what it said. Never resolves. */
  ended(): Promise<never>;
}

const { signal } = new AbortController();
let services = 0;

/** Starts two servers of a variant that needs a Redis, and opens sessions at both. */
export async function twoServers(choice: TransportChoice, encoding: Encoding): Promise<TwoServers> {
  const opened = new AsyncDisposableStack();
  try {
    const redis = opened.use(await openRedis({ link: loopback(), core: undefined, signal }));
    const options = optionsOf(choice);
    const backplane = { url: redis.url, channel: `two-servers-${services++}` };
    const servers = Array.from({ length: SERVERS }, () => opened.use(startServer({ core: undefined })));
    const module = serverModule(choice.entry);
    const listening = await Promise.all(
      servers.map((server) => listenOnLoopback(server, { module, options, backplane }, signal)),
    );
    const client = await loadClient(choice.entry);
    const kit = opened.use(new Kit());
    const join = async (server: number): Promise<Member> => {
      const received: { message: Message; atMs: number }[] = [];
      const losses: Error[] = [];
      const receiver: Receiver = {
        message: (message) =>
          void received.push({
            message: typeof message === 'string' ? message : Uint8Array.from(message),
            atMs: performance.now(),
          }),
        unreadable: ({ kind }) => void losses.push(new Error(`${kind} arrived`)),
        lost: (reason) => void losses.push(reason),
      };
      const session = await kit.dial(client, listening[server]!.url, receiver, { options, platform, encoding });
      return { server, received, losses, send: session.send };
    };
    const indices = Array.from({ length: SERVERS * SESSIONS }, (_, index) => index % SERVERS);
    const members = await Promise.all(indices.map(join));
    const moved = opened.move();
    return {
      redis,
      members,
      ended: () => Promise.race(servers.map((server) => server.ended())),
      [Symbol.asyncDispose]: () => moved.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Broadcast of a sender, as text or bytes. */
export function broadcastOf(sender: number, sequence: number, encoding: Encoding): Message {
  const text = `${senderPrefix(BROADCAST, sender)}${sequenceDigits(sequence)} news, Grüße`;
  return encoding === 'text' ? text : new TextEncoder().encode(text);
}

import { connect, createServer, type Socket } from 'node:net';
import { test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { BROADCAST } from '../../codec/header.ts';
import { MemoryLog } from '../../codec/replay-log.ts';
import type { Listener } from '../../contract.ts';
import { LoadGenerator, type Recovered } from '../../run/generator.ts';
import { Kit, within } from '../../testing/kit.ts';
import { subjects } from '../../testing/subjects.ts';
import {
  capabilitiesOf,
  clientModule,
  findTransport,
  loadServer,
  optionsOf,
  type TransportChoice,
} from '../../transports/index.ts';
import { systemTimers } from '../clock.ts';
import { Messages } from '../messages.ts';
import type { RecoveryOrder } from '../protocol.ts';

const CLIENTS = 8;
const WORKERS = 2;
const COUNT = 80;
const INTERVAL_MS = 25;
/** Messages before the server goes, and before it is there again. */
const GONE_AT = 20;
const BACK_AT = 30;
const EPOCH = 'abcdefgh';
const SIZE = 64;
/** Time from the last message until the observation ends: three attempts that fail fit in. */
const REST_SECONDS = 5;

const ws = findTransport('ws')!.entry;

/** Server with a log that is stopped and started again on one port. */
interface Restartable {
  readonly url: string;
  start(): Promise<void>;
  /** Says goodbye to all, and leaves the port. */
  stop(): Promise<void>;
  /** Appends a message to the log, and sends it to all sessions if the server runs. */
  publish(message: string): void;
}

/** Server of a transport, in this process. */
async function serverOf(kit: Kit, { entry, variant }: TransportChoice): Promise<Restartable> {
  const module = await loadServer(entry);
  const log = new MemoryLog(EPOCH);
  let listener: Listener | undefined;
  let url = '';
  return {
    get url() {
      return url;
    },
    async start() {
      const port = url === '' ? 0 : Number(new URL(url).port);
      listener = await kit.listen(module, { port, log, options: optionsOf({ entry, variant }) });
      url = listener.url;
    },
    async stop() {
      await listener?.close();
      listener = undefined;
    },
    publish(message) {
      const { id } = log.append(message);
      void listener?.broadcast(message, id);
    },
  };
}

/** Server that shares no code with those of the transports, and counts what it sends. A session gets what follows its cursor. */
class CountingServer implements Restartable {
  readonly #log: string[] = [];
  #server: WebSocketServer | undefined;
  #port = 0;
  /** Number of messages sent to sessions, but for those below `/raw`. */
  sent = 0;

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/`;
  }

  async start(): Promise<void> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: this.#port });
    server.on('connection', (socket, request) => {
      const { pathname, searchParams } = new URL(request.url!, this.url);
      const since = searchParams.get('since');
      // The offset may be −1, of the place before the first message.
      const missed = since === null ? [] : this.#log.slice(Number(since.slice(EPOCH.length + 1)) + 1);
      for (const message of missed) socket.send(message);
      if (pathname !== '/raw') this.sent += missed.length;
      socket.on('error', () => {});
      Object.assign(socket, { isRaw: pathname === '/raw' });
    });
    await new Promise<void>((resolve) => void server.once('listening', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  publish(message: string): void {
    this.#log.push(message);
    for (const socket of this.#server?.clients ?? []) {
      if (socket.readyState !== WebSocket.OPEN) continue;
      socket.send(message);
      if (!('isRaw' in socket && socket.isRaw === true)) this.sent++;
    }
  }

  /** Everything sent before arrives. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of server?.clients ?? []) socket.close(1001);
    await new Promise<void>((resolve) => void (server === undefined ? resolve() : server.close(() => resolve())));
  }
}

/** Reads a server's messages with `ws` alone, and connects again whenever its connection ends: returns the numbers of messages. */
function readRaw(kit: Kit, url: string): readonly number[] {
  const numbers: number[] = [];
  let ended = false;
  let socket: WebSocket | undefined;
  const connect = (): void => {
    if (ended) return;
    const last = numbers.at(-1) ?? -1;
    socket = new WebSocket(`${url}raw?since=${EPOCH}-${last}`);
    // Seven hexadecimal digits after an opcode and four digits of the sender.
    socket.on('message', (data: Buffer) => numbers.push(Number.parseInt(data.toString('latin1', 5, 12), 16)));
    socket.on('error', () => {});
    socket.on('close', () => setImmediate(connect));
  };
  connect();
  kit.defer(() => {
    ended = true;
    socket?.terminate();
  });
  return numbers;
}

type HowToReturn = Pick<RecoveryOrder, 'policy' | 'resume'> & Partial<Pick<RecoveryOrder, 'silenceSeconds'>>;

/** Lets sessions of real load workers receive what is published while a server that listens goes and comes back. */
async function recovered(
  kit: Kit,
  server: Restartable,
  { entry, variant }: TransportChoice,
  policy: HowToReturn,
): Promise<Recovered & { readonly order: RecoveryOrder }> {
  const { signal } = new AbortController();
  const generator = kit.use(new LoadGenerator({ workers: WORKERS, clients: CLIENTS, signal }));
  const message = { encoding: 'text', size: SIZE, seed: 1, opcode: BROADCAST } as const;
  const options = optionsOf({ entry, variant });
  const common = { urls: [server.url], options, reaches: 'everyone', pace: 'sleep' } as const;
  const sessions = { ...message, ...common, module: clientModule(entry) };
  await generator.open(sessions, { until: CLIENTS, inFlight: 2 });
  const startNs = generator.nowNs + 5e8;
  const order: RecoveryOrder = {
    order: 'recovery',
    startNs,
    intervalNs: INTERVAL_MS * 1e6,
    count: COUNT,
    sender: CLIENTS,
    epoch: EPOCH,
    endNs: startNs + COUNT * INTERVAL_MS * 1e6 + REST_SECONDS * 1e9,
    silenceSeconds: 3,
    attemptSeconds: 5,
    ...policy,
  };
  const timers = systemTimers(() => generator.nowNs);
  const recovering = generator.recovery(order);
  const messages = new Messages({ ...message, senders: CLIENTS + 1 });
  for (let sequence = 0; sequence < COUNT; sequence++) {
    await new Promise<void>((resolve) => void timers.at(startNs + sequence * order.intervalNs, resolve));
    if (sequence === GONE_AT) await server.stop();
    if (sequence === BACK_AT) await server.start();
    server.publish(String(messages.build(CLIENTS, sequence)));
  }
  return { ...(await within(recovering, 'the observation to end')), order };
}

const allNumbers = Array.from({ length: COUNT }, (_, sequence) => sequence);

/** Starts a counting server with a raw reader, and lets sessions of `ws` recover. */
async function counted(kit: Kit, policy: HowToReturn) {
  const server = new CountingServer();
  await server.start();
  kit.defer(() => server.stop());
  const raw = readRaw(kit, server.url);
  return { ...(await recovered(kit, server, { entry: ws, variant: null }, policy)), raw, sent: server.sent };
}

test.concurrent('with a cursor every session gets every message once, as a reader does that shares no code with ours', async ({
  expect,
}) => {
  await using kit = new Kit();
  const { sessions, recording, raw, sent, order } = await counted(kit, { policy: 'managed', resume: 'log' });
  expect(raw).toEqual(allNumbers);
  expect(sessions.map(({ sender }) => sender)).toEqual(Array.from({ length: CLIENTS }, (_, sender) => sender));
  for (const { events, arrivedNs, duplicated, reordered, corrupt } of sessions) {
    expect(raw.filter((sequence) => arrivedNs[sequence] === null)).toEqual([]);
    expect([arrivedNs.length, duplicated, reordered, corrupt]).toEqual([raw.length, 0, 0, 0]);
    const [lost, ...then] = events.map(({ what }) => what);
    expect(lost).toBe('lost');
    expect(then.join(' ')).toMatch(/^(?:attempt failed )*attempt usable$/);
    const usable = events.find(({ what }) => what === 'usable')!;
    // No message came while there was no connection: the last before the loss precedes it, those missed follow the attempt.
    expect(events[0]!.atNs).toBeGreaterThan(arrivedNs[GONE_AT - 1]!);
    expect(arrivedNs[GONE_AT]).toBeGreaterThan(events.at(-2)!.atNs);
    expect(usable.atNs).toBeLessThan(order.endNs);
  }
  const { delivered, duplicated, unexpected, early, errors } = recording;
  expect({ delivered, duplicated, unexpected, early, errors }).toEqual({
    delivered: sent,
    duplicated: 0,
    unexpected: 0,
    early: 0,
    errors: {},
  });
  expect(sent).toBe(CLIENTS * COUNT);
});

test.concurrent('without a cursor what was published meanwhile is lost, and the rest is what the server sent', async ({
  expect,
}) => {
  await using kit = new Kit();
  const { sessions, recording, raw, sent } = await counted(kit, { policy: 'managed', resume: 'none' });
  expect(raw).toEqual(allNumbers);
  const arrived = sessions.map(({ arrivedNs }) => arrivedNs.filter((atNs) => atNs !== null).length);
  expect(arrived.reduce((sum, count) => sum + count, 0)).toBe(sent);
  expect(recording).toMatchObject({ delivered: sent, duplicated: 0, reordered: 0, errors: {} });
  for (const { arrivedNs, events } of sessions) {
    const missing = raw.filter((sequence) => arrivedNs[sequence] === null);
    expect(missing.length).toBeGreaterThanOrEqual(BACK_AT - GONE_AT);
    // One gap, from the server's end to the session's return.
    expect(missing).toEqual(missing.map((_, index) => GONE_AT + index));
    expect(events.at(-1)?.what).toBe('usable');
  }
});

test.concurrent('a client whose library does not reconnect is lost for good if that is the policy', async ({
  expect,
}) => {
  await using kit = new Kit();
  const { sessions, recording, sent } = await counted(kit, { policy: 'library', resume: 'none' });
  expect(sent).toBe(CLIENTS * GONE_AT);
  expect(recording.delivered).toBe(sent);
  for (const { events } of sessions) expect(events.map(({ what }) => what)).toEqual(['lost']);
});

/**
 * Transports whose server can be restarted within this process. A native one frees its port when its objects are collected;
 * bench/run/recovery/faults.link.test.ts restarts its process.
 */
const resuming = (await subjects()).filter(
  (subject) =>
    subject.variant === null &&
    subject.entry.native !== true &&
    capabilitiesOf(subject).resumeEndsWithServer !== true &&
    (capabilitiesOf(subject).resume ?? 'none') !== 'none',
);

test.concurrent.for(resuming)(
  '$name comes back from a restart of its server without a loss or a duplicate',
  async (subject, { expect, skip }) => {
    if (subject.unavailable !== undefined) skip(subject.unavailable);
    await using kit = new Kit();
    const server = await serverOf(kit, subject);
    await server.start();
    const { resume = 'none' } = capabilitiesOf(subject);
    const { sessions, recording } = await recovered(kit, server, subject, { policy: 'managed', resume });
    for (const { events, arrivedNs, duplicated, reordered } of sessions) {
      expect(allNumbers.filter((sequence) => arrivedNs[sequence] === null)).toEqual([]);
      expect([duplicated, reordered]).toEqual([0, 0]);
      expect(events.map(({ what }) => what)).toContain('attempt');
      expect(events.at(-1)?.what).toBe('usable');
    }
    expect(recording).toMatchObject({ delivered: CLIENTS * COUNT, unexpected: 0, early: 0, errors: {} });
  },
);

test.concurrent('a session that is silent comes back, and what its old connection brings at last is no duplicate', async ({
  expect,
}) => {
  await using kit = new Kit();
  const server = await serverOf(kit, { entry: ws, variant: null });
  await server.start();
  const path = await pathTo(kit, server.url);
  const dead: Restartable = {
    url: path.url,
    // Every session has left its connection before the path is back.
    start: () => path.flowOnceAsked(CLIENTS),
    stop: async () => path.hold(),
    publish: (message) => server.publish(message),
  };
  const policy = { policy: 'managed', resume: 'log', silenceSeconds: SILENCE_SECONDS } as const;
  const { sessions, recording } = await recovered(kit, dead, { entry: ws, variant: null }, policy);
  for (const { events, arrivedNs, duplicated, reordered, late } of sessions) {
    expect(events[0]).toMatchObject({ what: 'silent', reason: `nothing arrived for ${SILENCE_SECONDS} s` });
    expect(events.at(-1)?.what).toBe('usable');
    expect(allNumbers.filter((sequence) => arrivedNs[sequence] === null)).toEqual([]);
    expect([duplicated, reordered]).toEqual([0, 0]);
    expect(late).toBeGreaterThan(0);
  }
  expect(recording).toMatchObject({ delivered: CLIENTS * COUNT, errors: {} });
});

/** Time of silence: twelve messages. */
const SILENCE_SECONDS = 0.3;

/** Path to a server that can hold everything back, as a dead one does whose peers go on sending again. */
async function pathTo(kit: Kit, url: string) {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  let held = false;
  /** Number of connections that were opened while everything is held back, and what waits for them. */
  let asked = 0;
  let look = (): void => {};
  const relay = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
      if (held) hold(socket);
    }
    if (!held) return;
    asked++;
    look();
  });
  const hold = (socket: Socket): void => {
    socket.pause();
    socket.cork();
  };
  await new Promise<void>((resolve) => void relay.listen(0, '127.0.0.1', resolve));
  kit.defer(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => void relay.close(() => resolve()));
  });
  const address = relay.address();
  return {
    url: url.replace(port, String(typeof address === 'object' && address !== null ? address.port : 0)),
    hold() {
      held = true;
      for (const socket of sockets) hold(socket);
    },
    /** Lets everything pass again after a number of new connections. */
    async flowOnceAsked(count: number) {
      await new Promise<void>((resolve) => {
        look = () => {
          if (asked >= count) resolve();
        };
        look();
      });
      held = false;
      for (const socket of sockets) {
        socket.uncork();
        socket.resume();
      }
    },
  };
}

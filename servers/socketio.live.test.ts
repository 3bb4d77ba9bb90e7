import { get } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import { describe, expect, test } from 'vitest';
import { MemoryLog } from '../bench/codec/replay-log.ts';
import type { Listener } from '../bench/contract.ts';
import { usualLimits } from '../bench/limits.ts';
import { makeMint } from '../bench/security/tokens.ts';
import { Kit } from '../bench/testing/kit.ts';
import * as server from './socketio.ts';

const limits = usualLimits(1_000);

test.each([[undefined], [null], [42], [{ length: 20 }], [['a']]])(
  'an event whose argument is %j ends its session and no other',
  async (argument) => {
    await using kit = new Kit();
    const { url } = await kit.listen(server, { limits });
    const open = () => {
      const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
      kit.defer(() => socket.disconnect());
      return socket;
    };
    const [offender, bystander] = [open(), open()];
    await new Promise<void>((resolve) => bystander.on('connect', resolve));
    const gone = new Promise((resolve) => offender.on('disconnect', resolve));
    const answered: unknown[] = [];
    offender.on('m', (message) => answered.push(message));
    if (argument === undefined) offender.emit('m');
    else offender.emit('m', argument);
    await gone;
    expect(answered).toEqual([]);
    const echo = new Promise((resolve) => bystander.on('m', resolve));
    bystander.emit('m', 'still here');
    expect(await echo).toBe('still here');
  },
);

test('a POST over the limit is answered with 413, and its session is over', async () => {
  await using kit = new Kit();
  const listener = await kit.listen(server, { options: { transport: 'polling' }, limits });
  const url = `${listener.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
  const session = `${url}&sid=${sid}`;
  const post = async (body: string) => (await fetch(session, { method: 'POST', body })).status;
  expect(await post('40')).toBe(200);
  expect(await post(`42["m","${'x'.repeat(10_000)}"]`)).toBe(413);
  expect(await post('42["m","hello"]')).toBe(400);
});

test('a WebSocket where there is polling alone is refused, not kept waiting', async () => {
  await using kit = new Kit();
  const listener = await kit.listen(server, { options: { transport: 'polling' }, limits });
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = get(`${listener.url}/socket.io/?EIO=4&transport=websocket`, { headers, agent: false });
    asked.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });
  expect(status).toBe(400);
});

describe('connection state recovery', () => {
  interface Packet {
    readonly type: number;
    readonly data?: unknown;
  }

  /** Opens a plain client. Resolves with all its packets once it has joined or was refused. */
  async function join(kit: Kit, url: string, auth: object, options: object = {}) {
    const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth, ...options });
    kit.defer(() => socket.disconnect());
    const packets: Packet[] = [];
    socket.io.on('packet', (packet) => packets.push(packet));
    const reason = await new Promise<string>((resolve) => {
      socket.on('connect', () => resolve('joined')).on('connect_error', ({ message }) => resolve(message));
    });
    return { socket, packets, reason };
  }

  const events = (packets: readonly Packet[]): unknown[] =>
    packets.filter(({ type }) => type === 2).map(({ data }) => data);

  async function broadcast(log: MemoryLog, listener: Listener, text: string): Promise<void> {
    const { id, message } = log.append(text);
    await listener.broadcast(message, id);
  }

  const has = (socket: Socket, text: string): Promise<void> =>
    new Promise((resolve) => socket.on('m', (message) => message === text && resolve()));

  /** Cuts a client off and broadcasts what it misses. Returns the packet that it brings when it comes back. */
  async function missing(kit: Kit, log: MemoryLog, listener: Listener, auth: object): Promise<object> {
    const { socket, packets } = await join(kit, listener.url, auth);
    const received = has(socket, 'before');
    await broadcast(log, listener, 'before');
    await received;
    const bystander = await join(kit, listener.url, auth);
    const gone = new Promise((resolve) => socket.on('disconnect', resolve));
    socket.io.engine.close();
    await gone;
    // The server has noticed the end of the one by the time at which it has echoed to the other.
    const echoed = has(bystander.socket, 'marker');
    bystander.socket.emit('m', 'marker');
    await echoed;
    await broadcast(log, listener, 'missed');
    const { pid } = Object(packets.find(({ type }) => type === 0)?.data) as { pid?: string };
    const [[, , offset] = []] = events(packets) as string[][];
    return { ...auth, pid, offset };
  }

  test('adds nothing to a packet where there is no log', async () => {
    await using kit = new Kit();
    const { socket, packets } = await join(kit, (await kit.listen(server, { limits })).url, {});
    const echoed = has(socket, 'hello');
    socket.emit('m', 'hello');
    await echoed;
    expect(packets.map(({ data }) => data)).toEqual([{ sid: expect.any(String) }, ['m', 'hello']]);
  });

  test('gives a client that comes back what it missed, once', async () => {
    await using kit = new Kit();
    const log = new MemoryLog('qhzkwmda');
    const listener = await kit.listen(server, { limits, log });
    const back = await join(kit, listener.url, await missing(kit, log, listener, {}));
    expect(events(back.packets)).toEqual([['m', 'missed', expect.any(String)]]);
  });

  test('belongs to the subject that the session began with, and needs a good token before anything is sent', async () => {
    await using kit = new Kit();
    const mint = await makeMint('HS256');
    const log = new MemoryLog('qhzkwmda');
    const listener = await kit.listen(server, { limits, log, tokens: mint.rules });
    const [own, other] = [await mint.issue('owner', 60), await mint.issue('other', 60)];
    const bringing = await missing(kit, log, listener, { token: own });
    // Admitted before, so that the session is not simply a new one.
    expect((await join(kit, listener.url, { token: other })).reason).toBe('joined');
    for (const token of [undefined, 'nonsense', `${own.slice(0, -4)}AAAA`]) {
      const stranger = await join(kit, listener.url, { ...bringing, token });
      expect(stranger.reason).toMatch(/token/);
      expect(events(stranger.packets)).toEqual([]);
    }
    expect((await join(kit, listener.url, { ...bringing, token: other })).reason).toBe(
      'the token is not valid for this session',
    );
    const back = await join(kit, listener.url, bringing);
    expect(events(back.packets)).toEqual([['m', 'missed', expect.any(String)]]);
  });
});

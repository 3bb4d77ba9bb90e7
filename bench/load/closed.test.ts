import { expect, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import type { Message } from '../contract.ts';
import { ClosedLoop } from './closed.ts';
import { decode } from './histogram.ts';
import { Messages } from './messages.ts';
import type { ClosedOrder, ConnectOrder } from './protocol.ts';
import { LoadSession } from './session.ts';

const CLIENTS = 3;
const order: ConnectOrder = {
  order: 'connect',
  module: '',
  urls: [''],
  options: {},
  encoding: 'text',
  size: 16,
  seed: 1,
  run: 'ab-_',
  opcode: ECHO,
  reaches: 'sender',
  inFlight: 1,
  clients: CLIENTS,
  worker: 0,
  workers: 1,
  originNs: '0',
};

/** Loop whose messages wait in `underWay` until the test returns them, on a clock that the test advances. */
function loopOf(maxMessages?: number) {
  let nowNs = 0;
  const underWay: [LoadSession, Message][] = [];
  const sessions = Array.from({ length: CLIENTS }, (_, sender) => {
    const session = new LoadSession(sender, sender, () => nowNs);
    session.session = { send: (message) => void underWay.push([session, message]), close: async () => {} };
    return session;
  });
  const messages = new Messages({ ...order, senders: CLIENTS });
  const phase: ClosedOrder = {
    order: 'closed',
    first: 0,
    seconds: 1,
    drainSeconds: 0,
    ...(maxMessages === undefined ? {} : { maxMessages }),
  };
  const loop = new ClosedLoop(order, phase, {
    sessions,
    messages,
    clock: () => nowNs,
  });
  for (const session of sessions) session.recordTo(loop.recorder);
  const comeBack = (afterNs: number, count = underWay.length): void => {
    for (const [session, message] of underWay.splice(0, count)) {
      nowNs += afterNs;
      session.message(message);
    }
  };
  return { loop, underWay, comeBack };
}

const usage = { due: 0, cpuSeconds: 0, rssBytes: 0, rssStartBytes: 0, seconds: 0, loopDelayP99Seconds: 0, busy: 0 };

test('a session sends again when its echo arrives, and never has two messages under way', () => {
  const { loop, underWay, comeBack } = loopOf();
  loop.start(1e9);
  expect(underWay).toHaveLength(CLIENTS);
  for (let round = 0; round < 5; round++) {
    comeBack(1_000);
    expect(new Set(underWay.map(([session]) => session)).size).toBe(CLIENTS);
  }
  expect(loop.recorder.sent).toBe(6 * CLIENTS);
  expect(loop.recorder.delivered).toBe(5 * CLIENTS);
});

test('nothing is sent after the end, and what is under way still counts', () => {
  const { loop, underWay, comeBack } = loopOf();
  loop.start(2_500);
  comeBack(1_000);
  expect(underWay).toHaveLength(2);
  expect(loop.done).toBe(true);
  comeBack(1_000);
  expect(underWay).toHaveLength(0);
  expect(loop.recorder.delivered).toBe(loop.recorder.sent);
});

test('a session that is ahead of the others by any distance keeps its service times', () => {
  const { loop, underWay, comeBack } = loopOf();
  loop.start(1e12);
  // Only the first session's messages come back.
  for (let round = 0; round < 200_000; round++) {
    const own = underWay.findIndex(([session]) => session.sender === 0);
    const [mine] = underWay.splice(own, 1);
    underWay.unshift(mine!);
    comeBack(1_000, 1);
  }
  comeBack(1_000);
  const service = decode(loop.recorder.finish(usage).service);
  expect(service.totalCount).toBe(200_003);
  expect(service.getValueAtPercentile(50)).toBeCloseTo(1_000, -1);
});

test('no session sends more than it may', () => {
  const { loop, underWay, comeBack } = loopOf(2);
  loop.start(1e9);
  for (let round = 0; round < 4; round++) comeBack(10);
  expect(loop.done).toBe(true);
  expect(underWay).toHaveLength(0);
  expect(loop.recorder.sent).toBe(2 * CLIENTS);
  expect(loop.following).toBe(2 * CLIENTS);
  expect(decode(loop.recorder.finish(usage).response).totalCount).toBe(0);
});

test('a message of another run answers nothing', () => {
  const { loop, underWay } = loopOf();
  loop.start(1e9);
  underWay[0]![0].message('EAAAA0000001zzzz');
  expect(underWay).toHaveLength(CLIENTS);
  expect(loop.recorder.sent).toBe(CLIENTS);
  expect(loop.recorder.finish(usage)).toMatchObject({ foreign: 1, corrupt: 0, unexpected: 0 });
});

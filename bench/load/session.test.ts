import { expect, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import { Unwrapper } from './answers/answers.ts';
import { decode } from './histogram.ts';
import { Messages } from './messages.ts';
import { Recorder } from './recorder.ts';
import { scheduleOf } from './schedule.ts';
import { LoadSession } from './session.ts';

const usage = { due: 0, cpuSeconds: 0, rssBytes: 0, rssStartBytes: 0, seconds: 0, loopDelayP99Seconds: 0, busy: 0 };

const messagesOf = (run: string, seed: number): Messages =>
  new Messages({ seed, size: 64, encoding: 'text', opcode: ECHO, senders: 1, run });

/** Recorder of a phase of one session, whose message `first` is due at second 0, and one more each hundredth. */
const recorderOf = (messages: Messages, first: number): Recorder =>
  new Recorder({
    schedule: scheduleOf({ first, clients: 1, rate: 100, seconds: 1, startNs: 0 }),
    messages,
    sessions: 1,
    reaches: 'everyone',
    loop: 'open',
    senderOf: () => 0,
    worker: 0,
    workers: 1,
  });

test('what another run sends is neither a greeting nor corrupt, with the form of answers too', () => {
  const [ours, theirs] = [messagesOf('ours', 1), messagesOf('them', 2)];
  const answers = new Unwrapper({ prefix: 'Echo: ', suffix: '', greetings: 1 }, 'text');
  const session = new LoadSession(0, 0, () => 2e9, { form: { answers, messages: ours } });
  const recorder = recorderOf(ours, 0);
  session.recordTo(recorder);
  for (const arrival of [theirs.build(0, 5), 'welcome', ours.build(0, 0), theirs.build(0, 6), ours.build(0, 1)]) {
    session.message(arrival === 'welcome' ? arrival : `Echo: ${String(arrival)}`);
  }
  session.message(String(ours.build(0, 2)));
  expect(recorder.finish(usage)).toMatchObject({ delivered: 2, foreign: 2, corrupt: 1, unexpected: 0 });
});

test('a session that is ready for a phase keeps its messages until the phase is known, and no others', () => {
  const messages = messagesOf('ours', 1);
  let nowNs = 0;
  const session = new LoadSession(0, 0, () => nowNs);
  const binary = new Messages({ seed: 1, size: 64, encoding: 'binary', opcode: ECHO, senders: 1 });
  session.message(messages.build(0, 10));
  session.prepare();
  for (const [sequence, atNs] of [
    [9, 1e6],
    [10, 2e6],
    [11, 12e6],
  ] as const) {
    nowNs = atNs;
    session.message(messages.build(0, sequence));
  }
  session.message(binary.build(0, 12));
  nowNs = 80e6;
  const recorder = recorderOf(messages, 10);
  session.recordTo(recorder);
  session.message(messages.build(0, 12));
  const recording = recorder.finish(usage);
  expect(recording).toMatchObject({ delivered: 3, duplicated: 0, unexpected: 0, corrupt: 0, backlog: 0, early: 0 });
  // Message 10 was due at 0 and came at 2 ms, message 12 was due at 20 ms and came at 80 ms.
  expect(decode(recording.response).getValueAtPercentile(1) / 1e6).toBeCloseTo(2, 1);
  expect(decode(recording.response).maxValue / 1e6).toBeCloseTo(60, 0);
});

test('bytes that are kept for a phase are copied', () => {
  const messages = new Messages({ seed: 1, size: 64, encoding: 'binary', opcode: ECHO, senders: 1 });
  const session = new LoadSession(0, 0, () => 1e6);
  session.prepare();
  const bytes = messages.build(0, 0) as Buffer;
  session.message(bytes);
  bytes.fill(0);
  const recorder = recorderOf(messages, 0);
  session.recordTo(recorder);
  expect(recorder.finish(usage)).toMatchObject({ delivered: 1, corrupt: 0 });
});

test('a session that its library reconnects cannot send meanwhile, and a recovery learns of it', () => {
  const messages = messagesOf('', 1);
  const session = new LoadSession(0, 0, () => 0);
  session.session = { send: () => {}, close: async () => {} };
  const recorder = recorderOf(messages, 0);
  session.recordTo(recorder);
  session.interrupted(new Error('transport close'));
  expect(session.usable).toBe(false);
  session.resumed({ replayed: false });
  expect(session.usable).toBe(true);
  session.interrupted(new Error('transport close'));
  const told: string[] = [];
  session.passTo({
    message: () => told.push('message'),
    unreadable: () => told.push('unreadable'),
    lost: ({ message }) => told.push(`lost: ${message}`),
    interrupted: ({ message }) => told.push(`interrupted: ${message}`),
    resumed: ({ replayed }) => told.push(`resumed: ${replayed}`),
  });
  session.message(messages.build(0, 0));
  session.unreadable({ kind: 'a ping', length: 0, head: '' });
  session.resumed({ replayed: true });
  session.interrupted(new Error('ping timeout'));
  session.lost(new Error('gave up'));
  expect(told).toEqual([
    'interrupted: transport close',
    'message',
    'unreadable',
    'resumed: true',
    'interrupted: ping timeout',
    'lost: gave up',
  ]);
  expect(recorder.finish(usage)).toMatchObject({ delivered: 0, errors: { 'session interrupted: transport close': 2 } });
});

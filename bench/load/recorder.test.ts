import { expect, test } from 'vitest';
import { BROADCAST, ECHO } from '../codec/header.ts';
import { decode } from './histogram.ts';
import { Messages } from './messages.ts';
import { Recorder, type Share } from './recorder.ts';
import { combine, type Recording } from './recording.ts';
import { dueNs, scheduleOf } from './schedule.ts';

const CLIENTS = 4;
const SECONDS = 0.1;
const usage = { due: 0, cpuSeconds: 0, rssBytes: 0, rssStartBytes: 0, seconds: 0, loopDelayP99Seconds: 0, busy: 0 };

function shareOf(reaches: 'sender' | 'everyone', first = 8): Share {
  const schedule = scheduleOf({ first, clients: CLIENTS, rate: 1_000, seconds: SECONDS, startNs: 1e9 });
  const opcode = reaches === 'sender' ? ECHO : BROADCAST;
  const messages = new Messages({ seed: 1, size: 32, encoding: 'text', opcode, senders: CLIENTS });
  return { schedule, messages, sessions: CLIENTS, reaches, loop: 'open', senderOf: (session) => session };
}

test('response counts from the due time, service from the sending, lag is what lies between', () => {
  const share = shareOf('sender');
  const recorder = new Recorder(share);
  const { first, count } = share.schedule;
  for (let number = first; number < first + count; number++) {
    const due = dueNs(share.schedule, number);
    recorder.sending(number, due + 200_000);
    const [sender, sequence] = [number % CLIENTS, Math.floor(number / CLIENTS)];
    recorder.received(sender, share.messages.build(sender, sequence), due + 1_000_000);
  }
  const recording = recorder.finish(usage);
  expect(recording).toMatchObject({
    sent: 100,
    onTime: 100,
    delivered: 100,
    duplicated: 0,
    reordered: 0,
    corrupt: 0,
    unexpected: 0,
  });
  const at = (name: 'response' | 'service' | 'lag') => decode(recording[name]).getValueAtPercentile(50);
  expect(at('response') / 1e6).toBeCloseTo(1, 2);
  expect(at('service') / 1e6).toBeCloseTo(0.8, 2);
  expect(at('lag') / 1e6).toBeCloseTo(0.2, 2);
  expect(decode(recording.response).totalCount).toBe(100);
});

test('late sends are counted as not on time', () => {
  const share = shareOf('sender');
  const recorder = new Recorder(share);
  recorder.sending(8, dueNs(share.schedule, 8) + 4_999_999);
  recorder.sending(9, dueNs(share.schedule, 9) + 5_000_001);
  expect(recorder.finish(usage)).toMatchObject({ sent: 2, onTime: 1 });
});

test('what is damaged, foreign, early or repeated is told apart and never delivered', () => {
  const share = shareOf('sender');
  const recorder = new Recorder(share);
  const nowNs = 2e9;
  const good = String(share.messages.build(0, 2));
  recorder.received(0, good, nowNs);
  recorder.received(0, good, nowNs); // again
  recorder.received(1, good, nowNs); // another session's
  recorder.received(0, share.messages.build(0, 1), nowNs); // of the phase before
  recorder.received(0, share.messages.build(0, 27), nowNs); // beyond the last
  recorder.received(0, `${good.slice(0, -1)}!`, nowNs); // filler
  recorder.received(0, good.slice(0, -1), nowNs); // length
  recorder.received(0, 'B00000000002hello', nowNs); // opcode
  recorder.received(0, share.messages.build(0, 3), 0); // before its due time
  const counts = { delivered: 2, duplicated: 1, unexpected: 3, corrupt: 3, early: 1 };
  expect(recorder.finish(usage)).toMatchObject(counts);
  expect(recorder.arrivals).toBe(2 + 1 + 3 + 3);
});

test('a digit changed in the header is found as corruption', () => {
  const share = shareOf('sender');
  const good = String(share.messages.build(1, 2));
  for (let at = 1; at < 12; at++) {
    for (const digit of '0123456789abcdef') {
      if (good[at] === digit) continue;
      expect(share.messages.isSound(good.slice(0, at) + digit + good.slice(at + 1))).toBe(false);
    }
  }
  expect(share.messages.isSound(good)).toBe(true);
});

test('a broadcast is expected at every session, and the last arrival closes the message', () => {
  const share = shareOf('everyone');
  const recorder = new Recorder(share);
  for (let session = 0; session < CLIENTS; session++) {
    recorder.received(session, share.messages.build(1, 2), dueNs(share.schedule, 9) + (session + 1) * 1e6);
  }
  recorder.received(0, share.messages.build(2, 2), dueNs(share.schedule, 10) + 1e6);
  const recording = recorder.finish(usage);
  expect(recording.delivered).toBe(5);
  const last = decode(recording.last!);
  expect(last.totalCount).toBe(1);
  expect(last.getValueAtPercentile(100) / 1e6).toBeCloseTo(4, 1);
});

test('the recordings of three workers add up to that of one', () => {
  const share = shareOf('sender', 0);
  const whole = new Recorder(share);
  const parts = [0, 1, 2].map(() => new Recorder(share));
  for (let number = 0; number < share.schedule.count; number++) {
    const [sender, sequence] = [number % CLIENTS, Math.floor(number / CLIENTS)];
    const at = dueNs(share.schedule, number) + 1e5 * (1 + (number % 7));
    for (const recorder of [whole, parts[number % 3]!]) {
      recorder.sending(number, at);
      recorder.received(sender, share.messages.build(sender, sequence), at + 1e5);
    }
  }
  const sum = combine(parts.map((part) => part.finish(usage)));
  const one = whole.finish(usage);
  const names = ['response', 'service', 'lag'] as const;
  for (const name of names) expect(sum[name]).toBe(combine([one])[name]);
  // A part sees only a third of a sender's messages, so gaps open, but nothing arrives twice or late.
  expect(sum).toMatchObject({
    sent: one.sent,
    delivered: one.delivered,
    duplicated: 0,
    reordered: 0,
  } satisfies Partial<Recording>);
});

test('errors are counted by their text, and their number is bounded', () => {
  const recorder = new Recorder(shareOf('sender'));
  for (let index = 0; index < 100; index++) recorder.error(`error ${index % 50}`);
  const { errors } = recorder.finish(usage);
  expect(Object.values(errors).reduce((sum, count) => sum + count, 0)).toBe(100);
  expect(Object.keys(errors).length).toBe(21);
  expect(errors['error 0']).toBe(2);
});

test('what is no message counts as corrupt, and the first of them is the example', () => {
  const recorder = new Recorder(shareOf('sender'));
  recorder.unreadable({ kind: 'an event', length: 4, head: 'null' });
  recorder.received(0, Buffer.from('bytes in a session of text'), 2e9);
  recorder.received(0, 'another', 2e9);
  expect(recorder.arrivals).toBe(3);
  const recording = recorder.finish(usage, (text) => text.replace('null', '[hidden]'));
  expect(recording).toMatchObject({ corrupt: 3, example: { kind: 'an event', length: 4, head: '[hidden]' } });
  const other = new Recorder(shareOf('sender')).finish(usage);
  expect(other).not.toHaveProperty('example');
  expect(combine([other, recording, recording])).toMatchObject({ corrupt: 6, example: recording.example });
});

test('bytes in a session of text are no message of it, even if they say the same', () => {
  const share = shareOf('sender');
  const recorder = new Recorder(share);
  const message = share.messages.build(0, 2);
  recorder.received(0, Buffer.from(String(message)), 2e9);
  const { corrupt, example } = recorder.finish(usage);
  expect({ corrupt, example }).toMatchObject({ corrupt: 1, example: { kind: 'a binary message', length: 32 } });
});

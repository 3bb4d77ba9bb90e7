import { describe, expect, test } from 'vitest';
import { BROADCAST, ECHO } from '../codec/header.ts';
import type { Reaches } from '../results/values.ts';
import { decode } from './histogram.ts';
import { Messages } from './messages.ts';
import { Recorder, type Share } from './recorder.ts';
import { combine, type Recording } from './recording.ts';
import { dueNs, scheduleOf } from './schedule.ts';

const CLIENTS = 4;
const SECONDS = 0.1;
const usage = { due: 0, cpuSeconds: 0, rssBytes: 0, rssStartBytes: 0, seconds: 0, loopDelayP99Seconds: 0, busy: 0 };

function shareOf(reaches: Reaches, first = 8, changes: Partial<Share> = {}): Share {
  const schedule = scheduleOf({ first, clients: CLIENTS, rate: 1_000, seconds: SECONDS, startNs: 1e9 });
  const opcode = reaches === 'sender' ? ECHO : BROADCAST;
  const messages = new Messages({ seed: 1, size: 32, encoding: 'text', opcode, senders: CLIENTS });
  return {
    schedule,
    messages,
    sessions: CLIENTS,
    reaches,
    loop: 'open',
    senderOf: (session) => session,
    worker: 0,
    workers: 1,
    ...changes,
  };
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

describe('when the drain ends', () => {
  const share = shareOf('sender', 8, { queues: true });
  const { schedule, messages } = share;
  const last = schedule.first + schedule.count - 1;
  const dueEndNs = dueNs(schedule, last + 1);
  const drain = { beganNs: dueEndNs, endedNs: dueEndNs + 5e9 };
  const sequences = (session: number): number[] =>
    Array.from({ length: schedule.count / CLIENTS }, (_, index) => schedule.first / CLIENTS + index).filter(
      (sequence) => sequence * CLIENTS + session <= last,
    );

  /** Recorder of a phase in which everything was sent. */
  function sentAll(of: Share = share): Recorder {
    const recorder = new Recorder(of);
    for (let number = schedule.first; number <= last; number++) recorder.sending(number, dueNs(schedule, number));
    return recorder;
  }

  /** Lets the first messages of a session arrive one after the other, the last of them at a time. */
  function arrive(recorder: Recorder, session: number, { count, lastNs }: { count: number; lastNs: number }): void {
    for (const [index, sequence] of sequences(session).slice(0, count).entries()) {
      recorder.received(session, messages.build(session, sequence), lastNs - (count - 1 - index) * 0.2e9);
    }
  }

  test('what is behind the last arrival of a session that still delivers is overdue', () => {
    const recorder = sentAll();
    for (let session = 0; session < CLIENTS; session++) {
      arrive(recorder, session, { count: 10, lastNs: drain.endedNs - 0.9e9 });
    }
    const { delivered, overdue, overdueBounds = '', timeline = [] } = recorder.finish(usage, { drain });
    expect({ delivered, overdue }).toEqual({ delivered: 40, overdue: 60 });
    const bounds = decode(overdueBounds);
    expect(bounds.totalCount).toBe(60);
    // From the first message behind those that arrived to the last of the phase.
    expect(bounds.maxValue / 1e9).toBeCloseTo((drain.endedNs - dueNs(schedule, 48)) / 1e9, 1);
    expect(bounds.minNonZeroValue / 1e9).toBeCloseTo((drain.endedNs - dueNs(schedule, last)) / 1e9, 1);
    expect(timeline.reduce((sum, slice) => sum + slice.overdue, 0)).toBe(60);
  });

  test.each<[string, (recorder: Recorder) => void, number]>([
    ['fell silent', (recorder) => arrive(recorder, 3, { count: 10, lastNs: drain.endedNs - 1.1e9 }), 45],
    ['never received', () => {}, 45],
    [
      'has a gap',
      (recorder) => {
        arrive(recorder, 3, { count: 9, lastNs: drain.endedNs - 0.7e9 });
        recorder.received(3, messages.build(3, sequences(3)[10]!), drain.endedNs - 0.5e9);
      },
      45 + 14,
    ],
    [
      'was lost in the end',
      (recorder) => {
        arrive(recorder, 3, { count: 10, lastNs: drain.endedNs - 0.1e9 });
        recorder.error('session lost: reset', 3);
      },
      45,
    ],
    [
      'receives only what another run sent',
      (recorder) => {
        arrive(recorder, 3, { count: 10, lastNs: drain.endedNs - 3e9 });
        recorder.received(3, 'EAAAA0000001zzzz', drain.endedNs - 0.1e9);
      },
      45,
    ],
    [
      'delivers one message in two seconds',
      (recorder) => {
        for (const [index, sequence] of sequences(3).slice(0, 4).entries()) {
          recorder.received(3, messages.build(3, sequence), drain.endedNs - 1.5e9 - (3 - index) * 2e9);
        }
      },
      45 + 21,
    ],
  ])('a session that %s is judged by itself', (_, happen, overdue) => {
    const recorder = sentAll();
    for (let session = 0; session < 3; session++) {
      arrive(recorder, session, { count: 10, lastNs: drain.endedNs - 0.5e9 });
    }
    happen(recorder);
    expect(recorder.finish(usage, { drain }).overdue).toBe(overdue);
  });

  test('nothing is overdue of a transport that may lose or reorder messages', () => {
    const recorder = sentAll(shareOf('sender'));
    arrive(recorder, 0, { count: 10, lastNs: drain.endedNs });
    expect(recorder.finish(usage, { drain })).not.toHaveProperty('overdue');
  });

  test.each(['everyone', 'others'] as const)(
    'a broadcast to %s has a queue for each pair, but none of a mute sender',
    (to) => {
      const broadcast = shareOf(to, 8, { queues: true });
      const recorder = sentAll(broadcast);
      for (let session = 0; session < CLIENTS; session++) {
        for (let sender = 0; sender < 3; sender++) {
          if (to === 'others' && sender === session) continue;
          for (const [index, sequence] of sequences(sender).slice(0, 10).entries()) {
            recorder.received(
              session,
              broadcast.messages.build(sender, sequence),
              drain.endedNs - (10 - index) * 0.05e9,
            );
          }
        }
      }
      const { overdue, delivered } = recorder.finish(usage, { drain });
      const pairs = to === 'others' ? 9 : 12;
      expect({ overdue, delivered }).toEqual({ overdue: pairs * 15, delivered: pairs * 10 });
    },
  );

  test('messages of the warm-up that come now are counted apart, and a second time they are unexpected', () => {
    const warmUp = new Recorder(shareOf('sender', 0, { queues: true }));
    const recorder = sentAll({ ...share, earlier: warmUp });
    // The warm-up ended with two sent and one delivered.
    warmUp.sending(0, 0);
    warmUp.sending(4, 0);
    warmUp.received(0, messages.build(0, 0), 2e9);
    const next = sentAll({ ...share, earlier: warmUp });
    for (const message of [messages.build(0, 1), messages.build(0, 1), messages.build(0, 0)]) {
      next.received(0, message, 3e9);
    }
    expect(next.finish(usage, { drain })).toMatchObject({ backlog: 1, unexpected: 2, delivered: 0 });
    recorder.received(0, messages.build(0, 1), 3e9);
    expect(recorder.finish(usage, { drain })).toMatchObject({ backlog: 0, unexpected: 1 });
  });
});

test('a broadcast to the others expects nothing back, and the last of them closes the message', () => {
  const share = shareOf('others');
  const recorder = new Recorder(share);
  recorder.sending(9, dueNs(share.schedule, 9));
  for (const session of [0, 2, 3]) {
    recorder.received(session, share.messages.build(1, 2), dueNs(share.schedule, 9) + (session + 1) * 1e6);
  }
  recorder.received(1, share.messages.build(1, 2), dueNs(share.schedule, 9) + 1e6);
  const recording = recorder.finish(usage);
  expect(recording).toMatchObject({ delivered: 3, unexpected: 1, returned: 1 });
  expect(decode(recording.last!).totalCount).toBe(1);
  // One message was sent from here, to three of four; 99 are expected from elsewhere.
  expect(recorder.expected).toBe(100 * CLIENTS - 1);
});

test('a broadcast to everyone that no sender gets back is noticed', () => {
  const share = shareOf('everyone');
  const recorder = new Recorder(share);
  recorder.sending(9, dueNs(share.schedule, 9));
  for (const session of [0, 2, 3]) recorder.received(session, share.messages.build(1, 2), 3e9);
  expect(recorder.finish(usage).returnsNone).toBe(true);
  recorder.received(1, share.messages.build(1, 2), 3e9);
  expect(recorder.finish(usage)).not.toHaveProperty('returnsNone');
});

test('what is no message counts as corrupt, and the first of them is the example', () => {
  const recorder = new Recorder(shareOf('sender'));
  recorder.unreadable({ kind: 'an event', length: 4, head: 'null' });
  recorder.received(0, Buffer.from('bytes in a session of text'), 2e9);
  recorder.received(0, 'another', 2e9);
  expect(recorder.arrivals).toBe(3);
  const recording = recorder.finish(usage, { hide: (text) => text.replace('null', '[hidden]') });
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

test('responses on one node and across nodes are told apart by the numbers of sender and receiver', () => {
  const share = shareOf('everyone', 8, { nodes: 2 });
  const recorder = new Recorder(share);
  // Sender 1 is at the second node, with session 3; sessions 0 and 2 are at the first.
  for (const session of [0, 1, 2, 3])
    recorder.received(session, share.messages.build(1, 2), dueNs(share.schedule, 9) + (session + 1) * 1e6);
  const { sameNode = '', otherNode = '' } = combine([recorder.finish(usage)]);
  const seen = [sameNode, otherNode].map((one) => [decode(one).totalCount, decode(one).maxValue / 1e6]);
  expect(seen.map(([count, ms]) => [count, Math.round(ms!)])).toEqual([
    [2, 4],
    [2, 3],
  ]);
  expect(new Recorder(shareOf('everyone')).finish(usage)).not.toHaveProperty('sameNode');
  expect(new Recorder(shareOf('sender', 8, { nodes: 2 })).finish(usage)).not.toHaveProperty('sameNode');
});

describe('messages from another host', () => {
  /** Recorder of one of two workers with two sessions each, which gets every message at this time after it was due. */
  function recorded(worker: number, hosts: readonly number[], afterNs: (sender: number) => number): Recording {
    const share = shareOf('everyone', 8, {
      sessions: 2,
      worker,
      workers: 2,
      hosts,
      senderOf: (session) => 2 * session + worker,
    });
    const recorder = new Recorder(share);
    const { first, count } = share.schedule;
    for (let number = first; number < first + count; number++) {
      const [sender, sequence] = [number % CLIENTS, Math.floor(number / CLIENTS)];
      const due = dueNs(share.schedule, number);
      if (sender % 2 === worker) recorder.sending(number, due);
      for (const session of [0, 1])
        recorder.received(session, share.messages.build(sender, sequence), due + afterNs(sender));
    }
    return recorder.finish(usage);
  }

  test('are timed apart, and early ones are an error of the clocks', () => {
    const parts = [0, 1].map((worker) => recorded(worker, [0, 1], (sender) => (sender % 2 === worker ? 1e6 : -5e3)));
    for (const { delivered, early, response, between, last } of parts) {
      expect({ delivered, early }).toEqual({ delivered: 200, early: 0 });
      expect(decode(response).totalCount).toBe(100);
      expect(between?.early).toBe(100);
      expect(decode(between!.response)).toMatchObject({ totalCount: 100, maxValue: 0 });
      // Messages of this host alone have a last receiver here.
      expect(decode(last!).totalCount).toBe(50);
    }
    const { between, response } = combine(parts);
    expect(between?.early).toBe(200);
    expect(decode(between!.response).totalCount).toBe(200);
    expect(decode(response).totalCount).toBe(200);
  });

  test('are none where all workers are on one', () => {
    const { between, response } = recorded(0, [3, 3], () => 1e6);
    expect(between).toBeUndefined();
    expect(decode(response).totalCount).toBe(200);
  });
});

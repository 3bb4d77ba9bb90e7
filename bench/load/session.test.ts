import { expect, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import { Unwrapper } from './answers/answers.ts';
import { Messages } from './messages.ts';
import { Recorder } from './recorder.ts';
import { scheduleOf } from './schedule.ts';
import { LoadSession } from './session.ts';

const messagesOf = (run: string, seed: number): Messages =>
  new Messages({ seed, size: 64, encoding: 'text', opcode: ECHO, senders: 1, run });

test('what another run sends is neither a greeting nor corrupt, with the form of answers too', () => {
  const [ours, theirs] = [messagesOf('ours', 1), messagesOf('them', 2)];
  const answers = new Unwrapper({ prefix: 'Echo: ', suffix: '', greetings: 1 }, 'text');
  const session = new LoadSession(0, 0, () => 2e9, { form: { answers, messages: ours } });
  const recorder = new Recorder({
    schedule: scheduleOf({ first: 0, clients: 1, rate: 100, seconds: 1, startNs: 0 }),
    messages: ours,
    sessions: 1,
    reaches: 'sender',
    loop: 'open',
    senderOf: () => 0,
    worker: 0,
    workers: 1,
  });
  session.recordTo(recorder);
  for (const arrival of [theirs.build(0, 5), 'welcome', ours.build(0, 0), theirs.build(0, 6), ours.build(0, 1)]) {
    session.message(arrival === 'welcome' ? arrival : `Echo: ${String(arrival)}`);
  }
  session.message(String(ours.build(0, 2)));
  const usage = { due: 0, cpuSeconds: 0, rssBytes: 0, rssStartBytes: 0, seconds: 0, loopDelayP99Seconds: 0, busy: 0 };
  expect(recorder.finish(usage)).toMatchObject({ delivered: 2, foreign: 2, corrupt: 1, unexpected: 0 });
});

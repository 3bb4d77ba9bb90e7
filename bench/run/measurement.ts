import type { ServerUsage } from '../contract.ts';
import { decode } from '../load/histogram.ts';
import type { Recording } from '../load/recording.ts';
import { messageCount } from '../load/timetable.ts';
import type { PlannedCase } from '../plan/plan.ts';
import type { Measurement, Messages, Usage } from '../results/schema.ts';
import { judge } from './validity.ts';

/** What a trial has read, of both sides. */
export interface Reading {
  /** The server's usage before the first session, with all sessions usable, and around the measured phase. */
  readonly idle: ServerUsage;
  readonly ready: ServerUsage;
  readonly before: ServerUsage;
  readonly after: ServerUsage;
  /** Times to a usable session, encoded histogram. */
  readonly connect: string;
  readonly recording: Recording;
  readonly workers: number;
}

export type Judged = ReturnType<typeof judge> & { measurement: Omit<Measurement, 'block' | 'order' | 'startedAt'> };

/** Brings what was read into the results' form and judges it. Pure. */
export function summarise(planned: PlannedCase, durationSeconds: number, reading: Reading): Judged {
  const { recording } = reading;
  const { clients, rate, scenario } = planned;
  const messages = countMessages(planned, messageCount(rate, durationSeconds), recording);
  const usage = usageOf(reading);
  const measurement: Judged['measurement'] = {
    seconds: messages.due / rate,
    messages,
    latency: {
      response: recording.response,
      service: recording.service,
      lag: recording.lag,
      connect: reading.connect,
      ...(recording.last === null ? {} : { last: recording.last }),
    },
    wire: wireOf(reading),
    usage,
  };
  const samples = decode(recording.response).totalCount;
  return { measurement, ...judge({ messages, recording, usage, clients, reaches: scenario.reaches, samples }) };
}

function countMessages({ scenario, clients }: PlannedCase, due: number, recording: Recording): Messages {
  const { sent, unsent, onTime, delivered, duplicated, reordered, corrupt, unexpected, errors } = recording;
  const expected = scenario.reaches === 'everyone' ? sent * clients : sent;
  const faults = { lost: expected - delivered, duplicated, reordered, corrupt, unexpected, errors };
  return { due, sent, unsent, onTime, expected, delivered, ...faults };
}

function usageOf({ idle, before, after, recording, workers }: Reading): Usage {
  const { cpuSeconds, rssBytes, loopDelayP99Seconds, busy } = recording;
  return {
    server: { cpuSeconds: after.cpuSeconds - before.cpuSeconds, rssBytes: after.rssBytes, rssIdleBytes: idle.rssBytes },
    generator: { cpuSeconds, rssBytes, loopDelayP99: loopDelayP99Seconds, busy, workers },
  };
}

function wireOf({ idle, ready, before, after }: Reading): Measurement['wire'] {
  return {
    layer: 'socket',
    up: after.bytesUp - before.bytesUp,
    down: after.bytesDown - before.bytesDown,
    setupUp: ready.bytesUp - idle.bytesUp,
    setupDown: ready.bytesDown - idle.bytesDown,
  };
}

import type { Unreadable } from '../contract.ts';
import { ON_TIME_SECONDS } from '../results/rules.ts';
import { merge } from './histogram.ts';
import { addTimelines, type Slice } from './timeline.ts';

/** Counts and times of one load worker in one phase. Plain data: it crosses a process boundary. */
export interface Recording {
  readonly due: number;
  readonly sent: number;
  readonly unsent: number;
  /** Messages sent at most `ON_TIME_NS` after they were due. */
  readonly onTime: number;
  readonly delivered: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupt: number;
  /** First corrupt arrival, escaped for showing. Absent if there is none. */
  readonly example?: Unreadable;
  readonly unexpected: number;
  /** Part of `unexpected`: messages of a broadcast to the others that came back to their sender. */
  readonly returned: number;
  /** Set if a broadcast to everyone reached some sessions, and none with its own message. */
  readonly returnsNone?: boolean;
  /** Intact messages of another run at the same server. */
  readonly foreign: number;
  /** Messages of an earlier phase that were still queued when it ended. */
  readonly backlog: number;
  /** Missing messages that were still queued when the drain ended. Absent if the transport may reorder or lose messages. */
  readonly overdue?: number;
  /** Lower bounds of the response of overdue messages, as a histogram. Absent if there are none. */
  readonly overdueBounds?: string;
  /** Arrivals before the message was due: the clocks or the schedule are wrong. */
  readonly early: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly response: string;
  readonly service: string;
  readonly lag: string;
  /** Response at the last receiver, as a histogram; null if each message has one receiver. */
  readonly last: string | null;
  /** Response of messages between sessions of one server of several, as a histogram. Absent unless there are several. */
  readonly sameNode?: string;
  /** Response of messages that went from one server to another, as a histogram. Absent as `sameNode` is. */
  readonly otherNode?: string;
  /** Responses by due time. Absent without a schedule. */
  readonly timeline?: readonly Slice[];
  /** Every sample, if the phase's order asks for them. */
  readonly samples?: Samples;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** CPU time and memory of each load worker, in a combined recording. */
  readonly workers?: readonly WorkerUsage[];
  /** Resident bytes at the start of the phase. */
  readonly rssStartBytes: number;
  /** Time from the first message to the last expected arrival. */
  readonly seconds: number;
  readonly loopDelayP99Seconds: number;
  /** Share of the sending window spent working rather than waiting. */
  readonly busy: number;
  /** Interval between two readings of the clock that differ. Absent: too short to matter. */
  readonly tickSeconds?: number;
}

/** CPU time and memory of a load worker's process, or of one of a browser's. */
export interface WorkerUsage extends Pick<Recording, 'cpuSeconds' | 'rssBytes'> {
  /** Part of a browser, such as `renderer`. Absent: a load worker of Node. */
  readonly role?: string;
  /** Program and version. Absent: this process's own. */
  readonly runtime?: string;
}

/** Values recorded in the histograms of the same names, in nanoseconds. */
export interface Samples {
  readonly response: number[];
  /** Message number of each response. */
  readonly responseTo: number[];
  readonly service: number[];
  readonly lag: number[];
}

/** Maximum send lag of a message that counts as on time: above the timer and scheduler noise of an idle machine. */
export const ON_TIME_NS = ON_TIME_SECONDS * 1e9;

/** Combines the workers' recordings: adds counts, merges histograms, and takes the maximum of values that cannot be added. */
export function combine(parts: readonly Recording[]): Recording {
  const sum = (of: (part: Recording) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const worst = (of: (part: Recording) => number): number => Math.max(...parts.map(of));
  const lasts = parts.map((part) => part.last).filter((last) => last !== null);
  const timelines = parts.flatMap((part) => (part.timeline === undefined ? [] : [part.timeline]));
  const samples = parts.flatMap((part) => part.samples ?? []);
  const bounds = parts.flatMap(({ overdueBounds }) => overdueBounds ?? []);
  const [sameNode, otherNode] = [
    parts.flatMap((part) => part.sameNode ?? []),
    parts.flatMap((part) => part.otherNode ?? []),
  ];
  const example = parts.find((part) => part.example !== undefined)?.example;
  const errors: Record<string, number> = {};
  for (const part of parts) {
    for (const [text, count] of Object.entries(part.errors)) errors[text] = (errors[text] ?? 0) + count;
  }
  return {
    due: sum((part) => part.due),
    sent: sum((part) => part.sent),
    unsent: sum((part) => part.unsent),
    onTime: sum((part) => part.onTime),
    delivered: sum((part) => part.delivered),
    duplicated: sum((part) => part.duplicated),
    reordered: sum((part) => part.reordered),
    corrupt: sum((part) => part.corrupt),
    ...(example === undefined ? {} : { example }),
    unexpected: sum((part) => part.unexpected),
    returned: sum((part) => part.returned),
    ...(parts.every(({ returnsNone }) => returnsNone) ? { returnsNone: true } : {}),
    foreign: sum((part) => part.foreign),
    backlog: sum((part) => part.backlog),
    ...(parts.some(({ overdue }) => overdue === undefined) ? {} : { overdue: sum((part) => part.overdue ?? 0) }),
    ...(bounds.length === 0 ? {} : { overdueBounds: merge(bounds) }),
    early: sum((part) => part.early),
    errors,
    response: merge(parts.map((part) => part.response)),
    service: merge(parts.map((part) => part.service)),
    lag: merge(parts.map((part) => part.lag)),
    last: lasts.length === 0 ? null : merge(lasts),
    ...(sameNode.length === 0 ? {} : { sameNode: merge(sameNode), otherNode: merge(otherNode) }),
    ...(timelines.length === 0 ? {} : { timeline: addTimelines(timelines) }),
    ...(samples.length === 0 ? {} : { samples: join(samples) }),
    cpuSeconds: sum((part) => part.cpuSeconds),
    rssBytes: sum((part) => part.rssBytes),
    workers: parts.map(({ cpuSeconds, rssBytes }) => ({ cpuSeconds, rssBytes })),
    rssStartBytes: sum((part) => part.rssStartBytes),
    seconds: worst((part) => part.seconds),
    loopDelayP99Seconds: worst((part) => part.loopDelayP99Seconds),
    busy: worst((part) => part.busy),
    ...(parts.every(({ tickSeconds }) => tickSeconds === undefined)
      ? {}
      : { tickSeconds: worst((part) => part.tickSeconds ?? 0) }),
  };
}

function join(parts: readonly Samples[]): Samples {
  return {
    response: parts.flatMap((part) => part.response),
    responseTo: parts.flatMap((part) => part.responseTo),
    service: parts.flatMap((part) => part.service),
    lag: parts.flatMap((part) => part.lag),
  };
}

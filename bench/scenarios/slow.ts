import { setTimeout as sleep } from 'node:timers/promises';
import { BROADCAST } from '../codec/header.ts';
import { following, messageCount } from '../load/schedule.ts';
import { figures } from '../results/numbers.ts';
import type { Slow } from '../results/schema.ts';
import { summarise } from '../results/summary.ts';
import { WARM_UP_ROUNDS } from '../run/generator.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { drainSecondsOf, SCHEDULED_RULES, WARMUP_PACE } from './load.ts';
import type { Measured, PlannedCase, ScenarioModule, SlowReaders, Stage, TrialContext } from './shape.ts';
import { inFlightOf, OVERHEAD_SECONDS, openingSeconds, sendingSessions } from './shared/costs.ts';
import { readerOf, readersAmong } from './shared/readers.ts';
import { worstOf } from './shared/undisturbed.ts';
import { fatesOf, isSettled, type Range, type ReaderCourse } from './slow/fates.ts';

/**
 * Subscribers of a broadcast of whom some do not read, or read slowly.
 *
 * A server ends the session of a peer for which more than 1 MiB has waited for 5 s. At 200 messages of 1 KiB a second a stopped reader
 * falls behind by 205 kB a second. The buffers of both systems take 1.0 to 1.6 MB first, so that the limit is reached after at most
 * 13 s, and the session ends after at most 19 s. A reader of 25 kB a second falls behind by 180 kB a second; its session ends after at
 * most 21 s. The readers are slow for 25 s.
 */
export const slow: ScenarioModule<'slow'> = {
  id: 'slow',
  scenarios: [
    {
      id: 'slow-readers',
      title: 'Broadcast with slow readers',
      opcode: BROADCAST,
      reaches: 'everyone',
      usual: false,
      defaults: { clients: 50, rate: 200, sizes: [1024], seconds: 25 },
    },
  ],
  uses: {
    rate: 'offered',
    messages: true,
    duration: true,
    warmup: true,
    objective: false,
    network: false,
    readers: true,
    browsers: false,
  },
  estimateSeconds: ({ clients, seconds }, warmupSeconds) =>
    OVERHEAD_SECONDS + openingSeconds(clients) + warmupSeconds + 2 * seconds + TAIL_SECONDS + USUAL_WATCH_SECONDS,
  resources: sendingSessions,
  measure: ({ planned, warmupSeconds, onStage }: TrialContext) =>
    onStage((stage) => measureSlow(planned, stage, warmupSeconds)),
  accounting: { samples: 'response', timeline: false },
  rules: SCHEDULED_RULES,
  detail: ({ slow: found }) => (found === undefined ? 'no slow readers' : described(found)),
  judgedBy: 'verdicts',
  brokenSessionsFail: true,
  microCosts: false,
  advice: 'none',
};

/** Time between two looks at the server's memory and connections while the readers are slow. */
const LOOK_MS = 250;
/** Rate and time of the messages after the readers go on, by which those that go on are told from those that are still behind. */
const TAIL_PER_SECOND = 10;
const TAIL_SECONDS = 1;
/** Longest time for which the readers and the server's memory are watched after the readers go on, and an estimate of the usual one. */
const WATCH_SECONDS = 30;
const USUAL_WATCH_SECONDS = 3;
const WATCH_MS = 1_000;
/** Growth with which the server's memory counts as back: a tenth, or 32 MiB if that is more. */
const BACK_SHARE = 0.1;
const BACK_BYTES = 32 * 2 ** 20;
const NS = 1e9;

async function measureSlow(planned: PlannedCase, stage: Stage, warmupSeconds: number): Promise<Measured> {
  const { rate, seconds } = planned;
  const clients = planned.clients - readersAmong(planned.clients);
  const drainSeconds = drainSecondsOf(planned);
  const phases = phasesOf({ clients, rate, seconds, warmupSeconds });
  const phase = ({ first }: Range, offered: { readonly rate: number; readonly seconds: number }) =>
    stage.phase({ first, ...offered, drainSeconds });

  const idle = await stage.snapshot();
  const { connect } = await stage.openSessions(clients, inFlightOf(planned));
  const readers = await stage.openReaders(phases.after.first + phases.after.count);
  const ready = await stage.snapshot();
  for (const round of phases.warmUp)
    await phase(round, { rate: WARMUP_PACE * rate, seconds: warmupSeconds / WARM_UP_ROUNDS });

  const before = await memoryOf(stage);
  const without = await stage.window(() => phase(phases.before, { rate, seconds }));
  const slowNs = await readers.hinder(readerOf(planned) ?? 'stopped');
  const memory = new MemoryWatch(before);
  const { result: recording, ...during } = await stage.window(() =>
    memory.watch(phase(phases.during, { rate, seconds }), stage, readers),
  );
  const releasedNs = await readers.release();
  await phase(phases.after, { rate: TAIL_PER_SECOND, seconds: TAIL_SECONDS });
  const course: ReaderCourse = { ...phases, slowNs, endedNs: readers.endedNs };
  const end = await watchUntilBack({ stage, readers, course, releasedNs, before, ordered: isOrdered(planned) });

  const [alone, beside] = [summarise(without.result.response), summarise(recording.response)];
  const found: Slow = {
    readers: readersAmong(planned.clients),
    without: alone,
    with: beside,
    p99Ratio: alone.p99 === null || beside.p99 === null ? null : beside.p99 / alone.p99,
    serverRss: { before, max: Math.max(memory.maxBytes, end.rssBytes), after: end.rssBytes },
    afterSeconds: end.seconds,
    fates: fatesOf(end.histories, course),
  };
  const contention = worstOf([without.contention, during.contention]);
  const reading = {
    idle,
    ready,
    ...during,
    contention,
    connect,
    recording,
    workers: stage.workers,
    due: phases.during.count,
    seconds: phases.during.count / rate,
    clients,
  };
  return { reading, extras: { slow: found } };
}

const isOrdered = (planned: PlannedCase): boolean => capabilitiesOf(planned).ordered;

/** Messages of the phases of a trial, whose numbers go on from one to the next. */
export function phasesOf({
  clients,
  rate,
  seconds,
  warmupSeconds,
}: {
  readonly clients: number;
  readonly rate: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}) {
  let next = 0;
  const phase = (count: number): Range => {
    const range = { first: next, count };
    next = following({ ...range, clients });
    return range;
  };
  const round = messageCount(WARMUP_PACE * rate, warmupSeconds / WARM_UP_ROUNDS);
  const rounds = warmupSeconds > 0 ? WARM_UP_ROUNDS : 0;
  return {
    warmUp: Array.from({ length: rounds }, () => phase(round)),
    before: phase(messageCount(rate, seconds)),
    during: phase(messageCount(rate, seconds)),
    after: phase(messageCount(TAIL_PER_SECOND, TAIL_SECONDS)),
  };
}

async function memoryOf(stage: Stage): Promise<number> {
  const { server } = await stage.memory();
  if (server === null) throw new Error('the memory of a server that is not ours cannot be read');
  return server;
}

/** Largest memory of the server while something else goes on. */
class MemoryWatch {
  maxBytes: number;

  constructor(bytes: number) {
    this.maxBytes = bytes;
  }

  /** Looks at the server's memory, and at the readers' connections, until the work is done. */
  async watch<Result>(work: Promise<Result>, stage: Stage, readers: SlowReaders): Promise<Result> {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    // Awaited below; until then a failure of the work is nobody's.
    finished.catch(() => {});
    while (!done) {
      this.maxBytes = Math.max(this.maxBytes, (await stage.usage()).rssBytes);
      readers.look();
      await Promise.race([finished, sleep(LOOK_MS)]);
    }
    return finished;
  }
}

/** True if memory that was `before` is back with `rssBytes`. */
export const isBack = (rssBytes: number, before: number): boolean =>
  rssBytes - before <= Math.max(BACK_SHARE * before, BACK_BYTES);

/** Watches until every reader's fate is known and the server's memory is back, or the time is over. */
async function watchUntilBack({
  stage,
  readers,
  course,
  releasedNs,
  before,
  ordered,
}: {
  readonly stage: Stage;
  readonly readers: SlowReaders;
  readonly course: ReaderCourse;
  readonly releasedNs: number;
  readonly before: number;
  readonly ordered: boolean;
}) {
  for (;;) {
    const rssBytes = await memoryOf(stage);
    const seconds = (readers.nowNs - releasedNs) / NS;
    const histories = await readers.histories();
    const isOver = histories.every((history) => isSettled(history, course, ordered)) && isBack(rssBytes, before);
    if (isOver || seconds >= WATCH_SECONDS) return { rssBytes, seconds, histories };
    await sleep(WATCH_MS);
  }
}

/** Figures of a trial in one line: `others’ p99 ×1.02  5 cut`. */
function described({ p99Ratio, fates }: Slow): string {
  const ratio = p99Ratio === null ? '' : `others’ p99 ×${figures(p99Ratio, 2)}  `;
  return ratio + fates.map(({ sessions, fate }) => `${sessions} ${fate}`).join('  ');
}

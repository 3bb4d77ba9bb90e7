import { setTimeout as sleep } from 'node:timers/promises';
import type { RecoveryOrder } from '../../load/protocol.ts';
import type { Published } from '../../load/publisher/protocol.ts';
import type { Fault } from '../../results/values.ts';
import type { Course, Disrupted } from '../../scenarios/shape.ts';
import type { Recovered } from '../generator.ts';
import type { Again, Host } from '../host.ts';
import type { Link } from '../link.ts';
import { isRelayed } from '../network/relayed-link.ts';
import { readListenDrops } from './listen-drops.ts';

/** Time from the orders to the first due time, in which they reach all processes. */
export const LEAD_SECONDS = 1;
/** Time after the end of the observation in which the publisher goes on, so that its end is no silence. */
const BEYOND_SECONDS = 0.5;
/** Time between two readings of the server's CPU time. */
const READING_MS = 250;
/** Time between two restarts of a rolling restart, in which sessions come back. */
const BETWEEN_NODES_MS = 1_000;
/** Longest time of one attempt to connect on a link without delay. */
const ATTEMPT_SECONDS = 5;
const NS = 1e9;

/** Load workers, as far as a trial with a fault uses them. */
export interface Followers {
  /** Time on the trial's clock. */
  readonly nowNs: number;
  /** Follows the sessions until `endNs`, or until `finish`. */
  recovery(order: Omit<RecoveryOrder, 'order'>): Promise<Recovered>;
  /** Resolves once every session is gone for good, or has been as before for a while. @param seconds maximum time */
  settled(backNs: number, seconds: number): Promise<void>;
  /** Ends the observation. */
  finish(): Promise<void>;
}

/** Publisher, as far as a trial with a fault uses it. */
export interface Publishing {
  publish(
    schedule: { readonly startNs: number; readonly intervalNs: number; readonly count: number },
    seconds: number,
  ): Promise<Published>;
  stop(): Promise<void>;
}

export interface Parties {
  readonly followers: Followers;
  readonly publisher: Publishing;
  readonly host: Pick<Host, 'usage' | 'tree' | 'again' | 'each' | 'redisAgain'>;
  readonly link: Link;
  /** Number of the publisher in its messages, epoch of its log, and how sessions resume. */
  readonly sender: number;
  readonly epoch: string;
  readonly resume: RecoveryOrder['resume'];
  /** Time beyond that on the link which an attempt may take. */
  readonly patienceSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Lets a fault happen while messages are published, and follows the sessions. The observation ends when nothing is to be expected any
 * more, at the latest `observationSeconds` after the path is back.
 */
export async function disrupt(course: Course, parties: Parties): Promise<Disrupted> {
  const { followers, publisher, host, link, sender, epoch, resume, patienceSeconds, signal } = parties;
  const { fault, policy, intervalSeconds, steadySeconds, outageSeconds, silenceSeconds, observationSeconds } = course;
  const startNs = followers.nowNs + LEAD_SECONDS * NS;
  const atNs = (seconds: number): number => startNs + seconds * NS;
  const until = async (momentNs: number): Promise<void> => {
    await sleep(Math.max(0, momentNs - followers.nowNs) / 1e6, undefined, { signal });
  };
  const longestSeconds = steadySeconds + outageSeconds + OVERTIME_SECONDS + observationSeconds;
  const schedule = {
    startNs,
    intervalNs: intervalSeconds * NS,
    count: Math.ceil((longestSeconds + BEYOND_SECONDS) / intervalSeconds),
  };
  const following = followers.recovery({
    ...schedule,
    policy,
    sender,
    epoch,
    resume,
    silenceSeconds,
    attemptSeconds: ATTEMPT_SECONDS + patienceSeconds,
    endNs: atNs(longestSeconds),
  });
  const publishing = publisher.publish(schedule, longestSeconds + LEAD_SECONDS);
  // Reported by whoever waits for them, which may be after another failure.
  for (const one of [following, publishing]) one.catch(() => {});

  await until(atNs(steadySeconds));
  const { faultNs, backNs } = await interrupt(fault, outageSeconds, { host, link, until, now: () => followers.nowNs });
  const dropsBefore = await readListenDrops(host, link);
  const isOver = new AbortController();
  const reading = readServer(host, () => followers.nowNs, isOver.signal);
  reading.catch(() => {});
  try {
    await Promise.race([
      followers.settled(backNs, observationSeconds),
      until(backNs + observationSeconds * NS),
      following,
    ]);
  } finally {
    isOver.abort();
  }
  const endNs = Math.min(followers.nowNs, backNs + observationSeconds * NS);
  await followers.finish();
  const { sessions, recording } = await following;
  const server = await reading;
  const dropsAfter = await readListenDrops(host, link);
  await publisher.stop();
  const { sent, onTime } = await publishing;
  return {
    startNs,
    faultNs,
    backNs,
    endNs,
    sessions,
    recording,
    published: { sent, onTime },
    server,
    listenDrops: dropsBefore === null || dropsAfter === null ? null : dropsAfter - dropsBefore,
  };
}

/** Time by which a path may be back later than planned: a server needs some to end and to start. */
const OVERTIME_SECONDS = 15;

interface Means {
  readonly host: Pick<Host, 'again' | 'each' | 'redisAgain'>;
  readonly link: Link;
  /** Waits until a moment of the trial's clock. */
  readonly until: (momentNs: number) => Promise<void>;
  readonly now: () => number;
}

/** Lets the fault happen. Resolves when the path is back, with both moments. */
async function interrupt(
  fault: Fault,
  outageSeconds: number,
  means: Means,
): Promise<{ readonly faultNs: number; readonly backNs: number }> {
  const { begin, end } = HAPPENINGS[fault](means);
  const faultNs = means.now();
  await begin();
  if (end === undefined) return { faultNs, backNs: faultNs };
  await means.until(faultNs + outageSeconds * NS);
  return { faultNs, backNs: await end(means.now) };
}

/** Beginning of a fault, and the end of its outage, which tells when the path was back. */
interface Happening {
  begin(): Promise<unknown>;
  end?(now: () => number): Promise<number>;
}

const HAPPENINGS: Readonly<Record<Fault, (means: Means) => Happening>> = {
  blackhole: ({ link }) => {
    const { cut } = relayed(link);
    return {
      begin: () => cut(true),
      async end(now) {
        // Packets may pass before the relay has said so.
        const backNs = now();
        await cut(false);
        return backNs;
      },
    };
  },
  restart: ({ host }) => endingServer(host.again, 'kill'),
  drain: ({ host }) => endingServer(host.again, 'drain'),
  reset: ({ link }) => ({ begin: relayed(link).reset }),
  rebind: ({ link }) => ({ begin: relayed(link).rebind }),
  node: ({ host }) => endingServer(host.each?.[0], 'kill'),
  rolling: ({ host: { each } }) => {
    if (each === undefined) throw new Error('one server has no others that go on while it is restarted');
    return {
      begin: async () => {},
      async end(now) {
        for (const [index, again] of each.entries()) {
          if (index > 0) await sleep(BETWEEN_NODES_MS);
          await again.end('drain');
          await again.start();
        }
        return now();
      },
    };
  },
  backplane: ({ host: { redisAgain } }) => {
    if (redisAgain === undefined)
      throw new Error('the Redis is somebody else’s, or there is none, so it is not restarted');
    return {
      begin: redisAgain.kill,
      async end(now) {
        await redisAgain.start();
        return now();
      },
    };
  },
};

function endingServer(again: Again | undefined, how: 'kill' | 'drain'): Happening {
  if (again === undefined) throw new Error('the server cannot be started again, because it is not ours');
  return {
    begin: () => again.end(how),
    async end(now) {
      await again.start();
      return now();
    },
  };
}

function relayed(link: Link) {
  if (!isRelayed(link)) throw new Error('the fault needs a link through a relay');
  return link;
}

/** Reads the server's CPU time again and again until the signal aborts, and once more. */
async function readServer(
  host: Pick<Host, 'usage'>,
  now: () => number,
  signal: AbortSignal,
): Promise<Disrupted['server']> {
  const readings: { readonly atNs: number; readonly cpuSeconds: number }[] = [];
  const read = async (): Promise<void> => {
    const { cpuSeconds } = await host.usage();
    readings.push({ atNs: now(), cpuSeconds });
  };
  while (!signal.aborted) {
    await read();
    await sleep(READING_MS, undefined, { signal }).catch(() => {});
  }
  await read();
  return readings;
}

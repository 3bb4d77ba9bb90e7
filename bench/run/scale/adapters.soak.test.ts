import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { broadcastOf, type Member, twoServers } from '../../testing/scale/two-servers.ts';
import { soak } from '../../testing/soak.ts';
import { type Subject, subjectsOverRedis } from '../../testing/subjects.ts';
import { needs } from '../../testing/unavailable.ts';

await needs('redis');

const REPEATS = 10;
/** Broadcasts a second, all from one session. */
const RATE = 100;
const STEADY_SECONDS = 2;
const AWAY_SECONDS = 2;
const WINDOW_SECONDS = 7;
/** Time in which what waits in queues arrives after the window. */
const DRAIN_SECONDS = 4;
/** Delay from which a delivery counts as late. */
const LATE_MS = 1_000;

/** Deliveries of one repeat at the sender's server or the other one. */
interface Deliveries {
  readonly expected: number;
  readonly lost: number;
  readonly late: number;
  readonly twice: number;
  readonly longestMs: number;
}

interface Repeat {
  readonly same: Deliveries;
  readonly other: Deliveries;
  /** Servers and sessions that ended. */
  readonly dead: number;
}

/** Publishes at a steady rate while Redis is killed and, two seconds later, started again. */
async function repeat(subject: Subject): Promise<Repeat> {
  await using service = await twoServers(subject, 'text');
  const { members, redis } = service;
  let ended = 0;
  service.ended().catch(() => {
    ended++;
  });
  const sentMs: number[] = [];
  const startMs = performance.now();
  const until = (seconds: number): Promise<void> => sleep(Math.max(0, startMs + seconds * 1e3 - performance.now()));
  const publishing = (async () => {
    for (let sequence = 0; sequence < WINDOW_SECONDS * RATE; sequence++) {
      await until(sequence / RATE);
      sentMs.push(performance.now());
      await members[0]?.send(broadcastOf(0, sequence, 'text'));
    }
  })();
  await until(STEADY_SECONDS);
  await redis.again.kill();
  await until(STEADY_SECONDS + AWAY_SECONDS);
  await redis.again.start();
  await publishing;
  await sleep(DRAIN_SECONDS * 1e3);
  const texts = sentMs.map((_, sequence) => String(broadcastOf(0, sequence, 'text')));
  const at = (server: number): Deliveries =>
    deliveriesOf(
      members.filter((one) => one.server === server),
      texts,
      sentMs,
    );
  const lost = members.flatMap(({ losses }) => losses).length;
  return { same: at(0), other: at(1), dead: ended + lost };
}

function deliveriesOf(members: readonly Member[], texts: readonly string[], sentMs: readonly number[]): Deliveries {
  const all = members.map(({ received }) => {
    const delays = new Map<string, number>();
    for (const { message, atMs } of received) {
      const text = String(message);
      if (!delays.has(text)) delays.set(text, atMs - (sentMs[texts.indexOf(text)] ?? 0));
    }
    return { delays: [...delays.values()], twice: received.length - delays.size };
  });
  const delays = all.flatMap((one) => one.delays);
  const expected = members.length * texts.length;
  return {
    expected,
    lost: expected - delays.length,
    late: delays.filter((ms) => ms > LATE_MS).length,
    twice: all.reduce((sum, { twice }) => sum + twice, 0),
    longestMs: Math.max(0, ...delays),
  };
}

const percent = (part: number, { expected }: Deliveries): string => ((100 * part) / expected).toFixed(1);

function shown(name: string, repeats: readonly Repeat[], of: (one: Repeat) => Deliveries): string {
  const all = repeats.map(of);
  const lost = all.map((one) => percent(one.lost, one)).join(' ');
  const late = all.map((one) => percent(one.late, one)).join(' ');
  const longest = Math.max(...all.map(({ longestMs }) => longestMs));
  return `${name}: lost % ${lost}; late % ${late}; longest ${(longest / 1e3).toFixed(1)} s`;
}

describe.each(await subjectsOverRedis())('$name', (subject) => {
  soak(`${subject.name}: Redis away for ${AWAY_SECONDS} s, ${REPEATS} times`, REPEATS * 60, async () => {
    const repeats: Repeat[] = [];
    while (repeats.length < REPEATS) repeats.push(await repeat(subject));
    const seen = [
      shown('same server', repeats, ({ same }) => same),
      shown('other server', repeats, ({ other }) => other),
      `dead ${repeats.reduce((sum, { dead }) => sum + dead, 0)}`,
    ].join('; ');
    expect(
      repeats.map(({ dead, same, other }) => [dead, same.twice, other.twice]),
      seen,
    ).toEqual(repeats.map(() => [0, 0, 0]));
    // Messages before the fault and at the end were delivered.
    for (const { same, other } of repeats) for (const one of [same, other]) expect(one.lost).toBeLessThan(one.expected);
    return seen;
  });
});

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { readOptions } from '../../plan/options.ts';
import { makePlan } from '../../plan/plan.ts';
import type { PlannedCase } from '../../scenarios/shape.ts';
import { busiestShare, planProcesses, type UsualProcesses } from './processes.ts';

function casesOf(transports: string, scenarios: string, clients: number): readonly PlannedCase[] {
  const read = readOptions(
    Object.fromEntries(
      Object.entries({ transports, scenarios, clients }).map(([name, value]) => [name, { value, where: `--${name}` }]),
    ),
  );
  if ('problems' in read) throw new Error(read.problems.join());
  return makePlan(read.options).cases;
}

const USUAL: UsualProcesses = { workers: 1, asked: false };
/** Hard limit of the machine that the figures in docs/scale.md were measured on. */
const FILES = { files: 20_000 };

/** `servers+workers` of each case, or the problems. */
function planned(
  cases: readonly PlannedCase[],
  usual: Partial<UsualProcesses> = {},
  limits = FILES,
): readonly string[] {
  const plan = planProcesses(cases, { ...USUAL, ...usual }, limits);
  return 'problems' in plan ? plan.problems : plan.all.map(({ servers, workers }) => `${servers}+${workers}`);
}

describe('processes of many sessions', () => {
  test.each([
    ['ws', 'idle', 100_000, '6+6'],
    ['ws', 'idle', 228_000, '12+12'],
    ['sse', 'idle', 50_000, '3+3'],
    ['http-stream', 'connect', 30_000, '2+2'],
    ['grpc', 'echo', 40_000, '3+3'],
    ['sse:h2', 'idle', 19_900, '1+1'],
    ['ws', 'broadcast', 16_000, '1+1'],
  ])('%s, %s, %i sessions: %s', (transport, scenario, clients, processes) => {
    expect(planned(casesOf(transport, scenario, clients))).toEqual([processes]);
  });

  test('only the case that needs them has more', () => {
    const cases = [...casesOf('ws', 'echo', 100), ...casesOf('ws', 'idle', 100_000)];
    expect(planned(cases, { workers: 3 })).toEqual(['1+3', '6+6']);
  });

  test.each([
    ['sse', 'echo', 12_000, /^12000 sessions of sse need 24100 .*sse sends messages over further connections/],
    ['sse:h2', 'echo', 12_000, /^12000 sessions of sse:h2 need 24100 |^2\+2$/],
    ['socketio:upgrade', 'idle', 30_000, /a session of socketio:upgrade uses several connections/],
    ['webtransport', 'idle', 30_000, /webtransport uses UDP, and its datagrams would reach any process/],
  ])('%s, %s, %i sessions: only where the transport can be spread', (transport, scenario, clients, says) => {
    expect(planned(casesOf(transport, scenario, clients)).join('\n')).toMatch(says);
  });

  test('a broadcast has one server, which says why', () => {
    const [problem] = planned(casesOf('ws', 'broadcast', 16_000), {}, { files: 10_000 });
    expect(problem).toMatch(/only one server process: a broadcast reaches only the sessions of its own process; raise/);
  });

  test('numbers that were asked for are kept, or refused with those that are needed', () => {
    const cases = casesOf('ws', 'idle', 100_000);
    expect(planned(cases, { servers: 8 })).toEqual(['8+6']);
    expect(planned(cases, { servers: 2 })).toEqual([
      '100000 sessions of ws need 6 server processes, because each may have only 20000 open files; use --servers 6, or leave --servers out',
    ]);
    expect(planned(cases, { workers: 4, asked: true })[0]).toMatch(/need 6 load workers,.*use --workers 6$/);
    // A transport that cannot be spread keeps one.
    expect(planned(casesOf('ws,long-polling', 'echo', 10), { servers: 3 })).toEqual(['3+1', '1+1']);
    expect(planned(casesOf('long-polling', 'echo', 10), { servers: 3 })).toEqual([
      '--servers 3 has no meaning here: a session of long-polling uses several connections, which would reach different processes; leave it out',
    ]);
    // One problem of a kind, of the largest case.
    const both = [...casesOf('long-polling', 'idle', 30_000), ...casesOf('long-polling', 'idle', 40_000)];
    expect(planned(both)).toEqual([expect.stringContaining('40000 sessions of long-polling')]);
  });

  test('where a system gives a process too few files for any number of processes, it says what to raise', () => {
    expect(planned(casesOf('ws', 'idle', 1_000), {}, { files: 100 })).toEqual([
      expect.stringMatching(/^1000 sessions of ws need 1100 open files .*raise the hard limit/),
    ]);
  });
});

test('the busiest of several processes has no more connections than are planned for it', () => {
  const random = xoroshiro128plus(1);
  for (const [connections, servers] of [
    [500, 4],
    [12_000, 6],
    [100_000, 6],
  ] as const) {
    const most = busiestShare(connections, servers);
    for (let round = 0; round < 20; round++) {
      const counts = Array<number>(servers).fill(0);
      for (let one = 0; one < connections; one++) counts[uniformInt(random, 0, servers - 1)]!++;
      expect(Math.max(...counts)).toBeLessThanOrEqual(most);
    }
  }
});

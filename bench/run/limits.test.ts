import { describe, expect, test } from 'vitest';
import { readOptions } from '../plan/options.ts';
import { makePlan } from '../plan/plan.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { transports } from '../transports/index.ts';
import { type Fit, fitToMachine } from './limits.ts';

function casesOf(transports: string, scenario: string, clients: number): readonly PlannedCase[] {
  const given = { transports, scenarios: scenario, clients };
  const read = readOptions(
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value, where: `--${name}` }])),
  );
  if ('problems' in read) throw new Error(read.problems.join());
  return makePlan(read.options).cases;
}

const ways = Array.from({ length: 4 }, (_, at) => ({ source: `127.0.0.${at + 1}` }));
const one = { workers: 1, asked: false };
const problemsOf = (fitted: Fit): string => fitted.problems.join('\n');

describe('what a machine can hold', () => {
  test('19,000 idle sessions fit where a process may open 20,000 files', () => {
    const fitted = fitToMachine(casesOf('ws', 'idle', 19_000), one, { ways }, { files: 20_000, ports: 28_232 });
    expect(fitted).toEqual({ problems: [], workers: 1, ways: [] });
  });

  test('more than one server may open is refused with what to raise where there can be only one', () => {
    const cases = casesOf('long-polling', 'idle', 19_950);
    const fitted = fitToMachine(cases, one, { ways }, { files: 20_000, ports: 28_232 });
    expect(problemsOf(fitted)).toMatch(
      /^19950 sessions of long-polling need 20050 open files in the server.*only one server process: a session of long-polling uses several connections.*ulimit/,
    );
  });

  test('elsewhere there are more processes, on both sides', () => {
    const fitted = fitToMachine(casesOf('ws', 'idle', 19_950), one, { ways }, { files: 20_000, ports: 28_232 });
    const processes = new Map([['ws/idle/c19950/text', { servers: 2, workers: 2 }]]);
    expect(fitted).toEqual({ problems: [], workers: 1, ways: [], processes });
  });

  test('a transport that sends by requests needs two connections a session, one while it is silent', () => {
    const limits = { files: 20_000, ports: 28_232 };
    expect(problemsOf(fitToMachine(casesOf('sse', 'echo', 12_000), one, { ways }, limits))).toMatch(
      /need 24100 open files/,
    );
    expect(problemsOf(fitToMachine(casesOf('socketio:polling', 'echo', 12_000), one, { ways }, limits))).toMatch(
      /need 24100 open files/,
    );
    expect(fitToMachine(casesOf('sse', 'idle', 12_000), one, { ways }, limits)).toMatchObject({ problems: [] });
  });

  test('connections come from several addresses where one has too few ports', () => {
    const few = { files: 100_000, ports: 10_000 };
    expect(fitToMachine(casesOf('ws', 'idle', 7_000), one, { ways }, few)).toMatchObject({ ways: [] });
    expect(fitToMachine(casesOf('ws', 'idle', 20_000), one, { ways }, few)).toMatchObject({ ways });
    const most = fitToMachine(casesOf('ws', 'idle', 40_000), one, { ways }, few);
    expect(problemsOf(most)).toMatch(/need 40000 ports, but 4 address\(es\) have only 32000; raise net.ipv4/);
  });

  test('before a server that is not ours the sessions are spread over load processes', () => {
    const cases = casesOf('ws', 'idle', 30_000).map((one) => ({ ...one, target: 'ws://127.0.0.1:1/' }));
    const limits = { files: 20_000, ports: 100_000 };
    const processes = new Map([[cases[0]?.id, { servers: 1, workers: 2 }]]);
    expect(fitToMachine(cases, one, { ways }, limits)).toMatchObject({ problems: [], processes });
    expect(problemsOf(fitToMachine(cases, { workers: 1, asked: true }, { ways }, limits))).toMatch(/--workers 2/);
  });

  test('a system that says nothing of its limits is trusted', () => {
    const fitted = fitToMachine(casesOf('ws', 'idle', 60_000), one, { ways }, { files: null, ports: null });
    expect(fitted).toEqual({ problems: [], workers: 1, ways: [] });
  });

  describe('source addresses', () => {
    const few = { files: 100_000, ports: 1_000 };
    const at = (target: string, transport = 'ws') =>
      fitToMachine(
        casesOf(transport, 'idle', 1_500).map((planned) => ({ ...planned, target })),
        one,
        { ways },
        few,
      );

    test.each(['ws://127.0.0.1:8080/', 'wss://localhost:1', 'ws://user:word@app.localhost/x?y', 'ws://127.1.2.3:5'])(
      'a server at %s is reached from several',
      (target) => expect(at(target)).toMatchObject({ problems: [], ways }),
    );

    test.each(['ws://192.0.2.1:80/', 'ws://[::1]:80/', 'wss://localhost.example.org/'])(
      'one at %s only from that which the system chooses, so that its ports limit the sessions',
      (target) => {
        expect(problemsOf(at(target))).toMatch(/need 1500 ports, but 1 address\(es\) have only 800; raise/);
      },
    );

    test('the sessions of a transport that share a socket need no ports', () => {
      const sharing = transports.filter(({ sharesSocket }) => sharesSocket).map(({ id }) => id);
      expect(sharing.length).toBeGreaterThan(0);
      for (const id of sharing) {
        expect(fitToMachine(casesOf(id, 'idle', 60_000), one, { ways }, few)).toEqual({
          problems: [],
          workers: 1,
          ways: [],
        });
        const both = [...casesOf(id, 'idle', 60_000), ...casesOf('sse', 'echo', 900)];
        expect(fitToMachine(both, one, { ways }, few)).toMatchObject({ problems: [], ways });
      }
    });
  });
});

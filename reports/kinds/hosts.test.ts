import { expect, test } from 'vitest';
import type { Case, Measurement } from '../../bench/results/schema.ts';
import { hostsNote, loadHosts } from './hosts.ts';

const summary = { count: 100, p50: 1.5e-3, p90: null, p99: null, 'p99.9': null, max: null };

/** Case whose valid trials have these figures of all pairs. */
const caseOf = (...pairs: readonly Measurement['allPairs'][]): Case =>
  ({
    transport: 'ws',
    variant: null,
    trials: pairs.map((allPairs, order) => ({
      state: 'valid',
      order,
      ...(allPairs === undefined ? {} : { allPairs }),
    })),
  }) as unknown as Case;

test('all pairs are said with the largest error of the clocks', () => {
  const pairs = { boundSeconds: 1e-4, between: 10, early: 0, response: '', summary };
  const note = hostsNote([caseOf(pairs, { ...pairs, boundSeconds: 2e-4 })]);
  expect(note).toMatch(/^Latencies are of messages between clients of one host.*ws p50 1\.50* ms ± 0\.200* ms\.$/);
});

test('all pairs are not measured where a trial has not measured them', () => {
  const pairs = { boundSeconds: 1e-4, between: 10, early: 0 };
  expect(hostsNote([caseOf(pairs)])).toMatch(
    /ws not measured, because the hosts’ clocks are known to ± 0\.100* ms only/,
  );
});

test('nothing is said where all clients were on one host', () => {
  expect(hostsNote([caseOf(undefined)])).toBeNull();
  const hostOf = (name: string) => ({ name, platform: '', arch: '', kernel: '', cpu: '', cores: 1, memoryBytes: 1 });
  const environment = (names: readonly string[]) => ({ environment: { hosts: names.map(hostOf) } }) as never;
  expect([['local'], ['local', 'a', 'b'], []].map((names) => loadHosts(environment(names)))).toEqual([0, 2, 0]);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { planTrial } from '../../testing/single-trial.ts';
import { readLimits } from '../limits.ts';
import { type SystemLimits, systemProblems } from './system.ts';

const GIB = 1024 ** 3;
const manyOf = (transport: string, scenario: string, clients: number, servers = 6, workers = 6) => [
  { planned: planTrial(transport, scenario, { clients }), servers, workers },
];
const MANY = manyOf('ws', 'idle', 100_000);

describe('limits of the system, each named with its remedy', () => {
  test.each<readonly [string, SystemLimits, RegExp | null]>([
    ['none known', {}, null],
    ['enough', { filesLeft: 2_463_840, backlog: 4_096, trackedLeft: 262_000, memoryBytes: 20 * GIB }, null],
    [
      'files of all',
      { filesLeft: 150_000 },
      /need 200000 open files in all, but this system has only 150000 left; raise fs\.file-max/,
    ],
    ['backlog', { backlog: 128 }, /6 load workers open up to 192 connections at a time.*raise net\.core\.somaxconn/],
    ['firewall', { trackedLeft: 65_536 }, /track only 65536 more.*need 100000; raise net\.netfilter\.nf_conntrack_max/],
    [
      'memory',
      { memoryBytes: 2 * GIB },
      /100000 sessions of ws need about 3\.5 GiB of memory, but only 2\.0 GiB are free/,
    ],
  ])('%s', (_, limits, says) => {
    const problems = systemProblems(MANY, { kind: 'loopback' }, limits);
    if (says === null) expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringMatching(says)]);
  });

  test('a private link is not tracked', () => {
    expect(systemProblems(MANY, { kind: 'veth' }, { trackedLeft: 10 })).toEqual([]);
  });

  test('a broadcast says that its ledger is what takes the memory', () => {
    const cases = manyOf('ws', 'broadcast', 16_000, 1, 1);
    expect(systemProblems(cases, {}, { memoryBytes: 8 * GIB })).toEqual([]);
    expect(systemProblems(cases, {}, { memoryBytes: 2 * GIB })).toEqual([
      expect.stringMatching(/^16000 sessions of ws need about 3\.4 GiB of memory, most of it to check which messages/),
    ]);
  });

  test('with one server process the backlog is as it always was', () => {
    expect(systemProblems(manyOf('ws', 'idle', 4_000, 1, 40), {}, { backlog: 128 })).toEqual([]);
  });
});

describe('reading them', () => {
  const files = {
    'sys/fs/file-nr': '2343\t0\t2466183',
    'sys/net/core/somaxconn': '4096',
    'sys/net/netfilter/nf_conntrack_count': '12144',
    'sys/net/netfilter/nf_conntrack_max': '262144',
    meminfo: 'MemTotal:       24683844 kB\nMemAvailable:   20971520 kB',
  };
  const ports = { ports: [10_000, 65_535] } as const;

  test('from a recorded system', () => {
    const proc = mkdtempSync(join(tmpdir(), 'wirebench-limits-'));
    onTestFinished(() => rmSync(proc, { recursive: true }));
    const write = (file: string, text: string): void => {
      mkdirSync(dirname(join(proc, file)), { recursive: true });
      writeFileSync(join(proc, file), `${text}\n`);
    };
    for (const [file, text] of Object.entries(files)) write(file, text);
    const found = { ports: 55_536, filesLeft: 2_463_840, backlog: 4_096, memoryBytes: 20 * GIB };
    const none = { memoryBytes: null };
    expect(readLimits(ports, none, { proc })).toMatchObject({ ...found, trackedLeft: 250_000 });
    // A control group may allow less than is free.
    expect(readLimits(ports, { memoryBytes: GIB }, { proc })).toMatchObject({ memoryBytes: GIB });
    write('sys/net/netfilter/nf_conntrack_count', '0');
    expect(readLimits(ports, none, { proc })).toMatchObject({ ...found, trackedLeft: null });
  });

  test('from one that says nothing', () => {
    const unknown = { filesLeft: null, backlog: null, trackedLeft: null, memoryBytes: null };
    expect(readLimits(ports, { memoryBytes: null }, { proc: '/nowhere' })).toMatchObject(unknown);
  });
});

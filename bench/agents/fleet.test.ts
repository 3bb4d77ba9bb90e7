import { describe, expect, test } from 'vitest';
import type { WorkerOrder } from '../load/protocol.ts';
import { planTrial } from '../testing/single-trial.ts';
import { clientModule } from '../transports/index.ts';
import { withOwnClient, withoutPlace } from './client-module.ts';
import { deal } from './fleet.ts';
import { tooManySessions } from './limits.ts';
import { type Claim, whyOtherVersion } from './protocol.ts';

const memberOf = (name: string, changes: Partial<Claim> = {}): { name: string; claim: Claim } => ({
  name,
  claim: {
    name,
    host: { platform: 'linux', arch: 'x64', kernel: '6', cpu: 'some', cores: 4, memoryBytes: 1e9 },
    runtime: 'node 24',
    workers: 1,
    files: 20_000,
    ports: 28_000,
    ...changes,
  },
});

test('load workers are dealt to agents in turn, as many as each can start', () => {
  const members = [memberOf('one', { workers: 3 }), memberOf('two'), memberOf('three', { workers: 2 })];
  const dealt = (workers: number) => deal(members, workers).map(({ member, slot }) => `${member.name} ${slot}`);
  expect(dealt(6)).toEqual(['one 0', 'two 0', 'three 0', 'one 1', 'three 1', 'one 2']);
  expect(dealt(2)).toEqual(['one 0', 'two 0']);
  expect(deal([], 3)).toEqual([]);
});

describe('sessions that agents cannot open', () => {
  const cases = [planTrial('ws', 'echo', { clients: 30_000 })];

  test('are none where all fit', () => {
    expect(
      tooManySessions(
        cases,
        ['one', 'two', 'three'].map((name) => memberOf(name)),
      ),
    ).toEqual([]);
  });

  test('are named with the agent and the fix', () => {
    const members = [memberOf('one', { files: 4_096 }), memberOf('two', { workers: 2, ports: 1_000 })];
    const [files, ports, ...others] = tooManySessions(cases, members);
    expect(files).toMatch(
      /10000 for each load process, but agent one allows each only 4096 open files; use more --agents/,
    );
    expect(ports).toMatch(/need 20000 ports at agent two, which has 800; use more --agents/);
    expect(others).toEqual([]);
  });
});

test('an agent is told what to do about another version', () => {
  const own = { wirebench: '1.0.0', schema: 'wirebench/1' };
  expect(whyOtherVersion('one', own, { ...own })).toBeUndefined();
  for (const wanted of [
    { ...own, wirebench: '1.0.1' },
    { ...own, schema: 'wirebench/2' },
  ])
    expect(whyOtherVersion('one', own, wanted)).toMatch(/^agent one is wirebench 1\.0\.0 .*: install one version/);
});

describe('the client’s module of an order', () => {
  const order = { order: 'connect', module: clientModule({ id: 'ws' }) } as WorkerOrder;

  test('is that of the machine which follows it', () => {
    const sent = withoutPlace(order);
    expect(sent).toMatchObject({ module: 'clients/ws.ts' });
    expect(withOwnClient(sent)).toEqual(order);
    expect(withOwnClient({ order: 'prepare' })).toEqual({ order: 'prepare' });
  });

  test.each([
    'file:///tmp/other.ts',
    'clients/../bench/cli.ts',
    'clients/shared/address.ts',
    'node:fs',
    'https://x/y.ts',
  ])('is never %s', (module) => {
    expect(() => withOwnClient({ ...order, module } as WorkerOrder)).toThrow(/only the clients of Wirebench/);
    expect(() => withoutPlace({ ...order, module } as WorkerOrder)).toThrow(/measure a plugin without --agents/);
  });
});

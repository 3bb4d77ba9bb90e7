import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Network } from '../../networks/network.ts';
import type { Found } from '../../networks/self-test/judge.ts';
import { parseResults } from '../../results/file.ts';
import type { Case, MeasuredTrial, Results } from '../../results/schema.ts';
import { commandOf } from '../../run/process-tree.ts';
import { endStarted, start, until } from '../../testing/command.ts';
import { wirebench } from '../../testing/in-process.ts';
import { foundAsAsked } from '../../testing/network/found.ts';
import { allChildrenOf, type RunningProcess } from '../../testing/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-networks-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

/** Processes of a run: shells that keep namespaces, the relay, probers, servers and load workers. */
const helpersOf = (parent: number | undefined): RunningProcess[] =>
  allChildrenOf(parent).filter(({ command }) => /read -r|relay\.ts|prober\.ts|main\.ts|worker\.ts/.test(command));
const relaysOf = (parent: number): RunningProcess[] =>
  helpersOf(parent).filter(({ command }) => command.includes('networks/relay.ts'));

const OFF = 'rtt=20ms';
const found = async (_: unknown, network: Network): Promise<Found> =>
  network.id === OFF ? { ...foundAsAsked(network), rtt: { p50: 0.031, p99: 0.04 } } : foundAsAsked(network);

const measured = (one: Case | undefined): MeasuredTrial => {
  const trial = one?.trials.at(-1);
  if (trial === undefined || trial.state === 'failed') throw new Error(trial?.reasons.join() ?? 'no trial');
  return trial;
};

const caseOver = ({ cases }: Results, transport: string, network: string): Case | undefined =>
  cases.find((one) => one.transport === transport && one.network === network);

describe('a run over networks', () => {
  const LOSSY = 'rtt=20ms+loss=1%';

  test('measures plain and TLS cases side by side, and tells what went through the relay', async () => {
    const out = join(folder, 'lossy');
    const flags = ['--transports', 'tcp,ws', '--scenarios', 'echo', '--network', `none,${LOSSY},${OFF}`];
    const small = ['--clients', '6', '--rate', '60', '--duration', '1', '--warmup', '0.1', '--trials', '1'];
    const limits = ['--threshold', `ws.echo[network=${LOSSY}].p50<900ms`, '--out', out];
    const { code, stderr } = await wirebench(['run', ...flags, ...small, ...limits], { testNetwork: found });
    expect(stderr).toContain(`Network ${LOSSY}: round trip 20.0 ms, found 20.0 ms`);
    expect(stderr).toContain(`Network ${OFF}: round trip 20.0 ms, found 31.0 ms`);
    const results = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');

    // Cases of a network that is off its target are unavailable; the rest is measured, and the run is not valid as a whole.
    expect(code).toBe(13);
    expect(results.plan.leftOut).toMatchObject(
      ['tcp', 'ws'].map((name) => ({ name, kind: 'unavailable', dimensions: { network: OFF } })),
    );
    expect(results.plan.leftOut?.[0]?.reason).toMatch(/its round trip is 31\.0 ms \(p50\), not 20\.0 ms/);
    expect(results.networks?.map(({ id, offTarget }) => [id, offTarget?.length])).toEqual([
      [LOSSY, undefined],
      [OFF, 2],
    ]);
    expect(results.networks?.[0]).toMatchObject({
      effective: { rttSeconds: 0.02, lossShare: 0.01, congestionControl: 'cubic' },
      parts: LOSSY,
      found: { rttP50Seconds: 0.02, up: { sent: 1_000, lost: 10 } },
    });
    expect(results.cases.map(({ network, tls }) => `${network} ${tls}`).toSorted()).toEqual(
      [`none false`, `none false`, `${LOSSY} true`, `${LOSSY} true`].toSorted(),
    );

    for (const transport of ['tcp', 'ws']) {
      const plain = measured(caseOver(results, transport, 'none'));
      expect(plain).not.toHaveProperty('relay');
      expect(plain.wire).not.toHaveProperty('arrivedUp');
      const over = caseOver(results, transport, LOSSY);
      expect(over?.effective.tls).toBe('TLSv1.3');
      const { messages, wire, relay } = measured(over);
      expect(messages).toMatchObject({ due: 60, sent: 60, delivered: 60, lost: 0 });
      if (relay === undefined) throw new Error('no relay');
      for (const way of ['up', 'down'] as const) {
        const { offered, lost, overflowed, passed } = relay[way];
        expect(lost + overflowed + passed).toBe(offered);
        // Each message has a packet of its own at the least.
        expect(offered).toBeGreaterThanOrEqual(60);
      }
      const { up, down } = relay;
      expect(wire).toMatchObject({ layer: 'link', up: up.offeredBytes, arrivedUp: up.passedBytes });
      expect(wire).toMatchObject({ down: down.offeredBytes, arrivedDown: down.passedBytes });
      expect(wire.packetsUp).toBe(up.offered);
    }
    expect(helpersOf(process.pid)).toEqual([]);
  });

  test('fails the trial whose relay ends, with its name, and goes on with another', async () => {
    const out = join(folder, 'killed');
    const flags = ['--transports', 'tcp', '--scenarios', 'echo', '--network', 'rtt=10ms', '--trials', '2'];
    const small = ['--clients', '4', '--rate', '40', '--duration', '1', '--warmup', '0.1', '--keep-going'];
    let killed = 0;
    const { code } = await wirebench(['run', ...flags, ...small, '--ndjson', '--out', out], {
      testNetwork: async (_, network) => foundAsAsked(network),
      onWrite: ({ stdout }) => {
        if (killed > 0 || !stdout.includes('trial-started')) return;
        killed = relaysOf(process.pid)[0]?.pid ?? 0;
        process.kill(killed, 'SIGKILL');
      },
    });
    expect(code).toBe(14);
    const { cases } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    const [first, second] = cases[0]?.trials ?? [];
    expect(first).toMatchObject({
      state: 'failed',
      reasons: [expect.stringMatching(/^the relay was ended by SIGKILL/)],
    });
    expect(second).toMatchObject({ messages: { sent: 40, delivered: 40 } });
    expect(helpersOf(process.pid)).toEqual([]);
  });

  test('leaves nothing behind when it is interrupted in a trial', async () => {
    const interruption = new AbortController();
    const flags = ['--transports', 'tcp', '--scenarios', 'echo', '--network', 'rtt=10ms', '--trials', '2'];
    const { code } = await wirebench(['run', ...flags, '--ndjson', '--out', join(folder, 'interrupted')], {
      testNetwork: async (_, network) => foundAsAsked(network),
      interrupted: interruption.signal,
      onWrite: ({ stdout }) => {
        if (stdout.includes('trial-started')) interruption.abort(new Error('interrupted'));
      },
    });
    expect(code).toBe(130);
    expect(helpersOf(process.pid)).toEqual([]);
  });
});

describe('a command that tests its networks leaves nothing behind', () => {
  test.each([
    ['after Ctrl-C', 'SIGINT', 130],
    ['when it is killed', 'SIGKILL', null],
  ] as const)('%s', async (_, signal, exit) => {
    const flags = ['--transports', 'tcp', '--scenarios', 'echo', '--network', 'rtt=10ms', '--trials', '1'];
    const { child, ended } = start(['run', ...flags, '--out', join(folder, signal)]);
    const probes = () => allChildrenOf(child.pid).filter(({ command }) => command.includes('prober'));
    await until(() => probes().length === 2);
    const helpers = helpersOf(child.pid);
    // Shells that keep the namespaces of both links, the relay and the probers.
    expect(helpers.length).toBeGreaterThanOrEqual(2 + 3 + 1 + 2);
    child.kill(signal);
    expect((await ended).code).toBe(exit);
    await until(() => helpers.every(({ pid, command }) => commandOf(pid) !== command));
  });
});

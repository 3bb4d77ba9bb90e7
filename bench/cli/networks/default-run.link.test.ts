import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseResults } from '../../results/file.ts';
import { wirebench } from '../../testing/in-process.ts';
import { foundAsAsked } from '../../testing/network/found.ts';

test('a default run measures a mobile network and a restart side by side, each on a path of its own', async () => {
  const out = mkdtempSync(join(tmpdir(), 'wirebench-default-'));
  try {
    const flags = ['--transports', 'tcp,ws', '--trials', '1', '--warmup', '0.1', '--outage', '0.5s', '--keep-going'];
    const { code, stderr } = await wirebench(['run', ...flags, '--out', out], {
      testNetwork: async (_, network) => foundAsAsked(network),
    });
    // A busy machine may spoil trials.
    expect([0, 13]).toContain(code);
    expect(stderr).toContain('8 cases × 1 trial = 8 trials');
    const { cases, plan } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    expect(plan).toMatchObject({ scenarios: ['echo', 'broadcast', 'recovery'], trials: 1 });
    expect(plan.command).not.toMatch(/--scenarios|--network/);
    expect(cases.map(({ scenario, network, dimensions }) => [scenario, network, dimensions?.fault])).toEqual(
      [
        ['echo', 'none', undefined],
        ['broadcast', 'none', undefined],
        ['echo', '4g-lossy', undefined],
        ['recovery', 'none', 'restart'],
      ].flatMap((one) => [one, one]),
    );
    for (const { network, kind, trials } of cases) {
      const trial = trials.at(-1);
      if (trial === undefined || trial.state === 'failed') throw new Error(trial?.reasons.join());
      const isAlone = network === 'none' && kind !== 'recovery';
      expect(trial.relay === undefined).toBe(isAlone);
      expect(trials.some(({ beside = [] }) => beside.length > 0)).toBe(!isAlone);
      expect(trial.messages.lost).toBe(0);
      if (kind === 'recovery') expect(trial.recovery?.sessions).toMatchObject({ all: 50, cameBack: 50, gone: 0 });
    }
  } finally {
    rmSync(out, { recursive: true });
  }
});

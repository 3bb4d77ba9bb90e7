import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { readOptions } from '../../plan/options.ts';
import { makePlan } from '../../plan/plan.ts';
import { readResults } from '../../results/file.ts';
import { endStarted, start } from '../../testing/command.ts';
import { soak } from '../../testing/soak.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { loopback } from '../link.ts';
import { resolveResources } from '../run.ts';

const MIN_R2 = 0.98;

const folder = mkdtempSync(join(tmpdir(), 'wirebench-many-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

/** Reasons why this machine cannot hold so many sessions; undefined if it can. */
function tooSmall(flags: Readonly<Record<string, string>>): string | undefined {
  const given = Object.entries(flags).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join());
  const resources = resolveResources(makePlan(read.options), loopback());
  return 'problems' in resources ? resources.problems.join('; ') : undefined;
}

describe.each([
  ['ws', 100_000],
  ['sse', 50_000],
] as const)('%s, %i idle sessions', (transport, clients) => {
  const flags = { transports: transport, scenarios: 'idle', clients: String(clients), trials: '1' };
  unavailable(tooSmall(flags));

  soak(`${transport}: ${clients} idle sessions, none dropped, and memory that grows in proportion`, 900, async () => {
    const out = join(folder, transport);
    const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    const { stderr } = await start(['run', ...given, '--yes', '--out', out]).ended;
    const [trial] = readResults(join(out, 'results.json')).cases[0]?.trials ?? [];
    if (trial === undefined || trial.state === 'failed') throw new Error(trial?.reasons.join('; ') ?? stderr);
    const { memory, opening, messages, processes = [], usage, seconds } = trial;
    expect(messages.errors).toEqual({});
    if (memory === undefined || opening === undefined) throw new Error('memory was not measured');
    expect(memory.steps.at(-1)?.sessions).toBe(clients);
    expect(memory.server.r2).toBeGreaterThanOrEqual(MIN_R2);
    expect(memory.generator.r2).toBeGreaterThanOrEqual(MIN_R2);
    const servers = processes.filter(({ role }) => role === 'server').length;
    const side = (name: 'server' | 'generator'): string =>
      `${name} ${(memory[name].bytesPerSession / 1024).toFixed(1)} KiB a session (R² ${memory[name].r2.toFixed(4)})`;
    return [
      `${servers} + ${processes.length - servers} processes`,
      side('server'),
      side('generator'),
      `${Math.round(opening.sessions / opening.seconds)} sessions/s`,
      `${((usage.server.cpuSeconds / seconds) * 100).toFixed(1)} % of a core for servers that idle`,
      '0 dropped',
    ].join(', ');
  });
});

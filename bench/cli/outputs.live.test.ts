import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseResults } from '../results/file.ts';
import { endStarted, start } from '../testing/command.ts';
import { wirebench } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-outputs-'));
afterAll(() => {
  endStarted();
  rmSync(folder, { recursive: true });
});

const settings = {
  transports: 'tcp,ws',
  scenarios: 'echo',
  clients: 5,
  rate: 200,
  size: 64,
  duration: 0.2,
  warmup: 0.1,
  trials: 1,
};
const SMALL = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
const run = (args: readonly string[], environment: Record<string, string> = {}) =>
  start(['run', ...args], { GITHUB_STEP_SUMMARY: '', ...environment }).ended;

type Said = { schema: string; event: string; time: string; [field: string]: unknown };

describe('run', () => {
  test('--ndjson prints a line per event, in order, and nothing else', async () => {
    const out = join(folder, 'events');
    const { code, stdout } = await run([...SMALL, '--out', out, '--ndjson', '--threshold', 'ws.echo.bytes<4KiB']);
    const lines = stdout.trimEnd().split('\n');
    const said = lines.map((line): Said => JSON.parse(line));
    const events = said.map(({ event }) => event);
    // A busy machine may add waits, and one trial that is run again.
    const ended = events.filter((event) => event === 'trial-ended');
    const trialEvents = ended.flatMap((event) => ['trial-started', event]);
    expect(ended.length - said.filter(({ replaces }) => replaces !== undefined).length / 2).toBe(2);
    expect(events.filter((event) => event !== 'waiting').slice(0, 3 + trialEvents.length)).toEqual([
      'plan',
      'run-started',
      ...trialEvents,
      'run-ended',
    ]);
    expect(events).toContain('threshold');
    expect(events.at(-1)).toBe('ended');
    for (const { schema, time } of said)
      expect([schema, new Date(time).toISOString()]).toEqual(['wirebench-events/1', time]);

    const results = parseResults(readFileSync(join(out, 'results.json'), 'utf8'), 'results');
    const [first] = said.filter(({ event }) => event === 'trial-ended');
    const trials = results.cases.flatMap((one) => one.trials.map((trial) => ({ case: one.id, ...trial })));
    expect(trials).toContainEqual(
      expect.objectContaining({ case: first?.case, messages: first?.messages, state: first?.state }),
    );
    expect(first?.figures).toMatchObject({ p50: first?.state === 'valid' ? expect.any(Number) : null, p99: null });
    expect(said[0]).toMatchObject({ cases: results.cases.map(({ id }) => id), thresholds: ['ws.echo.bytes<4KiB'] });
    expect(said.at(-1)).toMatchObject({
      exitCode: code,
      id: results.id,
      state: 'complete',
      files: { results: join(out, 'results.json'), report: join(out, 'report.html') },
    });
  });

  test('--markdown prints the summary and appends it to that of a job, with thresholds', async () => {
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const conditions = ['--threshold', 'ws.echo.bytes<1B', '--threshold', 'tcp.echo.cpu<5s'];
    const { code, stdout, stderr } = await run(
      [...SMALL, '--out', join(folder, 'markdown'), '--markdown', ...conditions],
      {
        GITHUB_STEP_SUMMARY: summary,
      },
    );
    expect(stdout).toMatch(/^## Wirebench\n/);
    expect(readFileSync(summary, 'utf8')).toBe(`before\n${stdout}\n`);
    expect(stderr).toMatch(/Report: .*report\.html\n$/);
    // A busy machine may invalidate a trial; then the threshold cannot be tested.
    const missed = /`ws\.echo\.bytes<1B` \| ws\/echo\/c5\/r200\/s64\/text \| \*\*missed\*\*/.test(stdout);
    expect(stdout).toMatch(/`tcp\.echo\.cpu<5s` \| tcp\/echo\/c5\/r200\/s64\/text \| \*\*(met|not testable)\*\*/);
    expect(code).toBe(missed && !stdout.includes('**not testable**') ? 10 : 13);
  });

  test('--json prints only the document; thresholds, from a file too, go to stderr', async () => {
    const config = join(folder, 'bench.json');
    writeFileSync(config, JSON.stringify({ ...settings, transports: 'ws', threshold: ['ws.echo.p50<60s'] }));
    const { code, stdout, stderr } = await run(['--config', config, '--out', join(folder, 'json'), '--json']);
    expect(parseResults(stdout, 'stdout').plan.profile).toBe('custom');
    expect(stderr).toMatch(/Thresholds\n(✓ met|∅ not testable) {2}ws\.echo\.p50<60s/);
    expect(code).toBe(stderr.includes('✓ met') ? 0 : 13);
  });

  test('bad thresholds are refused with all other problems, before anything starts', async () => {
    const bad = ['--threshold', 'wss.echo.p99<5ms,ws.echo.p99<5', '--clients', '0', '--json', '--ndjson'];
    const { code, stdout, stderr } = await wirebench(['run', ...bad, '--out', join(folder, 'never')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const part of [
      '--clients takes',
      '"wss", did you mean "ws"?',
      'p99 takes a number in s',
      '--json, --ndjson each print',
    ])
      expect(stderr).toContain(part);
    expect(stderr.trimEnd().split('\n')).toHaveLength(4);
  });
});

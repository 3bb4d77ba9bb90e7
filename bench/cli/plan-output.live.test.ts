import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wirebench } from '../testing/in-process.ts';
import { transports, whyNotLoaded } from '../transports/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirebench-plan-'));
const out = join(folder, 'out');
afterAll(() => rmSync(folder, { recursive: true }));

interface Plan {
  readonly schema: string;
  readonly command: string;
  readonly estimatedSeconds: number;
  readonly steps: readonly { readonly name: string; readonly seconds: number }[];
}

const ROWS: readonly (readonly [command: string, flags: readonly string[], steps: readonly string[]])[] = [
  [
    'run',
    ['--transports', 'ws,sse', '--scenarios', 'echo', '--out', out],
    ['ws/echo/c100/r1000/s128/text', 'sse/echo/c100/r1000/s128/text'],
  ],
  ['wire', ['--transports', 'ws', '--size', '64', '--out', out], ['ws/wire/c1/s64/text']],
  ['aa', ['--pairs', '2', '--slowed', '1'], ['2 identical pairs', '1 slowed pair']],
  ['micro', ['--transports', 'ws'], ['json, 128 bytes: 2 rows', 'ws, 128 bytes: 4 rows']],
  ['crosscheck', [], expect.arrayContaining(['sse: our generator', 'freeze, sse: autocannon, uncorrected'])],
  [
    'ceiling',
    ['--transports', 'ws,short-polling'],
    expect.arrayContaining(['ws, echo, bare-ws', 'short-polling, echo']),
  ],
];

describe.each(ROWS)('%s --plan', (command, flags, names) => {
  test('prints every step with its time, and the sum of the times', async () => {
    const { code, stdout, stderr } = await wirebench([command, ...flags, '--plan', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { schema, steps, estimatedSeconds, ...rest } = JSON.parse(stdout) as Plan;
    expect({ schema, command: rest.command }).toEqual({ schema: 'wirebench-plan/1', command });
    expect(steps.map(({ name }) => name)).toEqual(names);
    expect(steps.every(({ seconds }) => seconds > 0)).toBe(true);
    expect(estimatedSeconds).toBeCloseTo(
      steps.reduce((sum, { seconds }) => sum + seconds, 0),
      1,
    );
  });

  test('prints the same as text, measures nothing and asks nothing', async () => {
    // Such a long plan would ask a user at a terminal.
    const { code, stdout, stderr } = await wirebench([command, ...flags, '--plan'], { columns: 100 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/about \d+ (s|min)\./);
    expect(stdout).toMatch(/^ {2}\S.* {2}\d+ (s|min)$/m);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(existsSync(out)).toBe(false);
  });
});

test('run --plan --ndjson prints only the first event', async () => {
  const { code, stdout } = await wirebench(['run', '--transports', 'ws', '--scenarios', 'echo', '--plan', '--ndjson']);
  expect(code).toBe(0);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([expect.objectContaining({ event: 'plan', cases: ['ws/echo/c100/r1000/s128/text'] })]);
});

test('an impossible plan is refused', async () => {
  const { code, stdout } = await wirebench(['run', '--plan', '--transports', 'wss']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('ceiling measures every transport that works here, and lists the others', async () => {
  const { stdout } = await wirebench(['ceiling', '--plan']);
  for (const entry of transports) {
    const isHere = (await whyNotLoaded(entry)) === undefined;
    expect(stdout).toMatch(new RegExp(isHere ? `^ {2}${entry.id}, echo ` : `^Left out: ${entry.id}: unavailable`, 'm'));
  }
});

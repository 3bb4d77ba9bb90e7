import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import type { MeasuredTrial } from '../results/schema.ts';
import { commandOf } from '../run/process-tree.ts';
import { runTrial } from '../run/trial.ts';
import { PATIENT } from '../testing/patience.ts';
import { allChildrenOf, childrenOf, type RunningProcess } from '../testing/processes.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';

/**
 * Load at which a server ends a stopped reader's session: the reader falls behind by 1.3 MB a second. The buffers of the loopback take
 * about 4 MB, and the limit is 1 MiB, which is reached after 4 s; 5 s later the session ends.
 */
const HEAVY = { clients: 3, rate: 80, size: 16_384, seconds: 12, dimensions: { reader: 'stopped' } };
/** Load that the buffers of both sides take while the reader is stopped. */
const LIGHT = { clients: 3, rate: 20, size: 64, seconds: 0.5, dimensions: { reader: 'stopped' } };

async function measure(transport: string, load: typeof HEAVY): Promise<MeasuredTrial> {
  const { trial } = await runTrial(planTrial(transport, 'slow-readers', load), singleTrial());
  if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  return trial;
}

/** Checks what holds for the others, whatever becomes of the reader. */
function expectOthersServed({ messages, slow, latency }: MeasuredTrial, sent: number): void {
  expect(messages).toMatchObject({ due: sent, sent, expected: 2 * sent, delivered: 2 * sent, lost: 0, errors: {} });
  expect(messages).toMatchObject({ duplicated: 0, corrupt: 0, unexpected: 0 });
  expect(slow).toMatchObject({ readers: 1, without: { count: 2 * sent }, with: { count: 2 * sent } });
  expect(latency.summary?.response.count).toBe(2 * sent);
}

describe.concurrent('a stopped reader', { timeout: 120_000 }, () => {
  test.each([
    // The close frame with 1013 waits behind what the reader has not read, and the server ends the connection a second later.
    ['ws', /1006|1013/],
    ['sse', /ended|closed|reset/i],
  ])('of %s that falls too far behind is cut, with what its client says', async (transport, reason) => {
    const trial = await measure(transport, HEAVY);
    const sent = HEAVY.rate * HEAVY.seconds;
    expectOthersServed(trial, sent);
    const { fates = [], serverRss, afterSeconds } = trial.slow ?? {};
    expect(fates).toEqual([
      { fate: 'cut', sessions: 1, seconds: expect.any(Number), missed: expect.any(Number), reason: expect.any(String) },
    ]);
    expect(fates[0]!.reason).toMatch(reason);
    // Messages before the stop have arrived, and those at the end find no session.
    expect(fates[0]!.missed).toBeGreaterThanOrEqual(10);
    expect(fates[0]!.missed).toBeLessThanOrEqual(sent + 10);
    expect(fates[0]!.seconds).toBeGreaterThan(5);
    expect(serverRss!.max).toBeGreaterThan(serverRss!.before);
    expect(afterSeconds).toBeLessThan(60);
  });

  test.each(['ws', 'sse', 'long-polling', 'mqtt'])('of %s that falls behind a little catches up', async (transport) => {
    const trial = await measure(transport, LIGHT);
    expectOthersServed(trial, LIGHT.rate * LIGHT.seconds);
    expect(trial.slow?.fates).toEqual([{ fate: 'caught up', sessions: 1, seconds: null, missed: 0 }]);
  });
});

const script = fileURLToPath(new URL('../testing/readers/stopped-trial.ts', import.meta.url));

/** True if a process is stopped. */
function isStopped({ pid }: RunningProcess): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('no stopped process is left when the command is killed', { timeout: 120_000 }, async () => {
  const command = spawn(process.execPath, [script], { stdio: 'ignore' });
  const children = await vi.waitUntil(() => {
    const found = allChildrenOf(command.pid);
    // The server, two load workers, and the shell that guards the stopped one.
    return found.length >= 4 && found.some(isStopped) ? found : undefined;
  }, PATIENT);
  command.kill('SIGKILL');
  await vi.waitUntil(() => children.every(({ pid, command }) => commandOf(pid) !== command), PATIENT);
});

test('no stopped process is left when a trial is aborted', { timeout: 120_000 }, async () => {
  const controller = new AbortController();
  const load = { ...LIGHT, seconds: 5 };
  const running = runTrial(planTrial('ws', 'slow-readers', load), singleTrial({ signal: controller.signal }));
  const aborted = running.then(
    () => undefined,
    (error: unknown) => error,
  );
  await vi.waitUntil(() => childrenOf(process.pid).some(isStopped), PATIENT);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await aborted).toBe(reason);
  expect(childrenOf(process.pid)).toEqual([]);
});

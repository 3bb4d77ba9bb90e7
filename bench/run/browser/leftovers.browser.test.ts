import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { browserHere, browserTrial } from '../../testing/browser/trial.ts';
import { endStarted, start } from '../../testing/command.ts';
import { processesWith } from '../../testing/processes.ts';
import { needs } from '../../testing/unavailable.ts';
import { Chromium } from './chromium.ts';
import { processesOf } from './tree.ts';
import { browserOf } from './workers.ts';

await needs('privateLink');

const out = mkdtempSync(join(tmpdir(), 'wirebench-test-'));
afterEach(endStarted);
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Beginning of the names of the profiles that a process makes. */
const markOf = (pid: number | undefined): string => `wirebench-browser-${pid}-`;

/** Profiles that a process has made, and processes that use them. */
const leftOf = (pid: number | undefined) => ({
  profiles: readdirSync(tmpdir()).filter((name) => name.startsWith(markOf(pid))),
  processes: processesWith(markOf(pid)),
});
const NOTHING = { profiles: [], processes: [] };

describe('nothing is left of a browser', { timeout: 240_000 }, () => {
  test('after a trial', async () => {
    expect(await browserTrial(browserHere(), 'ws', 'echo')).toMatchObject({ messages: { delivered: 50 } });
    expect(leftOf(process.pid)).toEqual(NOTHING);
  });

  test('after one whose browser is none, which fails with what it said', async () => {
    const trial = await browserTrial(browserOf('/bin/false'), 'ws', 'echo');
    expect(trial).toMatchObject({ state: 'failed', reasons: [expect.stringContaining('the browser ended')] });
    expect(leftOf(process.pid)).toEqual(NOTHING);
  });

  test('when it is killed: commands fail, and say so', async () => {
    const settings = { path: browserHere().path, origin: 'http://127.0.0.1:9' };
    const browser = await Chromium.start(settings, new AbortController().signal);
    try {
      const main = processesOf(browser.guardPid!).find(({ role }) => role === 'browser');
      process.kill(main!.pid, 'SIGKILL');
      const ended = /^the browser (?:ended|was ended)/;
      await vi.waitFor(() => expect(browser.devTools.send('Browser.getVersion')).rejects.toThrow(ended), {
        timeout: 60_000,
      });
    } finally {
      await browser[Symbol.asyncDispose]();
    }
    expect(leftOf(process.pid)).toEqual(NOTHING);
  });

  test.each(['SIGINT', 'SIGKILL'] as const)('when the command is ended by %s', async (by) => {
    const flags = '--transports ws --scenarios echo --clients-in chromium --duration 100 --trials 1 --yes'.split(' ');
    const { child, ended, said } = start(['run', ...flags, '--out', join(out, by)]);
    const isMeasuring = (): boolean => processesWith(markOf(child.pid)).some((pid) => pid !== child.pid);
    await vi.waitUntil(() => isMeasuring() || child.exitCode !== null, { timeout: 120_000, interval: 200 });
    expect(isMeasuring() ? '' : said.stderr).toBe('');
    child.kill(by);
    const { code } = await ended;
    expect(code).toBe(by === 'SIGINT' ? 130 : null);
    // A browser ends by itself when its pipe closes, and its guard removes the profile.
    await vi.waitUntil(() => JSON.stringify(leftOf(child.pid)) === JSON.stringify(NOTHING), {
      timeout: 60_000,
      interval: 200,
    });
  });
});

import { expect, test } from 'vitest';
import { browserHere } from '../../testing/browser/trial.ts';
import { accountingProblems, lossesOf } from '../../testing/network/fault-accounting.ts';
import { faultTrial } from '../../testing/network/fault-trial.ts';
import { needs } from '../../testing/unavailable.ts';
import { findTransport } from '../../transports/index.ts';
import { NetworkPath } from '../network/path.ts';

await needs('privateLink');

const { signal } = new AbortController();

test.each(['ws', 'sse', 'socketio', 'mqtt:ws', 'webrtc'])(
  '%s comes back in a browser after a blackhole, and loses what arithmetic says',
  { timeout: 240_000 },
  async (transport) => {
    await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
    const found = await faultTrial(path, transport, { fault: 'blackhole', browser: browserHere() });
    const { recovery, trial } = found;
    const losses = lossesOf(findTransport(transport)!, 'blackhole', 'managed');
    expect(accountingProblems(found, losses)).toEqual([]);
    expect(recovery.sessions.gone).toBe(0);
    expect(recovery.messages.published).toBeGreaterThan(60);
    expect((trial.broken ?? []).filter(({ rule }) => rule === 'accounting-closes')).toEqual([]);
    expect(recovery.backSeconds - recovery.faultSeconds).toBeGreaterThan(0.99);
    expect(trial.processes?.map(({ role }) => role)).toContain('renderer');
  },
);

/** Longer than any freeze, so that only the browser ends sessions. */
const NEVER_SILENT = 30;

test.each([
  ['ws', { survived: 0, cameBack: 4, gone: 0, noticed: 4 }, ['WebSocket closed with 1006']],
  ['sse', { survived: 4, cameBack: 0, gone: 0, noticed: 0 }, []],
] as const)('%s in a tab that is frozen', { timeout: 240_000 }, async (transport, sessions, reasons) => {
  await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
  const choice = { fault: 'freeze', outageSeconds: 2, silenceSeconds: NEVER_SILENT, browser: browserHere() } as const;
  const found = await faultTrial(path, transport, choice);
  expect(accountingProblems(found, lossesOf(findTransport(transport)!, 'freeze', 'managed'))).toEqual([]);
  const { recovery } = found;
  expect(recovery.sessions).toEqual({ all: 4, ...sessions });
  expect(Object.keys(recovery.reasons)).toEqual(reasons);
  // The client’s code runs no sooner in a frozen tab.
  expect(recovery.detection.p50 ?? 2).toBeGreaterThanOrEqual(2);
  expect(recovery.staleness.p50).toBeGreaterThan(1.9);
});

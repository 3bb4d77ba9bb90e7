import { afterAll, expect, test } from 'vitest';
import type { Fault } from '../../results/values.ts';
import { FAULTS_OF_ONE } from '../../scenarios/shared/faults.ts';
import { accountingProblems, lossesOf } from '../../testing/network/fault-accounting.ts';
import { faultTrial, logs } from '../../testing/network/fault-trial.ts';
import { childrenOf } from '../../testing/processes.ts';
import { findTransport } from '../../transports/index.ts';
import { NetworkPath } from '../network/path.ts';

const TRIAL_MS = 90_000;
const { signal } = new AbortController();

afterAll(() => {
  expect(childrenOf(process.pid)).toEqual([]);
  expect(logs()).toEqual([]);
});

const cases = ['ws', 'sse', 'socketio', 'mqtt:session', 'webrtc'].flatMap((transport) =>
  FAULTS_OF_ONE.map((fault): [string, Fault] => [transport, fault]),
);

test.concurrent.for(cases)(
  '%s at %s loses what arithmetic says, and repeats at most one message a session',
  {
    timeout: TRIAL_MS,
  },
  async ([transport, fault], { expect }) => {
    await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
    const losses = lossesOf(findTransport(transport)!, fault, 'managed');
    const found = await faultTrial(path, transport, { fault });
    const { recovery, trial } = found;
    expect(accountingProblems(found, losses)).toEqual([]);
    expect(recovery.sessions.gone).toBe(0);
    expect(recovery.messages.published).toBeGreaterThan(60);
    expect(recovery.messages.duplicatedMax).toBeLessThanOrEqual(1);
    expect(trial.messages.errors).toEqual({});
    expect((trial.broken ?? []).filter(({ rule }) => rule === 'accounting-closes')).toEqual([]);

    const endsServer = fault === 'restart' || fault === 'drain';
    if (!losses.nothing && endsServer) {
      expect(recovery.limit).toBe('the session went with the process');
      expect(recovery.messages.lost).toBeGreaterThan(0);
    } else expect(recovery.limit).toBeUndefined();
    if (endsServer || fault === 'blackhole') expect(recovery.backSeconds - recovery.faultSeconds).toBeGreaterThan(0.99);
  },
);

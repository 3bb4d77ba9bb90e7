import { afterAll, expect, test } from 'vitest';
import { detectByHeartbeat, detectBySilence } from '../../testing/network/detection-trial.ts';
import { logs } from '../../testing/network/fault-trial.ts';
import { childrenOf } from '../../testing/processes.ts';
import { NetworkPath } from '../network/path.ts';

const TRIAL_MS = 90_000;
const { signal } = new AbortController();

afterAll(() => {
  expect(childrenOf(process.pid)).toEqual([]);
  expect(logs()).toEqual([]);
});

test.concurrent.for(['ws', 'socketio', 'mqtt:session'])(
  '%s notices a dead path when the arithmetic of its heartbeats says so',
  { timeout: TRIAL_MS },
  async (transport, { expect }) => {
    await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
    expect((await detectByHeartbeat(path, transport)).problems).toEqual([]);
  },
);

test.concurrent.for(['ws', 'sse', 'socketio', 'mqtt:session', 'webrtc'])(
  'a session of %s counts as lost when it has been silent for as long as was asked for',
  { timeout: TRIAL_MS },
  async (transport, { expect }) => {
    await using path = await NetworkPath.open({ lines: 4, core: undefined, signal });
    expect((await detectBySilence(path, transport)).problems).toEqual([]);
  },
);

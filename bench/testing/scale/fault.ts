import { expect } from 'vitest';
import type { Fault } from '../../results/values.ts';
import { runTrial } from '../../run/trial.ts';
import { planTrial, singleTrial } from '../single-trial.ts';
import { measured } from '../trials/accounting.ts';

const OUTAGE = { minSeconds: 2, maxSeconds: 2 };
const LOAD = { clients: 8, rate: 20 };

/** Lets a fault happen to two nodes under load, and expects every session back. Returns what was lost, late and seen. */
export async function expectAllBack(name: string, fault: Fault): Promise<string> {
  const dimensions = { nodes: 2, fault, reconnect: 'managed' };
  const planned = planTrial(name, 'recovery', {
    ...LOAD,
    dimensions,
    disruption: { outage: OUTAGE, silenceSeconds: 3 },
  });
  const { recovery } = measured((await runTrial(planned, singleTrial())).trial);
  const { sessions, messages, reconnection, staleness } = recovery ?? expect.fail('the trial has no recovery');
  expect(sessions).toMatchObject({ all: LOAD.clients, gone: 0 });
  expect(messages.delivered + messages.lost).toBe(messages.expected);
  return (
    `${sessions.survived} survived, ${sessions.cameBack} came back (${reconnection.p50?.toFixed(1) ?? '—'} s), ` +
    `lost ${messages.lost} of ${messages.expected}, again ${messages.duplicated}, stale for up to ${staleness.max?.toFixed(1) ?? '—'} s`
  );
}

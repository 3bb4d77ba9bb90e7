import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE_SECONDS } from '../../../clients/shared/back-off.ts';
import type { SessionHistory } from '../../load/protocol.ts';
import type { Recovery } from '../../results/schema.ts';
import type { Policy } from '../../results/values.ts';
import type { PlannedCase, Stage } from '../../scenarios/shape.ts';
import { uniformP } from '../../testing/recovery/kolmogorov.ts';
import { planTrial, singleTrial } from '../../testing/single-trial.ts';
import { type Link, privateLink } from '../link.ts';
import { ProcessStage, type StageSettings } from '../stage.ts';
import { runTrial } from '../trial.ts';

const CLIENTS = 1_000;
const WORKERS = 4;
const TRIAL_MS = 180_000;
const NS = 1e9;

let link: Link;
beforeAll(async () => {
  link = await privateLink();
});
afterAll(() => link.close());

/** First wait of a session, and the time by which its worker was late then. */
interface FirstWait {
  readonly seconds: number;
  readonly lateSeconds: number;
}

/** Outcome of a restart for a thousand sessions. */
interface Herd {
  readonly recovery: Recovery;
  readonly waits: readonly FirstWait[];
}

/** Time from the first end that a session noticed to the first attempt after it. */
function firstWait({ events }: SessionHistory): FirstWait[] {
  const from = events.findIndex(({ what }) => what === 'lost' || what === 'interrupted');
  const end = events[from];
  const first = events.slice(from).find((event) => event.what === 'attempt');
  if (end === undefined || first === undefined) return [];
  return [{ seconds: (first.atNs - end.atNs) / NS, lateSeconds: first.lateNs / NS }];
}

/** Lets a thousand sessions come back from a restart of their server, which takes longer than the first waits. */
async function herd(transport: string, reconnect: Policy): Promise<Herd> {
  const planned = planTrial(transport, 'recovery', {
    clients: CLIENTS,
    // Two messages a second to each session: the cores are for the herd.
    rate: 2,
    size: 32,
    disruption: { outage: { minSeconds: 3, maxSeconds: 3 }, silenceSeconds: 60 },
    dimensions: { fault: 'restart', reconnect },
  });
  const waits: FirstWait[] = [];
  const open = async (one: PlannedCase, settings: StageSettings): Promise<Stage & AsyncDisposable> => {
    const stage = await ProcessStage.open(one, settings);
    const disrupt = stage.disrupt.bind(stage);
    stage.disrupt = async (course) => {
      const observed = await disrupt(course);
      waits.push(...observed.sessions.flatMap(firstWait));
      return observed;
    };
    return stage;
  };
  const { trial } = await runTrial(planned, singleTrial({ link, workers: WORKERS }), open);
  if (trial.state === 'failed') throw new Error(trial.reasons.join('\n'));
  if (trial.recovery === undefined) throw new Error('the trial has no recovery');
  return { recovery: trial.recovery, waits };
}

/** Checks what holds for every herd: all are back, and its peak and the system's refusals are known. */
function expectBack({ sessions, attempts, herd: { listenDrops, cpuSeconds } }: Recovery): void {
  expect(sessions).toMatchObject({ all: CLIENTS, survived: 0, cameBack: CLIENTS, gone: 0, noticed: CLIENTS });
  expect(attempts.all).toBeGreaterThanOrEqual(CLIENTS);
  expect(attempts.peakPerSecond).toBeGreaterThan(0);
  expect(attempts.peakPerSecond).toBeLessThanOrEqual(attempts.all);
  expect(cpuSeconds).toBeGreaterThan(0);
  expect(listenDrops).toBeGreaterThanOrEqual(0);
}

test('the harness spreads first attempts evenly from the loss to the base', { timeout: TRIAL_MS }, async () => {
  const { recovery, waits } = await herd('ws', 'managed');
  expectBack(recovery);
  expect(waits).toHaveLength(CLIENTS);
  // Without the time for which the worker was busy with other sessions when the attempt was due.
  const chosen = waits.map(({ seconds, lateSeconds }) => seconds - lateSeconds);
  expect(uniformP(chosen, BASE_SECONDS)).toBeGreaterThan(0.01);
});

test.each([
  // mqtt.js tries again after a second: `reconnectPeriod`.
  ['mqtt', 0.9, 1.1],
  // Socket.IO waits for a second, half more or less: `reconnectionDelay` and `randomizationFactor`.
  ['socketio', 0.5, 1.5],
] as const)('the library of %s waits from %d to %d s', { timeout: TRIAL_MS }, async (transport, min, max) => {
  const { recovery, waits } = await herd(transport, 'library');
  expectBack(recovery);
  expect(waits).toHaveLength(CLIENTS);
  expect(Math.min(...waits.map(({ seconds }) => seconds))).toBeGreaterThanOrEqual(min);
  // A worker that is busy comes late to an attempt, by no more than it was busy for.
  expect(Math.min(...waits.map(({ seconds, lateSeconds }) => max - (seconds - lateSeconds)))).toBeGreaterThanOrEqual(0);
});

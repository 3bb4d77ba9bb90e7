import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasuredTrial, Recovery } from '../../results/schema.ts';
import type { Fault, Policy } from '../../results/values.ts';
import type { Browser } from '../../run/browser/workers.ts';
import type { NetworkPath } from '../../run/network/path.ts';
import { LEAD_SECONDS } from '../../run/recovery/disrupt.ts';
import { ProcessStage, type StageSettings } from '../../run/stage.ts';
import { runTrial } from '../../run/trial.ts';
import type { Disrupted, PlannedCase, Stage } from '../../scenarios/shape.ts';
import { planTrial, singleTrial } from '../single-trial.ts';

const CLIENTS = 4;
/** Messages a second of the publisher. */
export const RATE = 20;
const OUTAGE_SECONDS = 1;
const SILENCE_SECONDS = 1;

/** Trial with a fault: its results, what was observed of its sessions, and the numbers that the publisher had logged by then. */
export interface FaultTrial {
  readonly trial: MeasuredTrial;
  readonly recovery: Recovery;
  readonly observed: Disrupted;
  readonly logged: readonly number[];
  /** Time from the server's start to listen, and from the moment at which all sessions were open, until the fault. */
  readonly listeningSeconds: number;
  readonly openSeconds: number;
}

/** Choices of a trial with a fault. */
export interface FaultChoice {
  readonly fault: Fault;
  readonly reconnect?: Policy;
  readonly outageSeconds?: number;
  readonly silenceSeconds?: number;
  /** Value of the dimension `heartbeat`. */
  readonly heartbeat?: string;
  /** Browser that the clients run in. Absent: they run in Node. */
  readonly browser?: Browser;
}

/** Logs of trials of this process. */
export const logs = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`wirebench-log-${process.pid}-`));

/** Last of the stages that are being opened, one after another, so that each can tell which log is its own. */
let opening: Promise<unknown> = Promise.resolve();

/** Opens a stage. Resolves with it and with the name of its log. */
function openStage(planned: PlannedCase, settings: StageSettings): Promise<{ stage: ProcessStage; log: string }> {
  const opened = opening.then(async () => {
    const before = logs();
    const stage = await ProcessStage.open(planned, settings);
    const [log, ...more] = logs().filter((name) => !before.includes(name));
    if (log === undefined || more.length > 0) throw new Error(`the stage has not one log: ${[log, ...more].join()}`);
    return { stage, log };
  });
  opening = opened.catch(() => {});
  return opened;
}

/** Numbers of the messages in a log: after `t`, opcode and sender each has seven hexadecimal digits. */
function numbersIn(log: string): number[] {
  const [, ...lines] = readFileSync(join(tmpdir(), log), 'utf8').trimEnd().split('\n');
  return lines.map((line) => Number.parseInt(line.slice(6, 13), 16));
}

/** Measures a trial of four sessions, twenty messages a second and, unless chosen, an outage and a silence of a second each. */
export async function faultTrial(
  path: NetworkPath,
  transport: string,
  {
    fault,
    reconnect = 'managed',
    outageSeconds = OUTAGE_SECONDS,
    silenceSeconds = SILENCE_SECONDS,
    heartbeat,
    browser,
  }: FaultChoice,
): Promise<FaultTrial> {
  const disruption = { outage: { minSeconds: outageSeconds, maxSeconds: outageSeconds }, silenceSeconds };
  const load = { clients: CLIENTS, rate: RATE, size: 64 };
  const dimensions = {
    fault,
    reconnect,
    ...(heartbeat === undefined ? {} : { heartbeat }),
    ...(browser === undefined ? {} : { 'clients-in': 'chromium' }),
  };
  const planned = planTrial(transport, 'recovery', { ...load, disruption, dimensions });
  const link = await path.begin(null, 1);
  const seen: { observed?: Disrupted; logged?: readonly number[] } = {};
  const moments = { listeningMs: 0, openMs: 0, beginMs: 0 };
  const open = async (one: PlannedCase, settings: StageSettings): Promise<Stage & AsyncDisposable> => {
    const { stage, log } = await openStage(one, settings);
    moments.listeningMs = performance.now();
    const openSessions = stage.openSessions.bind(stage);
    stage.openSessions = async (until, inFlight) => {
      const opened = await openSessions(until, inFlight);
      moments.openMs = performance.now();
      return opened;
    };
    const disrupt = stage.disrupt.bind(stage);
    stage.disrupt = async (course) => {
      moments.beginMs = performance.now();
      const observed = await disrupt(course);
      Object.assign(seen, { observed, logged: numbersIn(log) });
      return observed;
    };
    return stage;
  };
  const { trial } = await runTrial(planned, singleTrial({ link, ways: link.ways, browser }), open);
  await path.end();
  if (trial.state === 'failed') throw new Error(trial.reasons.join('\n'));
  const { observed, logged } = seen;
  if (trial.recovery === undefined || observed === undefined || logged === undefined)
    throw new Error('the trial has no recovery');
  const faultMs = moments.beginMs + LEAD_SECONDS * 1e3 + (observed.faultNs - observed.startNs) / 1e6;
  return {
    recovery: trial.recovery,
    trial,
    observed,
    logged,
    listeningSeconds: (faultMs - moments.listeningMs) / 1e3,
    openSeconds: (faultMs - moments.openMs) / 1e3,
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionHistory } from '../../load/protocol.ts';
import type { MeasuredTrial, Recovery } from '../../results/schema.ts';
import type { Fault, Policy } from '../../results/values.ts';
import type { Browser } from '../../run/browser/workers.ts';
import type { NetworkPath } from '../../run/network/path.ts';
import { ProcessStage, type StageSettings } from '../../run/stage.ts';
import { runTrial } from '../../run/trial.ts';
import type { Disrupted, PlannedCase, Stage } from '../../scenarios/shape.ts';
import { planTrial, singleTrial } from '../single-trial.ts';

const CLIENTS = 4;
const RATE = 20;
const OUTAGE_SECONDS = 1;
const NS_PER_SECOND = 1e9;

/** Trial with a fault: its results, what was observed of its sessions, and the numbers that the publisher had logged by then. */
export interface FaultTrial {
  readonly trial: MeasuredTrial;
  readonly recovery: Recovery;
  readonly observed: Disrupted;
  readonly logged: readonly number[];
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

/** Fault of a trial, and where its sessions are. */
export interface FaultSettings {
  readonly fault: Fault;
  readonly reconnect?: Policy;
  /** Browser that the clients run in. Absent: they run in Node. */
  readonly browser?: Browser;
}

/** Measures a trial of four sessions, twenty messages a second and an outage of a second, which sessions notice after a second. */
export async function faultTrial(
  path: NetworkPath,
  transport: string,
  { fault, reconnect = 'managed', browser }: FaultSettings,
): Promise<FaultTrial> {
  const disruption = { outage: { minSeconds: OUTAGE_SECONDS, maxSeconds: OUTAGE_SECONDS }, silenceSeconds: 1 };
  const load = { clients: CLIENTS, rate: RATE, size: 64 };
  const where = browser === undefined ? {} : { 'clients-in': 'chromium' };
  const planned = planTrial(transport, 'recovery', { ...load, disruption, dimensions: { fault, reconnect, ...where } });
  const link = await path.begin(null, 1);
  const seen: { observed?: Disrupted; logged?: readonly number[] } = {};
  const open = async (one: PlannedCase, settings: StageSettings): Promise<Stage & AsyncDisposable> => {
    const { stage, log } = await openStage(one, settings);
    const disrupt = stage.disrupt.bind(stage);
    stage.disrupt = async (course) => {
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
  return { recovery: trial.recovery, trial, observed, logged };
}

/** Numbers of the published messages that a session never got. */
export const missedBy = ({ arrivedNs }: SessionHistory, published: number): number[] =>
  Array.from({ length: published }, (_, number) => number).filter((number) => (arrivedNs[number] ?? null) === null);

/** Expectations of a trial's losses. */
export interface Losses {
  /** True if nothing may be missing; otherwise what was published while a session was away. */
  readonly nothing: boolean;
  /** True if what is missing must be in one piece: the transport loses nothing while a session lasts. */
  readonly inOnePiece: boolean;
}

/**
 * Finds what is wrong with a trial's accounting, by arithmetic on the publisher's log and on the moments of arrival. Empty if nothing
 * is.
 */
export function accountingProblems({ recovery, observed, logged }: FaultTrial, losses: Losses): string[] {
  const { messages, sessions } = recovery;
  const { published } = messages;
  const histories = observed.sessions;
  const missed = histories.map((session) => missedBy(session, published));
  const problems: string[] = [];
  const check = (isRight: boolean, problem: string): void => void (isRight || problems.push(problem));
  check(
    logged.every((number, offset) => number === offset),
    'the log has a gap',
  );
  check(logged.length >= published, `${published} counted as published, ${logged.length} in the log`);
  check(sessions.all === histories.length, `${sessions.all} sessions counted of ${histories.length}`);
  check(sessions.all === sessions.survived + sessions.cameBack + sessions.gone, 'the sessions do not add up');
  check(messages.expected === messages.delivered + messages.lost, 'the messages do not add up');
  check(messages.expected === (sessions.all - sessions.gone) * published, `${messages.expected} expected`);
  check(messages.corrupt === 0, `${messages.corrupt} corrupt`);
  if (sessions.gone > 0) return problems;
  check(messages.lost === missed.flat().length, `${messages.lost} lost, but ${missed.flat().length} are missing`);
  check(messages.lostMax === Math.max(...missed.map(({ length }) => length)), `${messages.lostMax} lost at most`);
  for (const [index, session] of histories.entries())
    problems.push(...gapProblems(session, missed[index]!, losses, observed));
  return problems;
}

/** Finds what is wrong with what one session misses: at most one piece, from just before the fault until it was back. */
function gapProblems(
  { events, sender }: SessionHistory,
  missed: readonly number[],
  { nothing, inOnePiece }: Losses,
  { startNs, faultNs }: Disrupted,
): string[] {
  const [first, last] = [missed[0], missed.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (nothing) return [`session ${sender} misses ${missed.length}, from ${first} to ${last}`];
  const dueNs = (number: number): number => startNs + (number * NS_PER_SECOND) / RATE;
  const usableNs = events.findLast(({ what }) => what === 'usable')?.atNs ?? Number.POSITIVE_INFINITY;
  return [
    ...(inOnePiece && last - first + 1 !== missed.length ? [`session ${sender} misses several pieces`] : []),
    ...(dueNs(first) > faultNs - (2 * NS_PER_SECOND) / RATE
      ? []
      : [`session ${sender} misses ${first}, before the fault`]),
    ...(dueNs(last) < usableNs ? [] : [`session ${sender} misses ${last}, after it was back`]),
  ];
}

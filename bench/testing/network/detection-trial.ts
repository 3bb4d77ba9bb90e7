import type { NetworkPath } from '../../run/network/path.ts';
import { heartbeatDetection, isWithinFifth, longestDetection, noticed, silenceDetection } from './detection.ts';
import { faultTrial } from './fault-trial.ts';

/** Interval of heartbeats. A fault comes some four seconds after sessions were opened, a second after the last heartbeat. */
const HEARTBEAT_SECONDS = 3;
/** Silence, long enough for a busy machine to be less than a fifth of it. */
const SILENCE_SECONDS = 3;
/** Silence of trials in which heartbeats are to notice first. */
const NO_SILENCE_SECONDS = 600;
/** Time by which an outage outlasts the longest detection. */
const MARGIN_SECONDS = 4;

/** Outcome of a trial: what differs from arithmetic by more than a fifth, and a summary. */
export interface DetectionOutcome {
  readonly problems: readonly string[];
  readonly seen: string;
}

const range = (times: readonly number[]): string =>
  `${Math.min(...times).toFixed(2)}–${Math.max(...times).toFixed(2)} s`;

/** Cuts the path for longer than heartbeats need to tell, and compares the time that each session's client took with arithmetic. */
export async function detectByHeartbeat(path: NetworkPath, transport: string): Promise<DetectionOutcome> {
  const [id = ''] = transport.split(':');
  const trial = await faultTrial(path, transport, {
    fault: 'blackhole',
    silenceSeconds: NO_SILENCE_SECONDS,
    outageSeconds: longestDetection(id, HEARTBEAT_SECONDS) + MARGIN_SECONDS,
    heartbeat: `${HEARTBEAT_SECONDS}s`,
  });
  const { sessions, faultNs } = trial.observed;
  const expected = heartbeatDetection(id, HEARTBEAT_SECONDS, trial);
  const found = sessions.map((session) => noticed(session, faultNs));
  const told = `${expected.minSeconds.toFixed(2)} to ${expected.maxSeconds.toFixed(2)} s`;
  const problems = found.flatMap((one) => {
    if (one?.how !== 'lost') return [`a session is ${one?.how ?? 'not noticed as'} lost, and heartbeats say ${told}`];
    return isWithinFifth(one.seconds, expected) ? [] : [`noticed after ${one.seconds} s, and heartbeats say ${told}`];
  });
  return { problems, seen: `heartbeats ${told}, seen ${range(found.map((one) => one?.seconds ?? Number.NaN))}` };
}

/** Cuts the path for longer than the silence, and compares the time after which each session counts as lost with arithmetic. */
export async function detectBySilence(path: NetworkPath, transport: string): Promise<DetectionOutcome> {
  const outageSeconds = SILENCE_SECONDS + 1;
  const trial = await faultTrial(path, transport, {
    fault: 'blackhole',
    silenceSeconds: SILENCE_SECONDS,
    outageSeconds,
  });
  const { sessions, faultNs } = trial.observed;
  const outcomes = sessions.map((session) => {
    const expected = silenceDetection(session, SILENCE_SECONDS, faultNs);
    const one = noticed(session, faultNs);
    const isRight = one?.how === 'silent' && isWithinFifth(one.seconds, expected);
    const told = `${one?.how} after ${one?.seconds} s, and the silence says ${expected.minSeconds} to ${expected.maxSeconds} s`;
    return { expected, seconds: one?.seconds ?? Number.NaN, problems: isRight ? [] : [told] };
  });
  return {
    problems: outcomes.flatMap(({ problems }) => problems),
    seen: `silence ${range(outcomes.flatMap(({ expected }) => [expected.minSeconds, expected.maxSeconds]))}, seen ${range(outcomes.map(({ seconds }) => seconds))}`,
  };
}

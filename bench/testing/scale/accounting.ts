import { expect } from 'vitest';
import { decode } from '../../load/histogram.ts';
import type { MeasuredTrial } from '../../results/schema.ts';
import { runTrial } from '../../run/trial.ts';
import { capabilitiesOf, findTransport } from '../../transports/index.ts';
import { planTrial, singleTrial } from '../single-trial.ts';
import { measured } from '../trials/accounting.ts';

const CLIENTS = 10;
/** Messages a second that are published, so that 1,000 are delivered. */
const RATE = 100;

/** Measures a broadcast to sessions of several nodes, and checks that its accounts close. Returns the trial. */
export async function expectNodesAccount(name: string, nodes: number, seconds: number): Promise<MeasuredTrial> {
  const load = { clients: CLIENTS, rate: RATE, seconds, dimensions: { nodes } };
  const planned = planTrial(name, 'broadcast', load);
  const trial = measured((await runTrial(planned, singleTrial())).trial);
  const { messages, latency, processes = [], usage } = trial;
  const { reliable, ordered } = capabilitiesOf(findTransport(name)!);
  const due = RATE * seconds;
  const none = { unsent: 0, duplicated: 0, corrupt: 0, unexpected: 0, errors: {} };
  const kept = { ...none, ...(reliable ? { lost: 0 } : {}), ...(ordered ? { reordered: 0 } : {}) };
  expect(messages).toMatchObject({ due, sent: due, expected: due * CLIENTS, ...kept });
  expect(messages.delivered + messages.lost).toBe(messages.expected);
  // Each delivery was either on its sender's node or across nodes; an equal part of the sessions is on each.
  const [same, other] = [decode(latency.sameNode ?? '').totalCount, decode(latency.otherNode ?? '').totalCount];
  expect(same + other).toBe(messages.delivered);
  if (reliable && CLIENTS % nodes === 0) expect(same).toBe(messages.delivered / nodes);
  const servers = Array.from({ length: nodes }, (_, index) => `server ${index + 1}`);
  expect(processes.map(({ role }) => role)).toEqual([...servers, 'redis', 'generator']);
  const ofServers = processes.filter(({ role }) => servers.includes(role));
  expect(ofServers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)).toBeCloseTo(usage.server.cpuSeconds, 1);
  expect(usage.backplane?.cpuSeconds).toBeGreaterThan(0);
  return trial;
}

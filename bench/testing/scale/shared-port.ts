import { expect } from 'vitest';
import { runTrial } from '../../run/trial.ts';
import { capabilitiesOf } from '../../transports/index.ts';
import { planTrial, singleTrial } from '../single-trial.ts';
import type { Subject } from '../subjects.ts';
import { ACCOUNTED_CLIENTS, expectAccounts, measured } from '../trials/accounting.ts';

const SERVERS = 3;
const WORKERS = 2;

/** True if several server processes can hold sessions of a transport at one port. */
export const canSharePort = (subject: Subject): boolean => (capabilitiesOf(subject).sharesPort ?? 'never') !== 'never';

/** Checks that server processes at one port hold the sessions of a transport, that messages come back, and that their usage adds up. */
export async function expectSharedPort(found: Subject): Promise<void> {
  const load = { clients: ACCOUNTED_CLIENTS, seconds: 0.3 };
  const echoes = capabilitiesOf(found).sharesPort === 'always';
  const planned = echoes
    ? planTrial(found.name, 'echo', { ...load, rate: 200, size: 64 })
    : planTrial(found.name, 'idle', load);
  const trial = measured((await runTrial(planned, singleTrial({ workers: WORKERS, servers: SERVERS }))).trial);
  if (echoes) expectAccounts(found, trial, { due: 60, expected: 60 });
  expect(trial.messages.errors).toEqual({});
  const { processes = [] } = trial;
  const expected = [...Array<string>(SERVERS).fill('server'), ...Array<string>(WORKERS).fill('generator')];
  expect(processes.map(({ role }) => role)).toEqual(expected);
  const servers = processes.filter(({ role }) => role === 'server');
  expect(trial.usage.server.rssBytes).toBe(servers.reduce((sum, { rssBytes }) => sum + rssBytes, 0));
}

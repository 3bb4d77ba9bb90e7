import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Broken, MeasuredTrial, Results } from '../../results/schema.ts';
import { endStarted, start, until } from '../../testing/command.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { pinCores } from '../affinity.ts';

const folder = mkdtempSync(join(tmpdir(), 'busy-'));
/** Shell under a name of its own, by which reasons tell its loops from whatever else the machine does. */
const LOOP = 'wirebench-loop';
copyFileSync('/bin/sh', join(folder, LOOP));

const started: ChildProcess[] = [];
afterEach(async () => {
  await endLoops();
  endStarted();
});
afterAll(() => rmSync(folder, { recursive: true }));

const pinning = pinCores(1);
unavailable(pinning === undefined ? 'needs two cores and taskset' : undefined);
const SERVER = pinning?.server ?? '0';
const GENERATOR = pinning?.workers[0] ?? '1';

/** Ends by itself after this CPU time, whatever happens to the test. */
const BUSY = 'ulimit -t 60; while :; do :; done';

/** Keeps cores busy with three loops each, in sessions of their own: the scheduler divides a core among sessions first. */
function keepBusy(cores: readonly string[]): void {
  for (const core of cores.flatMap((one) => [one, one, one])) {
    started.push(spawn('taskset', ['-c', core, join(folder, LOOP), '-c', BUSY], { stdio: 'ignore', detached: true }));
  }
}

async function endLoops(): Promise<void> {
  const ended = started.splice(0).map((one) => {
    const exit = once(one, 'exit');
    one.kill('SIGKILL');
    return exit;
  });
  await Promise.all(ended);
}

const LOAD = ['--scenarios', 'echo', '--clients', '10', '--rate', '400', '--duration', '0.6', '--warmup', '0.1'];

/** Runs a few trials with the cores watched, calls `act` when `after` of them have ended, and reads the trials. */
async function measured(flags: readonly string[], { after = 0, act = () => {} } = {}): Promise<MeasuredTrial[]> {
  const out = mkdtempSync(join(folder, 'run-'));
  if (after === 0) act();
  const run = start(['run', ...flags, '--workers', '1', '--ndjson', '--yes', '--keep-going', '--out', out], {
    WIREBENCH_PROC: '/proc',
  });
  const ended = (): number => run.said.stdout.match(/"trial-ended"/g)?.length ?? 0;
  if (after > 0) {
    await until(() => ended() >= after);
    act();
  }
  await run.ended;
  const results: Results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  return results.cases
    .flatMap(({ trials }) => trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial])))
    .toSorted((a, b) => a.order - b.order);
}

const brokenBy = ({ broken = [] }: MeasuredTrial, rule: string): Broken | undefined =>
  broken.find((one) => one.rule === rule);

/** Parts of the sentence about taken cores, by core: `other programs took 74.9 % of core 0, mostly …`. */
const takenIn = (trial: MeasuredTrial): ReadonlyMap<string, string> =>
  new Map(
    (brokenBy(trial, 'cores-not-shared')?.text ?? '').split('; ').flatMap((part) => {
      const [, core] = /took \d+\.\d % of core (\d+), /.exec(part) ?? [];
      return core === undefined ? [] : [[core, part] as const];
    }),
  );

/** Checks that a trial was rejected because of the loops on these cores, and on no others. */
function expectTouched(trial: MeasuredTrial, cores: readonly string[]): void {
  expect(trial.state).toBe('invalid');
  const named = [...takenIn(trial)].filter(([, part]) => part.includes(LOOP));
  expect(named.map(([core]) => core).toSorted()).toEqual([...cores].toSorted());
  for (const one of trial.cores ?? []) expect(one.stolenSeconds).toBeLessThanOrEqual(one.seconds);
}

/** Trials of the plan, without those that were run again. */
const firstAttempts = (trials: readonly MeasuredTrial[]): MeasuredTrial[] =>
  trials.filter(({ replaces }) => replaces === undefined);

const namesLoop = (trial: MeasuredTrial): boolean => JSON.stringify(trial).includes(LOOP);

const ONE = ['--trials', '1', '--clients', '4', '--rate', '200', '--duration', '0.3'];

test('a search is rejected if a probe was touched that bounds its rate', { timeout: 180_000 }, async () => {
  const flags = ['--transports', 'ws', '--scenarios', 'capacity', '--objective', 'p50<50ms', ...ONE];
  const [trial] = await measured(flags, { act: () => keepBusy([SERVER]) });
  if (trial === undefined) throw new Error('there is no trial');
  expectTouched(trial, [SERVER]);
});

describe.each([
  { where: 'the server’s core alone', cores: [SERVER] },
  { where: 'the generator’s core alone', cores: [GENERATOR] },
  { where: 'both cores', cores: [SERVER, GENERATOR] },
])('loops on $where', ({ cores }) => {
  test('before a run reject every trial, with the core and the program', async () => {
    const trials = await measured(['--transports', 'ws', ...LOAD, '--trials', '2'], { act: () => keepBusy(cores) });
    expect(firstAttempts(trials)).toHaveLength(2);
    for (const trial of trials) expectTouched(trial, cores);
  });

  test('begun in its middle reject the trials from then on, and none before', async () => {
    const act = () => keepBusy(cores);
    const trials = await measured(['--transports', 'tcp', ...LOAD, '--trials', '5'], { after: 2, act });
    expect(firstAttempts(trials)).toHaveLength(5);
    expect(trials.slice(0, 2).filter(namesLoop)).toEqual([]);
    // The third may have ended before the loops began.
    for (const trial of trials.slice(3)) expectTouched(trial, cores);
  });
});

test('loops that ended before a run touch none of its trials', async () => {
  keepBusy([SERVER, GENERATOR]);
  await endLoops();
  const trials = await measured(['--transports', 'ws', ...LOAD, '--trials', '2']);
  expect(trials.filter(namesLoop)).toEqual([]);
  for (const { cores = [] } of trials) expect(cores.map((one) => one.cores)).toEqual([SERVER, GENERATOR]);
});

const OWN_SERVER = fileURLToPath(new URL('../../testing/servers/own-echo.ts', import.meta.url));

test('loops that a server’s own command starts are the server’s', async () => {
  const exec = `'${join(folder, LOOP)}' -c '${BUSY}' & exec '${process.execPath}' '${OWN_SERVER}' HOST PORT`;
  const flags = ['--transports', 'ws', ...LOAD, '--trials', '2', '--url', 'ws://HOST:PORT', '--exec', exec];
  const trials = await measured(flags);
  expect(firstAttempts(trials)).toHaveLength(2);
  for (const { cores, broken = [] } of trials) {
    expect(cores?.find((one) => one.cores === SERVER)?.ownSeconds).toBeGreaterThan(0.1);
    expect(JSON.stringify([cores, broken])).not.toContain(LOOP);
  }
});

test('at a server that runs already nothing is bound to a core, and the wait tells', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const flags = ['--transports', 'ws', ...LOAD, '--trials', '2', '--url', `ws://127.0.0.1:${port}`];
  const trials = await measured(flags, { act: () => keepBusy([SERVER, GENERATOR]) });
  server.close();
  expect(firstAttempts(trials)).toHaveLength(2);
  for (const trial of trials) {
    expect(brokenBy(trial, 'cores-not-shared')).toBeUndefined();
    expect(brokenBy(trial, 'cores-not-waited-for')?.text).toMatch(
      new RegExp(
        `^the load generator waited \\d+\\.\\d % of the time for cores \\S+ while other programs ran, mostly .*${LOOP}`,
      ),
    );
  }
});

test('waits are recorded for server and generator, and name who waited', async () => {
  const trials = await measured(['--transports', 'ws', ...LOAD, '--trials', '2'], {
    act: () => keepBusy([GENERATOR]),
  });
  for (const trial of trials) {
    expect(trial.processes?.map(({ role }) => role)).toEqual(['server', 'generator']);
    for (const { waitSeconds } of trial.processes ?? []) expect(waitSeconds).toBeGreaterThanOrEqual(0);
    expect(brokenBy(trial, 'cores-not-waited-for')?.text).toMatch(
      new RegExp(`the load generator waited \\d+\\.\\d % of the time for core ${GENERATOR} while other programs ran`),
    );
  }
});

test.each([
  ['a closed loop', ['--scenarios', 'ceiling', '--clients', '4', '--duration', '0.5', '--trials', '1']],
  ['opening sessions', ['--scenarios', 'connect', '--clients', '200', '--trials', '1']],
])('%s is watched too', async (_, flags) => {
  const [trial] = await measured(['--transports', 'ws', ...flags], { act: () => keepBusy([SERVER]) });
  if (trial === undefined) throw new Error('there is no trial');
  expectTouched(trial, [SERVER]);
});

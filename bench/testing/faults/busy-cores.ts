import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Broken, MeasuredTrial, Results } from '../../results/schema.ts';
import { pinCores } from '../../run/affinity.ts';
import { endStarted, start, until } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'busy-'));
/** Shell under a name of its own, by which reasons tell its loops from whatever else the machine does. */
export const LOOP = 'wirebench-loop';
/** File of that shell. */
export const loopFile = join(folder, LOOP);
copyFileSync('/bin/sh', loopFile);

const started: ChildProcess[] = [];

/** Ends the loops and runs that are still there; for after each test. */
export async function endBusy(): Promise<void> {
  await endLoops();
  endStarted();
}

/** Removes what runs have written; for after all tests. */
export const removeRuns = (): void => rmSync(folder, { recursive: true });

const pinning = pinCores(1);
/** Reason why a machine cannot be watched in this way. */
export const whyNoCores = pinning === undefined ? 'needs two cores and taskset' : undefined;
export const SERVER = pinning?.server ?? '0';
export const GENERATOR = pinning?.workers[0] ?? '1';

/** Ends by itself after this CPU time, whatever happens to the test. */
export const BUSY = 'ulimit -t 60; while :; do :; done';

/** Keeps cores busy with three loops each, in sessions of their own: the scheduler divides a core among sessions first. */
export function keepBusy(cores: readonly string[]): void {
  for (const core of cores.flatMap((one) => [one, one, one])) {
    started.push(spawn('taskset', ['-c', core, loopFile, '-c', BUSY], { stdio: 'ignore', detached: true }));
  }
}

export async function endLoops(): Promise<void> {
  const ended = started.splice(0).map((one) => {
    const exit = once(one, 'exit');
    one.kill('SIGKILL');
    return exit;
  });
  await Promise.all(ended);
}

export const LOAD = ['--scenarios', 'echo', '--clients', '10', '--rate', '400', '--duration', '0.6', '--warmup', '0.1'];

/**
 * Runs a few trials with the cores watched, calls `act` when `after` of them have ended, and reads the trials. Interrupts the run when
 * `enough` of them have ended, so that a trial that would be run again is not.
 */
export async function measured(
  flags: readonly string[],
  { after = 0, enough = Number.POSITIVE_INFINITY, act = () => {} } = {},
): Promise<MeasuredTrial[]> {
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
  let isInterrupted = false;
  run.child.stdout.on('data', () => {
    if (isInterrupted || ended() < enough) return;
    isInterrupted = true;
    run.child.kill('SIGINT');
  });
  await run.ended;
  const results: Results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  return results.cases
    .flatMap(({ trials }) => trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial])))
    .toSorted((a, b) => a.order - b.order);
}

export const brokenBy = ({ broken = [] }: MeasuredTrial, rule: string): Broken | undefined =>
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
export function expectTouched(trial: MeasuredTrial, cores: readonly string[]): void {
  expect(trial.state).toBe('invalid');
  const named = [...takenIn(trial)].filter(([, part]) => part.includes(LOOP));
  expect(named.map(([core]) => core).toSorted()).toEqual([...cores].toSorted());
  for (const one of trial.cores ?? []) expect(one.stolenSeconds).toBeLessThanOrEqual(one.seconds);
}

/** Trials of the plan, without those that were run again. */
export const firstAttempts = (trials: readonly MeasuredTrial[]): MeasuredTrial[] =>
  trials.filter(({ replaces }) => replaces === undefined);

export const namesLoop = (trial: MeasuredTrial): boolean => JSON.stringify(trial).includes(LOOP);

/** Runs loops from the middle of a run on, and checks that they reject the trials from then on, and none before. */
export async function expectTouchedFromItsMiddle(cores: readonly string[]): Promise<void> {
  const act = () => keepBusy(cores);
  const trials = await measured(['--transports', 'tcp', ...LOAD, '--trials', '5'], { after: 2, act });
  expect(firstAttempts(trials)).toHaveLength(5);
  expect(trials.slice(0, 2).filter(namesLoop)).toEqual([]);
  // The third may have ended before the loops began.
  for (const trial of trials.slice(3)) expectTouched(trial, cores);
}

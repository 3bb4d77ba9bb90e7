import type { Options } from '../contract.ts';
import { errorText } from '../error-text.ts';
import { fillerSeed } from '../load/run-id.ts';
import type { ProcessUsage, Trial } from '../results/schema.ts';
import type { Objective, OnStage, PlannedCase, Stage } from '../scenarios/shape.ts';
import { isInBrowser } from '../scenarios/shared/clients-in.ts';
import { redactor } from '../security/redact.ts';
import { MachineWatch } from './machine/watch.ts';
import { summarise } from './measurement.ts';
import { ProcessStage, type StageSettings } from './stage.ts';

export interface TrialSettings extends StageSettings {
  readonly block: number;
  readonly order: number;
  readonly warmupSeconds: number;
  readonly objective: Objective;
}

export interface TrialOutcome {
  readonly trial: Trial;
  /** Settings in force; undefined if the server never listened. */
  readonly effective: Options | undefined;
}

type OpenStage = (planned: PlannedCase, settings: StageSettings) => Promise<Stage & AsyncDisposable>;

/**
 * Runs one trial of a case against a fresh server process and fresh load workers; a search has a fresh server for every probe. A
 * failure becomes a failed trial; only the signal's abort is thrown.
 *
 * @param openStage starts a server and its load
 */
export async function runTrial(
  planned: PlannedCase,
  settings: TrialSettings,
  openStage: OpenStage = ProcessStage.open,
): Promise<TrialOutcome> {
  const startedAt = new Date().toISOString();
  const { block, order, signal, seed, runId, warmupSeconds, objective, workers, pinning, agents } = settings;
  if (planned.unmeasurable !== undefined)
    return {
      trial: { state: 'failed', block, order, startedAt, reasons: [planned.unmeasurable] },
      effective: undefined,
    };
  let effective: Options | undefined;
  const watch = new MachineWatch(settings.roots);
  let opened = 0;
  const onStage: OnStage = async (use) => {
    // A server that is not ours may still send messages of the trial or probe before.
    const ofStage = planned.target === null ? {} : { seed: fillerSeed(runId, order, opened++) };
    watch.look();
    await using stage = await openStage(planned, { ...settings, ...ofStage, watch });
    try {
      return await use(stage);
    } finally {
      effective = stage.effective;
    }
  };
  try {
    await agents?.ready(signal);
    const generatorCores = agents?.workers ?? (pinning === undefined ? workers : new Set(pinning.workers).size);
    const context = { planned, warmupSeconds, objective, seed, block, generatorCores, onStage };
    const { reading, extras } = await planned.scenario.kind.measure(context);
    watch.look();
    const { measurement, state, reasons, broken } = summarise(planned, reading, extras, watch.seen);
    const processes = withCores(measurement.processes ?? [], pinning, isInBrowser(planned));
    const measured = { ...measurement, processes, block, order, startedAt };
    const trial: Trial =
      state === 'valid' ? { ...measured, state, reasons: [] } : { ...measured, state, reasons, broken };
    return { trial, effective };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const reason = redactor(planned.target)(errorText(error));
    return { trial: { state: 'failed', block, order, startedAt, reasons: [reason] }, effective };
  }
}

/** Adds the cores that a trial's processes are pinned to: the server and its proxy, then the load workers in their order, or a browser to all of theirs. */
function withCores(
  processes: readonly ProcessUsage[],
  pinning: StageSettings['pinning'],
  inBrowser: boolean,
): ProcessUsage[] {
  const workers = [...(pinning?.workers ?? [])];
  const servers = [...(pinning?.servers ?? [])];
  const all = pinning === undefined ? undefined : [...new Set(workers)].join(',');
  return processes.map((one) => {
    const [, node] = /^server (\d+)$/.exec(one.role) ?? [];
    const ofNodes = node !== undefined ? pinning?.nodes?.[Number(node) - 1] : pinning?.nodes?.at(-1);
    const isOfNodes = node !== undefined || one.role === 'redis';
    const ofLoad = (): string | undefined => (inBrowser ? all : workers.shift());
    const ofServer = (): string | undefined => (one.role === 'server' ? servers.shift() : undefined) ?? pinning?.server;
    const cores = ['server', 'proxy'].includes(one.role) ? ofServer() : isOfNodes ? ofNodes : ofLoad();
    return cores === undefined ? one : { ...one, cores };
  });
}

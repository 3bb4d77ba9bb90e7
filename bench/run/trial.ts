import type { Options } from '../contract.ts';
import { errorText } from '../error-text.ts';
import type { ProcessUsage, Trial } from '../results/schema.ts';
import type { Objective, OnStage, PlannedCase } from '../scenarios/shape.ts';
import { addressShown } from '../security/redact.ts';
import { summarise } from './measurement.ts';
import { type Place, withStage } from './stage.ts';

export interface TrialSettings extends Place {
  readonly block: number;
  readonly order: number;
  readonly warmupSeconds: number;
  readonly objective: Objective;
}

export interface TrialOutcome {
  readonly trial: Trial;
  /** Undefined when the server did not get as far as listening. */
  readonly effective: Options | undefined;
}

/**
 * One measurement of one case against a fresh server process and fresh load workers; of a search, a fresh server for every
 * probe. Whatever goes wrong becomes an outcome; only the signal's abort is thrown.
 *
 * @param open starts a server and load and hands them to whoever uses them
 */
export async function runTrial(
  planned: PlannedCase,
  settings: TrialSettings,
  open: typeof withStage = withStage,
): Promise<TrialOutcome> {
  const startedAt = new Date().toISOString();
  const { block, order, signal, seed, warmupSeconds, objective, workers, placement } = settings;
  let effective: Options | undefined;
  const onStage: OnStage = (use) =>
    open(planned, settings, (stage) => {
      effective = stage.effective;
      return use(stage);
    });
  try {
    const generatorCores = placement === undefined ? workers : new Set(placement.workers).size;
    const context = { planned, warmupSeconds, objective, seed, generatorCores, onStage };
    const { reading, extras } = await planned.scenario.kind.measure(context);
    const { measurement, state, reasons, broken } = summarise(planned, reading, extras);
    const processes = withCores(measurement.processes ?? [], placement);
    const measured = { ...measurement, processes, block, order, startedAt };
    const trial: Trial =
      state === 'valid' ? { ...measured, state, reasons: [] } : { ...measured, state, reasons, broken };
    return { trial, effective };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const said = errorText(error);
    const { target } = planned;
    const reason = target === null ? said : said.replaceAll(target, addressShown(target));
    return { trial: { state: 'failed', block, order, startedAt, reasons: [reason] }, effective };
  }
}

/** Tells the processes of a trial, the server and then the load workers in their order, which cores they are bound to. */
function withCores(processes: readonly ProcessUsage[], placement: Place['placement']): ProcessUsage[] {
  const workers = [...(placement?.workers ?? [])];
  return processes.map((one) => {
    const cores = one.role === 'server' ? placement?.server : workers.shift();
    return cores === undefined ? one : { ...one, cores };
  });
}

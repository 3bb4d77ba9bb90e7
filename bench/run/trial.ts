import type { Options } from '../contract.ts';
import type { Objective } from '../plan/options.ts';
import type { PlannedCase } from '../plan/plan.ts';
import type { Trial } from '../results/schema.ts';
import { measureCapacity } from '../scenarios/capacity.ts';
import { measureClosed } from '../scenarios/closed.ts';
import { measureConnect } from '../scenarios/connect.ts';
import { measureIdle } from '../scenarios/idle.ts';
import { measureLoad } from '../scenarios/load.ts';
import { measureWire } from '../scenarios/wire.ts';
import { addressShown } from '../security/redact.ts';
import type { Judged } from './measurement.ts';
import { Stage, type TrialContext } from './stage.ts';

export interface TrialSettings extends TrialContext {
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
 */
export async function runTrial(planned: PlannedCase, settings: TrialSettings): Promise<TrialOutcome> {
  const startedAt = new Date().toISOString();
  const { block, order, signal } = settings;
  let effective: Options | undefined;
  const onStage = async <Result>(use: (stage: Stage) => Promise<Result>): Promise<Result> => {
    await using stage = await Stage.open(planned, settings);
    effective = stage.effective;
    return await use(stage);
  };
  try {
    const { measurement, state, reasons } = await measure(planned, settings, onStage);
    const measured = { ...measurement, block, order, startedAt };
    const trial: Trial = state === 'valid' ? { ...measured, state, reasons: [] } : { ...measured, state, reasons };
    return { trial, effective };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const said = error instanceof Error ? error.message : String(error);
    const { target } = planned;
    const reason = target === null ? said : said.replaceAll(target, addressShown(target));
    return { trial: { state: 'failed', block, order, startedAt, reasons: [reason] }, effective };
  }
}

type OnStage = <Result>(use: (stage: Stage) => Promise<Result>) => Promise<Result>;

function measure(planned: PlannedCase, settings: TrialSettings, onStage: OnStage): Promise<Judged> {
  const { warmupSeconds, objective, pinning, workers, seed } = settings;
  switch (planned.scenario.kind) {
    case 'load':
      return onStage((stage) => measureLoad(planned, stage, { warmupSeconds }));
    case 'closed':
      return onStage((stage) => measureClosed(planned, stage, warmupSeconds));
    case 'capacity': {
      const generatorCores = pinning === undefined ? workers : new Set(pinning.workers).size;
      return measureCapacity(planned, { objective, warmupSeconds, generatorCores, onStage });
    }
    case 'connect':
      return onStage((stage) => measureConnect(planned, stage));
    case 'idle':
      return onStage((stage) => measureIdle(planned, stage));
    case 'wire':
      return onStage((stage) => measureWire(planned, stage, seed));
  }
}

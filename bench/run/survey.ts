import { errorText } from '../error-text.ts';
import type { Probe, ProbeFindings } from '../load/answers/form.ts';
import { HANDSHAKE_SECONDS } from '../load/dial.ts';
import { describeCase, type RunPlan } from '../plan/plan.ts';
import { caseId } from '../results/case.ts';
import type { Reaches } from '../results/values.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { addressShown, redactor } from '../security/redact.ts';
import { ProcessStage, type StageSettings } from './stage.ts';

/** Time after which a transport is not probed further once a probe has failed, so that a silent server is named in time. */
const PROBING_SECONDS = HANDSHAKE_SECONDS;

/**
 * Dials the foreign server of a plan and learns the form of its answers. Returns the plan with what was learned in each case: the
 * form, or the reason why the case cannot be measured. Once a transport cannot open a session, its other cases are not tried.
 */
export async function surveyTarget(plan: RunPlan, settings: StageSettings): Promise<RunPlan> {
  const groups = Map.groupBy(
    plan.cases.filter(({ target }) => target !== null),
    ({ name, encoding, payload, scenario, size, clients, dimensions = {} }) =>
      JSON.stringify([name, encoding, payload, scenario.opcode, scenario.reaches, size > 0, clients > 1, dimensions]),
  );
  const learned = new Map<PlannedCase, PlannedCase>();
  const began = new Map<string, number>();
  /** Reasons why a transport is not tried any more, by its id. */
  const given = new Map<string, string>();
  for (const cases of groups.values()) {
    const { id } = cases[0]!.entry;
    if (!began.has(id)) began.set(id, performance.now());
    const before = given.get(id);
    const found: Probe = before === undefined ? await probeCases(cases, settings) : { reason: before };
    const isLate = performance.now() - began.get(id)! > PROBING_SECONDS * 1e3;
    if ('reason' in found && before === undefined && (found.unopened || isLate)) given.set(id, notTried(found.reason));
    for (const planned of cases) learned.set(planned, { ...planned, ...lessonFor(planned, found) });
  }
  const updated = (planned: PlannedCase): PlannedCase => learned.get(planned) ?? planned;
  return { ...plan, cases: plan.cases.map(updated), blocks: plan.blocks.map((block) => block.map(updated)) };
}

/** Reason why no session can be opened any more, after a trial that failed; undefined if one can, or if the run is stopped. */
export async function whyClosed(planned: PlannedCase, settings: StageSettings): Promise<string | undefined> {
  try {
    const found = await probeCases([{ ...planned, size: 0, clients: 1 }], settings);
    return 'reason' in found && found.unopened === true ? notTried(found.reason) : undefined;
  } catch (error) {
    if (settings.signal.aborted) return undefined;
    throw error;
  }
}

const notTried = (reason: string | undefined): string => `not tried, because an earlier attempt failed: ${reason}`;

/** Probes cases that differ in nothing but size, rate and number of clients. */
async function probeCases(cases: readonly PlannedCase[], settings: StageSettings): Promise<Probe> {
  const planned = cases[0]!;
  const { target, entry, clients } = planned;
  const at = `at ${addressShown(target ?? '')} with ${entry.id}`;
  const sizes = [...new Set(cases.map(({ size }) => size))].filter((size) => size > 0);
  try {
    await using stage = await ProcessStage.open({ ...planned, clients: 1 }, { ...settings, workers: 1 });
    const found = await stage.probe(sizes, clients > 1);
    if (!('reason' in found)) return withoutSecrets(found, target);
    const what = found.unopened ? 'no session could be opened' : 'nothing can be measured';
    return { ...found, reason: `${what} ${at}: ${found.reason}` };
  } catch (error) {
    if (settings.signal.aborted) throw settings.signal.reason;
    return { reason: `nothing can be measured ${at}: ${redactor(target)(errorText(error))}` };
  }
}

/** Findings, unless they have what is secret about the address: they would stand in the results. */
function withoutSecrets(found: ProbeFindings, target: string | null): Probe {
  const text = JSON.stringify(found);
  return redactor(target)(text) === text
    ? found
    : {
        reason:
          'the server sends back what is secret about its address, which results must not have; let it leave that out',
      };
}

/** Properties that a case gains from a probe. */
function lessonFor(planned: PlannedCase, found: Probe): Partial<PlannedCase> {
  const { scenario, size, clients } = planned;
  if ('reason' in found) return { unmeasurable: found.reason };
  const { answers, reached, tooLarge } = found;
  if (tooLarge !== undefined && size >= tooLarge.size) return { unmeasurable: tooLarge.reason };
  const form = answers === undefined ? {} : { answers };
  if (size === 0 || clients === 1) return form;
  if (scenario.reaches === 'everyone' && reached === 'others') return { ...form, ...toOthers(planned) };
  const misdirected = MISDIRECTED[scenario.reaches][reached];
  return misdirected === undefined ? form : { unmeasurable: misdirected };
}

/** Changes a case to a broadcast that does not come back to its sender. */
function toOthers(planned: PlannedCase): Pick<PlannedCase, 'id' | 'scenario'> {
  const scenario = { ...planned.scenario, reaches: 'others' } as const;
  return { scenario, id: caseId(describeCase({ ...planned, scenario })) };
}

const ECHOES = 'every message comes back to its sender alone; measure this server with --scenarios echo';
const TO_ALL = 'every message reaches the other sessions and its sender';
const TO_OTHERS = 'every message reaches the other sessions and does not come back to its sender';

/** Reasons for messages that reach other sessions than a scenario measures: by whom they should reach, then whom they do. */
const MISDIRECTED: Readonly<Record<Reaches, Partial<Record<Reaches, string>>>> = {
  sender: {
    everyone: `${TO_ALL}; measure this server with --scenarios broadcast`,
    others: `${TO_OTHERS}; measure this server with --scenarios broadcast`,
  },
  // Measured as a broadcast to the others.
  everyone: { sender: ECHOES },
  others: { sender: ECHOES, everyone: `${TO_ALL}; leave --reaches others out` },
};

import { errorText } from '../error-text.ts';
import type { Probe } from '../load/answers/form.ts';
import { HANDSHAKE_SECONDS } from '../load/dial.ts';
import { describeCase, type RunPlan } from '../plan/plan.ts';
import { caseId } from '../results/case.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { addressShown, redactor } from '../security/redact.ts';
import { ProcessStage, type StageSettings } from './stage.ts';

/** Time after which no further probe begins once one has failed, so that a silent server is named in time. */
const PROBING_SECONDS = HANDSHAKE_SECONDS;

/**
 * Dials the foreign server of a plan and learns the form of its answers. Returns the plan with what was learned in each case: the
 * form, or the reason why the case cannot be measured. Once no session can be opened, nothing further is tried.
 */
export async function surveyTarget(plan: RunPlan, settings: StageSettings): Promise<RunPlan> {
  const groups = Map.groupBy(
    plan.cases.filter(({ target }) => target !== null),
    ({ name, encoding, payload, scenario, size, clients, dimensions = {} }) =>
      JSON.stringify([name, encoding, payload, scenario.opcode, scenario.reaches, size > 0, clients > 1, dimensions]),
  );
  const learned = new Map<PlannedCase, PlannedCase>();
  const began = performance.now();
  let fault: string | undefined;
  let isDown = false;
  for (const cases of groups.values()) {
    const isLate = fault !== undefined && performance.now() - began > PROBING_SECONDS * 1e3;
    const found: Probe = isDown || isLate ? { reason: notTried(fault) } : await probeCases(cases, settings);
    if ('reason' in found) {
      fault ??= found.reason;
      isDown ||= found.unopened === true;
    }
    for (const planned of cases) learned.set(planned, { ...planned, ...lessonFor(planned, found) });
  }
  const updated = (planned: PlannedCase): PlannedCase => learned.get(planned) ?? planned;
  return { ...plan, cases: plan.cases.map(updated), blocks: plan.blocks.map((block) => block.map(updated)) };
}

/** Reason why no session can be opened any more, after a trial that failed; undefined if one can. */
export async function whyClosed(planned: PlannedCase, settings: StageSettings): Promise<string | undefined> {
  const found = await probeCases([{ ...planned, size: 0, clients: 1 }], settings);
  return 'reason' in found && found.unopened === true ? notTried(found.reason) : undefined;
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
    if (!('reason' in found)) return found;
    const what = found.unopened ? 'no session could be opened' : 'nothing can be measured';
    return { ...found, reason: `${what} ${at}: ${redactor(target)(found.reason)}` };
  } catch (error) {
    if (settings.signal.aborted) throw settings.signal.reason;
    return { reason: `nothing can be measured ${at}: ${redactor(target)(errorText(error))}` };
  }
}

/** Properties that a case gains from a probe. */
function lessonFor(planned: PlannedCase, found: Probe): Partial<PlannedCase> {
  const { scenario, size, clients } = planned;
  if ('reason' in found) return { unmeasurable: found.reason };
  const { answers, reached, tooLarge } = found;
  if (tooLarge !== undefined && size >= tooLarge.size) return { unmeasurable: tooLarge.reason };
  const form = answers === undefined ? {} : { answers };
  if (size === 0 || clients === 1 || reached === scenario.reaches) return form;
  if (scenario.reaches === 'everyone' && reached === 'others') return { ...form, ...toOthers(planned) };
  return { unmeasurable: scenario.reaches === 'others' && reached === 'everyone' ? RETURNED : MISDIRECTED[reached] };
}

/** Changes a case to a broadcast that does not come back to its sender. */
function toOthers(planned: PlannedCase): Pick<PlannedCase, 'id' | 'scenario'> {
  const scenario = { ...planned.scenario, reaches: 'others' } as const;
  return { scenario, id: caseId(describeCase({ ...planned, scenario })) };
}

const RETURNED =
  'every message comes back to its sender too, so this server broadcasts to everyone; leave --reaches others out';

/** Reasons for messages that reach others than the scenario measures, by whom they reach. */
const MISDIRECTED = {
  sender:
    'every message comes back to its sender alone, so this server echoes and does not broadcast; measure it with --scenarios echo',
  everyone:
    'every message reaches the other sessions too, so this server broadcasts and does not echo; measure it with --scenarios broadcast',
  others:
    'every message reaches the other sessions and does not come back to its sender, so this server broadcasts and does not echo; measure it with --scenarios broadcast',
} as const;

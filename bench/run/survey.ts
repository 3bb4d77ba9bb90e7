import { errorText } from '../error-text.ts';
import type { Probe, ProbeFindings } from '../load/answers/form.ts';
import { HANDSHAKE_SECONDS } from '../load/dial.ts';
import { describeCase, type RunPlan } from '../plan/plan.ts';
import { caseId } from '../results/case.ts';
import type { Reaches } from '../results/values.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { isInBrowser } from '../scenarios/shared/clients-in.ts';
import { addressShown, redactor } from '../security/redact.ts';
import { ProcessStage, type StageSettings } from './stage.ts';

/** Time after which a transport is not probed further once a probe has failed, so that a silent server is named in time. */
const PROBING_SECONDS = HANDSHAKE_SECONDS;

/** Transports that are probed at the same time: a silent one costs the time of a handshake. */
const AT_ONCE = 4;

/**
 * Dials the foreign server of a plan and learns the form of its answers. Returns the plan with what was learned in each case: the
 * form, or the reason why the case cannot be measured. Once a transport cannot open a session, its other cases are not tried.
 */
export async function surveyTarget(plan: RunPlan, settings: StageSettings): Promise<RunPlan> {
  const foreign = plan.cases.filter(({ target }) => target !== null);
  const waiting = [...Map.groupBy(foreign, ({ entry }) => entry.id).values()];
  const learned = new Map<PlannedCase, PlannedCase>();
  const probeInTurn = async (): Promise<void> => {
    for (let cases = waiting.shift(); cases !== undefined; cases = waiting.shift())
      for (const [planned, lesson] of await surveyTransport(cases, settings)) learned.set(planned, lesson);
  };
  // A command starts a server for each probe; they might want one port.
  const atOnce = foreign.some(({ exec }) => exec !== undefined) ? 1 : AT_ONCE;
  await Promise.all(Array.from({ length: atOnce }, probeInTurn));
  const updated = (planned: PlannedCase): PlannedCase => learned.get(planned) ?? planned;
  return { ...plan, cases: plan.cases.map(updated), blocks: plan.blocks.map((block) => block.map(updated)) };
}

/** Probes the cases of one transport. Returns each case with what was learned about it. */
async function surveyTransport(
  cases: readonly PlannedCase[],
  settings: StageSettings,
): Promise<Map<PlannedCase, PlannedCase>> {
  const groups = Map.groupBy(cases, ({ name, encoding, payload, scenario, size, clients, dimensions }) => {
    // Probes are made on the plain link, so a network makes no difference.
    const { network: _, ...others } = dimensions ?? {};
    return JSON.stringify([name, encoding, payload, scenario.opcode, scenario.reaches, size > 0, clients > 1, others]);
  });
  const learned = new Map<PlannedCase, PlannedCase>();
  const beganMs = performance.now();
  /** Reason why the rest is not tried. */
  let given: string | undefined;
  for (const group of groups.values()) {
    const found: Probe = given === undefined ? await probeCases(group, settings) : { reason: given };
    const isLate = performance.now() - beganMs > PROBING_SECONDS * 1e3;
    if ('reason' in found && (found.unopened || isLate)) given ??= notTried(found.reason);
    for (const planned of group) learned.set(planned, { ...planned, ...lessonFor(planned, found) });
  }
  return learned;
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
    const found = await probeInNode({ ...planned, clients: 1 }, settings, (stage) => stage.probe(sizes, clients > 1));
    if (!('reason' in found)) {
      const refused = isInBrowser(planned) ? await whyNoPage(planned, settings) : undefined;
      return refused === undefined ? withoutSecrets(found, target) : { reason: refused };
    }
    const what = found.unopened ? 'no session could be opened' : 'nothing can be measured';
    return { ...found, reason: `${what} ${at}: ${found.reason}` };
  } catch (error) {
    if (settings.signal.aborted) throw settings.signal.reason;
    return { reason: `nothing can be measured ${at}: ${redactor(target)(errorText(error))}` };
  }
}

/** Probes from Node, wherever the clients of the case run: the form of the answers is the server’s. */
async function probeInNode(
  planned: PlannedCase,
  settings: StageSettings,
  work: (stage: ProcessStage) => Promise<Probe>,
): Promise<Probe> {
  const { 'clients-in': _, ...dimensions } = planned.dimensions ?? {};
  await using stage = await ProcessStage.open(
    { ...planned, dimensions },
    { ...settings, workers: 1, agents: undefined },
  );
  return await work(stage);
}

/** Says why a page of the server’s own origin cannot open a session there; undefined if it can. */
async function whyNoPage(planned: PlannedCase, settings: StageSettings): Promise<string | undefined> {
  try {
    await using stage = await ProcessStage.open({ ...planned, clients: 1 }, { ...settings, workers: 1 });
    await stage.openSessions(1, 1);
    return undefined;
  } catch (error) {
    if (settings.signal.aborted) throw error;
    const why = redactor(planned.target)(errorText(error));
    return `not supported in a browser, for a page of the server’s own origin: ${why}`;
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

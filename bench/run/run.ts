import { randomUUID } from 'node:crypto';
import { errorText } from '../error-text.ts';
import type { Way } from '../load/protocol.ts';
import { newRunId } from '../load/run-id.ts';
import { besideIn, mayRunBeside } from '../plan/beside.ts';
import { isObjectiveStated } from '../plan/options.ts';
import { scenariosOf } from '../plan/parts.ts';
import { describeCase, type RunPlan } from '../plan/plan.ts';
import { maxReruns, mayRunAgain } from '../results/reruns.ts';
import {
  type Case,
  type Environment,
  type MicroRow,
  type NetworkInfo,
  type Results,
  SCHEMA,
  type TransportInfo,
  type Trial,
} from '../results/schema.ts';
import { limitText } from '../results/time.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { isInBrowser } from '../scenarios/shared/clients-in.ts';
import { needsRelay } from '../scenarios/shared/faults.ts';
import { networkOf } from '../scenarios/shared/network.ts';
import { hasBackplane, nodesOf } from '../scenarios/shared/nodes.ts';
import { runtimeOf } from '../scenarios/shared/runtime.ts';
import { type Security, secure, withoutTls } from '../security/security.ts';
import { capabilitiesOf } from '../transports/index.ts';
import { type CpuPinning, physicalCores, pinCores, pinNodes } from './affinity.ts';
import { type Company, sideBySide } from './beside/side-by-side.ts';
import { findBrowser } from './browser/find.ts';
import { type Browser, browserOf } from './browser/workers.ts';
import type { CalmWaiter } from './calm.ts';
import { coreCount, describeEnvironment } from './environment.ts';
import { fitToMachine, readLimits } from './limits.ts';
import type { Link } from './link.ts';
import type { Agents } from './load-workers.ts';
import { type GroupLimits, type Groups, readGroups } from './machine/cgroup.ts';
import { type Roots, rootsIn } from './machine/roots.ts';
import { type NetworkPath, seedOfTrial } from './network/path.ts';
import { OTHERS, type UsableRuntime, usableRuntimes } from './runtimes/find.ts';
import type { Processes } from './scale/processes.ts';
import { whyClosed } from './survey.ts';
import { runTrial, type TrialOutcome, type TrialSettings } from './trial.ts';
import { keepProblems, type Variables, variablesFor } from './variables.ts';

/** A trial that is about to run. */
interface Upcoming {
  readonly planned: PlannedCase;
  readonly block: number;
  readonly order: number;
  /** `order` of the trial that it repeats. */
  readonly replaces?: number;
}

/** A trial of a block that runs when it is its turn, which determines its order. */
type Queued = Omit<Upcoming, 'order'> & { order: number };
/** Order of a trial that has not begun. */
const NOT_BEGUN = -1;

/** Events of a run, in order. `results` is complete up to the event. */
export type RunEvent =
  | { readonly event: 'started'; readonly results: Results }
  /** Other programs use this share of the machine, so the trial has to wait. */
  | ({ readonly event: 'waiting'; readonly busyShare: number } & Upcoming)
  | ({ readonly event: 'trial-started' } & Upcoming)
  | {
      readonly event: 'trial-ended';
      readonly planned: PlannedCase;
      readonly trial: Trial;
      /** True if it is run again at the end of its block. */
      readonly again: boolean;
      readonly results: Results;
    }
  | { readonly event: 'ended'; readonly results: Results };

/** A trial opens its senders below `until`; `null` once all are open. It is no event of the run, because nothing waits for it. */
export type Opening = { readonly event: 'opening'; readonly until: number | null } & Upcoming;

/** Default number of load workers: one for every core besides those of the servers and their Redis, within the CPU quota, but no more than clients. */
export function defaultWorkers(
  fewestClients: number,
  cores: number,
  { limits }: Pick<Groups, 'limits'>,
  serverCores = 1,
): number {
  const usable = Math.min(cores, Math.floor(limits.cores ?? cores));
  return Math.max(1, Math.min(usable - serverCores, fewestClients));
}

/** Link, processes and addresses that a plan is run with on this machine. */
export interface RunResources {
  readonly link: Link;
  readonly workers: number;
  readonly pinning: CpuPinning | undefined;
  /** Ways of the load's sessions, in rotation; empty if the system chooses the source address. */
  readonly ways: readonly Way[];
  /** Environment of the measured processes of ours. */
  readonly variables: Variables;
  readonly roots: Roots;
  /** Limits of the control groups that the run is in. */
  readonly limits: GroupLimits;
  /** Id of the run, which messages carry at a server that is not ours. */
  readonly runId: string;
  /** Redis that several servers share. Null: one of each trial's own. */
  readonly backplane?: string | null;
  /** Browser that clients run in. Absent: no case of the plan has its clients in one. */
  readonly browser?: Browser;
  /** Load workers on other machines. Absent: they are processes of this one. */
  readonly agents?: Agents;
  /** Runtimes of servers besides Node. Absent: no case of the plan needs one. */
  readonly runtimes?: readonly UsableRuntime[];
  /** Path of the cases that have a network. Absent: none has. */
  readonly path?: TrialPath;
  /** Processes of the cases that have several servers or more load workers than the others, by the case's id. Absent: none has. */
  readonly processes?: ReadonlyMap<string, CasePlace>;
  /** Places of trials that run side by side over networks. Absent: all run one after another, on the one path. */
  readonly slots?: readonly Slot[];
}

/** Path as trials use it. */
export type TrialPath = Pick<NetworkPath, 'begin' | 'end' | 'link'>;

/** Place of one of several trials that run at the same time: what it has to itself. The rest is the run's. */
export type Slot = Partial<Pick<RunResources, 'path' | 'workers' | 'pinning'>>;

/** Processes of a case, and their cores. */
export type CasePlace = Processes & Pick<RunResources, 'pinning'>;

/** Determines the resources for a plan, or the problems of this machine, each with a remedy. @param agents machines that the load comes from */
export function resolveResources(
  plan: RunPlan,
  link: Link,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  agents?: Agents,
): RunResources | { readonly problems: readonly string[] } {
  const { workers: asked, servers, keepEnv: keep } = plan.options;
  const unkept = keepProblems(keep, environment);
  if (unkept.length > 0) return { problems: unkept };
  const found = plan.cases.some(isInBrowser) ? findBrowser(plan.options.browser, environment) : undefined;
  if (found !== undefined && 'missing' in found) return { problems: [`--clients-in chromium: ${found.missing}`] };
  const needed = new Set(plan.cases.map(runtimeOf));
  const others = usableRuntimes(
    OTHERS.filter((name) => needed.has(name)),
    environment,
  );
  if (others.problems.length > 0) return { problems: others.problems };
  const roots = rootsIn(environment);
  const groups = readGroups(roots);
  const fewest = Math.min(...plan.cases.map(({ clients }) => clients));
  const nodes = Math.max(...plan.cases.map(nodesOf));
  const shares = plan.cases.some(hasBackplane);
  const workers = asked ?? defaultWorkers(fewest, physicalCores(roots) ?? coreCount(), groups, shares ? nodes + 1 : 1);
  const { url, exec } = plan.options;
  const system = readLimits(link, groups.limits, roots);
  // The sessions of agents take files and ports of their machines.
  const limits = agents === undefined ? system : { ...system, files: url === null ? system.files : null, ports: null };
  const fitted = fitToMachine(plan.cases, { workers, asked: asked !== null, servers }, link, limits);
  if (!('workers' in fitted)) return fitted;
  // Pins nothing for a server that runs already, because its cores are unknown, nor for one that has this machine to itself.
  const pinned = (workers: number, servers = 1): CpuPinning | undefined => {
    if (agents !== undefined || (url !== null && exec === null)) return undefined;
    const alone = pinCores(workers, undefined, undefined, roots, servers);
    return alone === undefined || !shares ? alone : pinNodes(alone, nodes, undefined, roots);
  };
  const variables = variablesFor(environment, { keep, foreign: url !== null });
  return {
    link,
    workers: agents?.workers ?? fitted.workers,
    pinning: pinned(fitted.workers),
    ways: fitted.ways,
    ...(agents === undefined ? {} : { agents }),
    variables,
    roots,
    limits: groups.limits,
    runId: newRunId(),
    backplane: plan.options.backplane,
    ...(found === undefined ? {} : { browser: browserOf(found.path) }),
    ...(others.runtimes.length === 0 ? {} : { runtimes: others.runtimes }),
    ...(fitted.processes === undefined ? {} : { processes: placed(fitted.processes, pinned) }),
  };
}

/** Processes of cases with the cores that they are pinned to. */
function placed(
  processes: ReadonlyMap<string, Processes>,
  pinned: (workers: number, servers: number) => CpuPinning | undefined,
): ReadonlyMap<string, CasePlace> {
  return new Map([...processes].map(([id, one]) => [id, { ...one, pinning: pinned(one.workers, one.servers) }]));
}

export interface RunSettings {
  readonly command: string;
  readonly resources: RunResources;
  /** Results of the checks made before the run. */
  readonly checks: NonNullable<Environment['checks']>;
  readonly micro: readonly MicroRow[];
  /** Given differences that nobody could notice, by metric, in base units. */
  readonly band?: Readonly<Record<string, number>>;
  /** Security for a foreign server. Absent: made for the run. */
  readonly security?: Security;
  readonly signal: AbortSignal;
  /** Networks of the plan, and those that were left out, with the findings of their self-tests. Absent: there are none. */
  readonly networks?: readonly NetworkInfo[];
  /** Waits for a calm machine before each trial. Absent: nothing waits. */
  readonly calm?: CalmWaiter;
  /** Decides whether a run goes on though no trial of its first block is valid. Absent: it does not. */
  readonly goOn?: (results: Results) => Promise<boolean>;
  /** Learns how far a trial is with opening many sessions. */
  readonly onOpening?: (opening: Opening) => void;
  /** Runs one trial; a test's own needs no processes. */
  readonly measure?: typeof runTrial;
}

/**
 * Executes a plan, block after block: one trial at a time, or several of those that may run side by side. An invalid trial that may be
 * run again is, at the end of its block. Aborting the signal drops the trials in progress and ends the run; the results of its last event are then marked `interrupted`.
 */
export async function* run(plan: RunPlan, settings: RunSettings): AsyncGenerator<RunEvent> {
  const { resources, signal, calm, goOn = async () => false } = settings;
  const { link, ways } = resources;
  const guards = { tls: plan.cases.some(({ tls }) => tls), auth: plan.options.auth };
  const security = settings.security ?? (await secure(guards, [link.host, ...ways.flatMap(({ host }) => host ?? [])]));
  const attempt = attempts(plan, { ...settings, security });
  const trials = new Map<PlannedCase, Case>(plan.cases.map((planned) => [planned, emptyCase(planned)]));
  let results = emptyResults(plan, settings, [...trials.values()]);
  yield { event: 'started', results };

  let order = 0;
  // A machine that is not watched cannot be said to have spoilt a trial.
  let reruns = resources.roots.proc === '' ? 0 : maxReruns(plan.blocks.flat().length);
  for (const [block, cases] of plan.blocks.entries()) {
    // Grows at its end by the trials to run again.
    const queue: Queued[] = cases.map((planned) => ({ planned, block, order: NOT_BEGUN }));
    const together = { slots: slotsOf(plan, resources), work: attempt, signal };
    const steps = sideBySide(queue, { ...together, mayRunBeside: ({ planned }) => mayRunBeside(planned) });
    for await (const step of steps) {
      const { item } = step;
      if (step.step === 'next') {
        item.order = order++;
        // Trials of the run itself would make the machine look busy.
        for await (const busyShare of (step.alone ? calm?.(signal) : undefined) ?? [])
          yield { event: 'waiting', busyShare, ...item };
        if (!signal.aborted) yield { event: 'trial-started', ...item };
        continue;
      }
      const { outcome } = step;
      if (outcome === undefined) continue;
      const { planned, replaces } = item;
      const beside = step.beside.map((one) => one.order);
      const trial: Trial = {
        ...outcome.trial,
        ...(replaces === undefined ? {} : { replaces }),
        ...(beside.length === 0 ? {} : { beside }),
      };
      const known = trials.get(planned)!;
      trials.set(planned, {
        ...known,
        // Known in advance unless a client from outside decides.
        tls: known.tls || outcome.effective?.tls !== undefined,
        effective: { ...(outcome.effective ?? known.effective) },
        trials: [...known.trials, trial],
      });
      const again = reruns > 0 && mayRunAgain(trial);
      if (again) {
        reruns--;
        queue.push({ planned, block, order: NOT_BEGUN, replaces: trial.order });
      }
      results = {
        ...results,
        cases: [...trials.values()],
        ...networksSeen(results, planned, resources),
        environment: { ...results.environment, ...hostsSeen(results, resources) },
      };
      yield { event: 'trial-ended', planned, trial, again, results };
    }
    if (signal.aborted) break;
    const isSpoilt = block === 0 && plan.blocks.length > 1 && !hasValid(results);
    const goesOn = !isSpoilt || plan.options.keepGoing || (await goOn(results));
    // An interruption at the question ends the run as it would anywhere else.
    if (signal.aborted) break;
    if (!goesOn) {
      results = { ...results, stopped: { rule: 'first-block', text: SPOILT } };
      break;
    }
  }
  const state = signal.aborted || results.stopped !== undefined ? 'interrupted' : 'complete';
  yield { event: 'ended', results: { ...results, state, finishedAt: new Date().toISOString() } };
}

/** Networks of the results, with the congestion control that connections of a case showed. */
function networksSeen(
  { networks }: Results,
  planned: PlannedCase,
  { path }: Pick<RunResources, 'path'>,
): Pick<Results, 'networks'> {
  const id = networkOf(planned)?.id;
  if (networks === undefined || path === undefined) return {};
  const { congestionControl } = path.link;
  return {
    networks: networks.map((one) =>
      one.id === id ? { ...one, effective: { ...one.effective, congestionControl } } : one,
    ),
  };
}

const SPOILT = 'no trial of the first block is valid';

const hasValid = ({ cases }: Results): boolean =>
  cases.some(({ trials }) => trials.some(({ state }) => state === 'valid'));

/** Places of trials that may run beside others; the first is that of one that runs alone. */
function slotsOf({ options, cases }: RunPlan, { slots = [] }: RunResources): readonly [Slot, ...Slot[]] {
  const [first = {}, ...more] = slots.slice(0, options.beside ?? besideIn(cases, null));
  return [first, ...more];
}

/** Makes the function that runs one trial; it resolves with undefined if the run was aborted. */
function attempts(plan: RunPlan, settings: RunSettings & { readonly security: Security }) {
  const { resources, security, measure = runTrial, onOpening } = settings;
  const { seed, warmupSeconds, objective } = plan.options;
  const { length: atOnce } = slotsOf(plan, resources);
  /** Reasons why a transport is not tried any more at the foreign server, by its id. */
  const closed = new Map<string, string>();
  return async (upcoming: Upcoming, slot: Slot, { signal, gathered }: Company): Promise<TrialOutcome | undefined> => {
    const { planned, block, order } = upcoming;
    const place = mayRunBeside(planned) ? slot : { ...(slot.path === undefined ? {} : { path: slot.path }) };
    const beside = atOnce > 1 && mayRunBeside(planned);
    const ofCase = planned.tls || planned.target !== null ? security : withoutTls(security);
    const settled = { seed, warmupSeconds, objective, security: ofCase };
    const own = resources.processes?.get(planned.id) ?? {};
    const tell = onOpening && ((until: number | null) => onOpening({ event: 'opening', until, ...upcoming }));
    const context = {
      block,
      order,
      ...settled,
      ...resources,
      ...place,
      ...own,
      beside,
      gathered,
      onOpening: tell,
      signal,
    };
    const { id } = planned.entry;
    const given = closed.get(id);
    const tried = given === undefined ? planned : { ...planned, unmeasurable: given };
    const outcome = await overNetwork(tried, context, measure).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    const hasFailed = outcome?.trial.state === 'failed' && tried.unmeasurable === undefined;
    if (!hasFailed || planned.target === null || signal.aborted) return outcome;
    const reason = await whyClosed(planned, context);
    if (reason !== undefined) closed.set(id, reason);
    return outcome;
  };
}

/**
 * Runs one trial through the relay, if it has a network or a fault of the path, or needs a link of its own beside others; afterwards
 * nothing of it is left on the way.
 */
async function overNetwork(
  planned: PlannedCase,
  context: TrialSettings & Pick<RunResources, 'path'>,
  measure: typeof runTrial,
): Promise<TrialOutcome> {
  const { path } = context;
  if (path === undefined || !(needsRelay(planned) || context.beside === true)) return measure(planned, context);
  const startedAt = new Date().toISOString();
  const { block, order, signal } = context;
  const link = await path.begin(networkOf(planned), seedOfTrial(context)).catch((error: unknown) => errorText(error));
  if (signal.aborted) throw signal.reason;
  if (typeof link === 'string')
    return { trial: { state: 'failed', block, order, startedAt, reasons: [link] }, effective: undefined };
  try {
    return await measure(planned, { ...context, link, ways: link.ways });
  } finally {
    await path.end();
  }
}

/** Machines that have taken part so far, the one of the command first. */
function hostsSeen(
  { environment }: Pick<Results, 'environment'>,
  { agents }: RunResources,
): Pick<Environment, 'hosts'> {
  const [local] = environment.hosts ?? [];
  return agents === undefined || local === undefined ? {} : { hosts: [local, ...agents.hosts] };
}

/** Results of a run before its first trial. */
function emptyResults(
  plan: RunPlan,
  { command, resources, checks, micro, band, networks = [] }: RunSettings,
  cases: readonly Case[],
): Results {
  const { options } = plan;
  const { objective, seed, warmupSeconds } = options;
  const { workers, runId } = resources;
  const environment = describeEnvironment(resources, options);
  return {
    schema: SCHEMA,
    id: randomUUID(),
    startedAt: new Date().toISOString(),
    finishedAt: null,
    state: 'running',
    plan: {
      seed,
      profile: options.profile,
      transports: [...options.transports],
      scenarios: scenariosOf(options),
      ...(plan.leftOut.length === 0 ? {} : { leftOut: [...plan.leftOut] }),
      trials: options.trials,
      durationSeconds: Math.max(0.01, ...plan.cases.map(({ seconds }) => seconds)),
      warmupSeconds,
      workers,
      ...(options.url === null ? {} : { runId }),
      ...(isObjectiveStated(options) && plan.cases.some(({ scenario }) => scenario.kind.uses.objective)
        ? { objective: limitText(objective) }
        : {}),
      ...(band === undefined || Object.keys(band).length === 0 ? {} : { band: { ...band } }),
      ...(options.aa ? { aa: true } : {}),
      ...(plan.cases.some(({ disruption }) => disruption !== undefined) ? { outage: { ...options.outage } } : {}),
      order: plan.blocks.map((block) => block.map(({ id }) => id)),
      command,
    },
    environment: { ...environment, ...hostsSeen({ environment }, resources), checks: [...checks] },
    transports: transportsOf(plan.cases),
    ...(networks.length === 0 ? {} : { networks: [...networks] }),
    cases: [...cases],
    ...(micro.length === 0 ? {} : { micro: [...micro] }),
  };
}

const emptyCase = (planned: PlannedCase): Case => ({
  id: planned.id,
  ...describeCase(planned),
  effective: {},
  trials: [],
});

function transportsOf(cases: readonly PlannedCase[]): TransportInfo[] {
  const seen = new Map<string, TransportInfo>();
  for (const { entry, variant } of cases) {
    const title = variant === null ? entry.title : `${entry.title} (${variant.title})`;
    const { id, floor = false, family } = entry;
    const capabilities = capabilitiesOf({ entry, variant });
    seen.set(`${id}:${variant?.id}`, {
      id,
      variant: variant?.id ?? null,
      title,
      floor,
      family,
      capabilities: { ...capabilities },
    });
  }
  return [...seen.values()];
}

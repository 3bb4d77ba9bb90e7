import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Encoding } from '../contract.ts';
import { caseId, concerns, flagOf, unusualDimensions } from '../results/case.ts';
import { NO_NETWORK } from '../results/dimensions.ts';
import type { Case } from '../results/schema.ts';
import { receiversOf } from '../results/values.ts';
import { parseVia } from '../results/via.ts';
import { findScenario, scenarios } from '../scenarios/index.ts';
import type { Disruption, OpenDimensions, PlannedCase, ScenarioEntry } from '../scenarios/shape.ts';
import { DEFAULT_CLIENTS_IN, isBrowser } from '../scenarios/shared/clients-in.ts';
import { endsBackplane, needsBrowser, needsNodes } from '../scenarios/shared/faults.ts';
import { heartbeatSecondsOf } from '../scenarios/shared/heartbeat.ts';
import { networkIdOf } from '../scenarios/shared/network.ts';
import { hasBackplane } from '../scenarios/shared/nodes.ts';
import { addressShown, commandShown } from '../security/redact.ts';
import {
  findTransport,
  nameOf,
  type TransportChoice,
  whyNoHeartbeat,
  whyNotInBrowser,
  whyNotOn,
  whyTooLarge,
  whyTooLargeInBrowser,
  whyUnguarded,
  whyUnsupported,
} from '../transports/index.ts';
import { addressFor } from './address.ts';
import { arranged, besideIn, blockSeconds } from './beside.ts';
import { isLikeNetwork, loadOver } from './networks.ts';
import { type RunOptions, SETTINGS } from './options.ts';
import { scenariosOf, trialsOfParts } from './parts.ts';
import { RUN_SETTINGS } from './settings.ts';
import { whyNotVia } from './vias.ts';

/** Requested cases that are not measured. */
export interface LeftOut {
  /** `transport` or `transport:variant`. */
  readonly name: string;
  /** Encoding of these cases; undefined if they have any. */
  readonly encoding?: Encoding;
  /** Message size of these cases in bytes; undefined if they have any. */
  readonly size?: number;
  /** Values of these cases in other dimensions; undefined if they have any. */
  readonly dimensions?: OpenDimensions;
  /** `unavailable`: this machine cannot load it, another may. `not supported`: the transport cannot do this. */
  readonly kind: 'unavailable' | 'not supported';
  readonly reason: string;
}

export interface RunPlan {
  readonly options: RunOptions;
  readonly leftOut: readonly LeftOut[];
  readonly cases: readonly PlannedCase[];
  /**
   * Blocks, shuffled, each with every case once that has so many trials; cases that may run side by side stand together. Trial k of
   * every case is in block k.
   */
  readonly blocks: readonly (readonly PlannedCase[])[];
}

/**
 * Plans all trials of a run. Pure: equal arguments give equal plans.
 *
 * @param unavailable reasons why transports and variants cannot be used on this machine, by name
 * @param known scenarios that the options may name
 */
export function makePlan(
  options: RunOptions,
  unavailable: ReadonlyMap<string, string> = new Map(),
  known: readonly ScenarioEntry[] = scenarios,
): RunPlan {
  const named = (ids: readonly string[]): ScenarioEntry[] =>
    ids.map((id) => {
      const scenario = findScenario(id, known);
      if (scenario === undefined) throw new Error(`unknown scenario ${id}`);
      return scenario;
    });
  const leftOut = leftOutOf(options, named(scenariosOf(options)), unavailable);
  const trials = trialsOfParts(options.trials);
  const all = [
    ...casesOf(options, named(options.scenarios)),
    ...options.parts.flatMap(({ scenarios: ids, networks }) =>
      casesOf({ ...options, networks }, named(ids)).map((planned) => ({ ...planned, trials })),
    ),
  ];
  const cases = all.filter((planned) => {
    const described = describeCase(planned);
    return !leftOut.some((left) => left.name === flagOf(described) && concerns(left, described));
  });
  const random = xoroshiro128plus(options.seed);
  const blocks = Array.from({ length: options.trials }, (_, index) => {
    const block = cases.filter((planned) => trialsOf(planned, options) > index);
    for (let last = block.length - 1; last > 0; last--) {
      const other = uniformInt(random, 0, last);
      [block[last], block[other]] = [block[other]!, block[last]!];
    }
    return arranged(block, options.beside);
  });
  return { options, leftOut, cases, blocks };
}

/** Number of trials of a case in a plan with these options. */
export const trialsOf = ({ trials }: PlannedCase, options: Pick<RunOptions, 'trials'>): number =>
  trials ?? options.trials;

/**
 * Plan without the cases for which `isLeft` is true: they are listed as unavailable, or as what `kind` says, for the reason, with their
 * values in dimensions.
 */
export function withoutCases(
  plan: RunPlan,
  isLeft: (planned: PlannedCase) => boolean,
  {
    dimensions,
    kind = 'unavailable',
    reason,
  }: Pick<LeftOut, 'reason'> & { dimensions: OpenDimensions; kind?: LeftOut['kind'] },
): RunPlan {
  const names = [...new Set(plan.cases.filter(isLeft).map(nameOf))];
  const leftOut = names.map((name): LeftOut => ({ name, dimensions, kind, reason }));
  return {
    ...plan,
    leftOut: [...plan.leftOut, ...leftOut],
    cases: plan.cases.filter((planned) => !isLeft(planned)),
    blocks: plan.blocks.map((block) => block.filter((planned) => !isLeft(planned))),
  };
}

export function estimateSeconds({ options, cases }: RunPlan): number {
  const measurable = cases.filter(({ unmeasurable }) => unmeasurable === undefined);
  const secondsOf = (planned: PlannedCase): number =>
    planned.scenario.kind.estimateSeconds(planned, options.warmupSeconds);
  const blocks = Array.from({ length: options.trials }, (_, index) =>
    measurable.filter((planned) => trialsOf(planned, options) > index),
  );
  return blocks.reduce((sum, block) => sum + blockSeconds(block, options.beside, secondsOf), 0);
}

/** Number of trials that run at the same time, as a field of a plan's document; none where that is one. */
export function besideFields({ options, cases }: RunPlan): { readonly beside?: number } {
  const beside = besideIn(cases, options.beside);
  return beside === 1 ? {} : { beside };
}

/** Number of deliveries of a trial at an offered rate. */
export function messagesOf({ rate, seconds, scenario, clients }: PlannedCase): number {
  return Math.floor(rate * seconds) * receiversOf(scenario.reaches, clients);
}

function leftOutOf(
  options: RunOptions,
  asked: readonly ScenarioEntry[],
  unavailable: ReadonlyMap<string, string>,
): LeftOut[] {
  return options.transports.flatMap((name): LeftOut[] => {
    const found = findTransport(name);
    if (found === undefined) return [];
    const kind = 'not supported';
    const why = unavailable.get(name);
    if (why !== undefined) return [{ name, kind: 'unavailable', reason: `unavailable here: ${why}` }];
    const unguarded = whyUnguarded(found, { tls: options.tls === true, auth: options.auth });
    if (unguarded !== undefined) return [{ name, kind, reason: unguarded }];
    const kinds = options.encodings.flatMap((encoding) => {
      const reason = whyUnsupported(found, encoding);
      return reason === undefined ? [] : [{ name, encoding, kind, reason } as const];
    });
    const sizes = sizesOf(options, asked).flatMap((size) => {
      const reason = whyTooLarge(found, size);
      return reason === undefined ? [] : [{ name, size, kind, reason } as const];
    });
    const heartbeats = options.heartbeats.flatMap((heartbeat) => {
      const dimensions = { heartbeat };
      const seconds = heartbeatSecondsOf({ dimensions });
      const reason = seconds === null ? undefined : whyNoHeartbeat(found, seconds);
      return reason === undefined ? [] : [{ name, dimensions, kind, reason } as const];
    });
    const runtimes = options.runtimes.flatMap((runtime) => {
      const reason = whyNotOn(found, runtime);
      return reason === undefined ? [] : [{ name, dimensions: { runtime }, kind, reason } as const];
    });
    const browsers = options.clientsIn
      .filter(isBrowser)
      .flatMap((runtime) =>
        leftOutOver(name, options, { 'clients-in': runtime }, (tls) => whyNotInBrowser(found, tls)),
      );
    const largeInBrowsers = options.clientsIn.filter(isBrowser).flatMap((runtime) =>
      sizesOf(options, asked).flatMap((size) => {
        const reason = whyTooLargeInBrowser(found, size);
        const dimensions = { 'clients-in': runtime };
        return reason === undefined ? [] : [{ name, size, dimensions, kind, reason } as const];
      }),
    );
    const runsInNode = options.clientsIn.includes(DEFAULT_CLIENTS_IN);
    const faults = asked.some(({ kind: { uses } }) => uses.faults === true) && runsInNode ? options.faults : [];
    const tabless = faults.filter(needsBrowser).map((fault) => {
      const dimensions = { fault, 'clients-in': DEFAULT_CLIENTS_IN };
      return { name, dimensions, kind, reason: 'has no tab to freeze, because its clients run in Node' } as const;
    });
    const proxies = options.vias.flatMap((value) => {
      const via = parseVia(value);
      return via === undefined ? [] : leftOutOver(name, options, { via: value }, (tls) => whyNotVia(found, via, tls));
    });
    const nodes = nodesLeftOut(name, options, asked);
    return [
      ...kinds,
      ...sizes,
      ...heartbeats,
      ...runtimes,
      ...browsers,
      ...largeInBrowsers,
      ...tabless,
      ...proxies,
      ...nodes,
    ];
  });
}

/** Cases that are not supported with or without TLS, which depends on the network: over each that is concerned, or everywhere. */
function leftOutOver(
  name: string,
  options: RunOptions,
  dimensions: OpenDimensions,
  why: (tls: boolean) => string | undefined,
): LeftOut[] {
  const reasons = [...new Set(options.networks)].map((network) => ({
    network,
    reason: why(usesTls(name, network, options)),
  }));
  const everywhere = reasons.every(({ reason }) => reason !== undefined);
  return reasons.slice(0, everywhere ? 1 : undefined).flatMap(({ network, reason }): LeftOut[] => {
    const where = { ...dimensions, ...(everywhere ? {} : { network }) };
    return reason === undefined ? [] : [{ name, dimensions: where, kind: 'not supported', reason }];
  });
}

/** Cases of several servers that are not supported. */
function nodesLeftOut(
  name: string,
  { nodes, clientsIn, faults, backplane }: RunOptions,
  asked: readonly ScenarioEntry[],
): LeftOut[] {
  const kind = 'not supported';
  const hasFaults = asked.some(({ kind }) => kind.uses.faults === true);
  return nodes.flatMap((number): LeftOut[] => {
    const ofNodes = hasFaults ? faults.filter(needsNodes) : [];
    const alone = ofNodes.map((fault): LeftOut => {
      const reason = 'the fault happens to a service of several servers';
      return { name, kind, dimensions: { fault, nodes: number }, reason };
    });
    if (!hasBackplane({ dimensions: { nodes: number } })) return alone;
    const browsers = clientsIn.filter(isBrowser).map((runtime): LeftOut => {
      const reason = 'a page is of the origin of one server, and the others would refuse it';
      return { name, kind, dimensions: { nodes: number, 'clients-in': runtime }, reason };
    });
    const kept = (backplane === null ? [] : ofNodes.filter(endsBackplane)).map((fault): LeftOut => {
      const reason = 'the Redis of --backplane is never restarted';
      return { name, kind, dimensions: { fault, nodes: number }, reason };
    });
    return [...browsers, ...kept];
  });
}

/** Message sizes of all requested scenarios, in bytes. */
function sizesOf({ sizes }: RunOptions, asked: readonly ScenarioEntry[]): number[] {
  const wanted = asked.filter(({ kind }) => kind.uses.messages);
  return [...new Set(wanted.flatMap(({ defaults }) => sizes ?? defaults.sizes))];
}

const commandOf = ({ exec }: RunOptions): Pick<PlannedCase, 'exec'> => (exec === null ? {} : { exec });

function casesOf(options: RunOptions, asked: readonly ScenarioEntry[]): PlannedCase[] {
  const labels = options.aa ? (['a', 'b'] as const) : [null];
  return asked.flatMap((scenario) => {
    const reaches = scenario.reaches === 'everyone' ? options.reaches : scenario.reaches;
    const { payload, auth, url, targetOptions } = options;
    const shared = { payload, auth, target: url, targetOptions, ...commandOf(options) };
    const disruption = scenario.kind.uses.faults === true ? { disruption: disruptionOf(options) } : {};
    return dimensionsOf(scenario, options).flatMap((dimensions) =>
      settingsOf(scenario, networkIdOf({ dimensions }), options).flatMap((settings) =>
        options.transports.flatMap((name) =>
          labels.map((label) =>
            caseOf(
              name,
              label,
              { ...scenario, reaches },
              {
                ...settings,
                ...shared,
                tls: usesTls(name, networkIdOf({ dimensions }), options),
                dimensions,
                ...disruption,
              },
            ),
          ),
        ),
      ),
    );
  });
}

/** True if our server is to use TLS: as asked, or over a network, if the transport can. The address of another server decides it. */
function usesTls(name: string, network: string, options: RunOptions): boolean {
  if (options.url !== null) return false;
  return options.tls ?? (isLikeNetwork(network, options) && canUseTls(findTransport(name)));
}

const canUseTls = (choice: TransportChoice | undefined): boolean =>
  choice !== undefined && whyUnguarded(choice, { tls: true, auth: null }) === undefined;

type Settings = Pick<PlannedCase, 'clients' | 'rate' | 'size' | 'seconds' | 'encoding'>;

/** All combinations of a scenario's settings. A setting that its kind does not use has one value, 0. */
function settingsOf(scenario: ScenarioEntry, network: string, options: RunOptions): Settings[] {
  const { uses } = scenario.kind;
  const defaults = loadOver(scenario, network, options);
  const rates = options.rates ?? [defaults.rate];
  const spanned = uses.rate === 'offered' ? rates : uses.rate === 'search start' ? [Math.min(...rates)] : [0];
  const sizes = uses.messages ? (options.sizes ?? defaults.sizes) : [0];
  const encodings = uses.messages ? options.encodings : (['text'] as const);
  const seconds = uses.duration ? (options.durationSeconds ?? defaults.seconds) : 0;
  return (options.clients ?? [defaults.clients]).flatMap((clients) =>
    spanned.flatMap((rate) =>
      sizes.flatMap((size) => encodings.map((encoding) => ({ clients, rate, size, seconds, encoding }))),
    ),
  );
}

const disruptionOf = ({ outage, silenceSeconds }: RunOptions): Disruption => ({ outage, silenceSeconds });

/** All combinations of the requested values of dimensions that a scenario uses and that are not properties of `PlannedCase`. */
function dimensionsOf({ kind }: ScenarioEntry, options: RunOptions): OpenDimensions[] {
  const asked = SETTINGS.flatMap((name) => {
    const row = RUN_SETTINGS[name];
    const isUsed = row.usedBy?.(kind.uses) ?? true;
    const values = row.option === null || !isUsed ? [] : row.spanned(options);
    return values.length === 0 ? [] : [{ name, values }];
  });
  return asked.reduce<OpenDimensions[]>(
    (combined, { name, values }) => combined.flatMap((before) => values.map((value) => ({ ...before, [name]: value }))),
    [{}],
  );
}

function caseOf(
  transport: string,
  label: PlannedCase['label'],
  scenario: ScenarioEntry,
  settings: Settings &
    Pick<PlannedCase, 'payload' | 'tls' | 'auth' | 'target' | 'targetOptions' | 'exec' | 'dimensions' | 'disruption'>,
): PlannedCase {
  const found = findTransport(transport);
  if (found === undefined) throw new Error(`unknown transport ${transport}`);
  const name = label === null ? transport : `${transport}#${label}`;
  const target = settings.target === null ? null : addressFor(settings.target, found).url;
  const unnamed = { name, ...found, label, scenario, ...settings, target };
  return { id: caseId(describeCase(unnamed)), ...unnamed };
}

/** True if the connections of a case are to be encrypted; undefined if only the client of a transport from outside the repository knows. */
export function tlsOf({ target, tls, ...choice }: Pick<PlannedCase, 'target' | 'tls' | 'entry' | 'variant'>) {
  return target === null ? tls : addressFor(target, choice).tls;
}

/** Properties of a case as results have them. */
export function describeCase(planned: Omit<PlannedCase, 'id'>): Omit<Case, 'id' | 'effective' | 'trials'> {
  const { entry, variant, label, scenario, clients, rate, size, encoding, payload, auth, target, answers } = planned;
  const { network = NO_NETWORK, ...open }: OpenDimensions = planned.dimensions ?? {};
  const described = {
    transport: entry.id,
    variant: variant?.id ?? null,
    ...(label === null ? {} : { label }),
    scenario: scenario.id,
    kind: scenario.kind.id,
    reaches: scenario.reaches,
    clients,
    // The rate of a search is its result and not a property of the case.
    rate: scenario.kind.uses.rate === 'offered' ? rate : 0,
    size,
    encoding,
    ...(payload === 'filler' ? {} : { payload }),
    tls: tlsOf(planned) === true,
    ...(target === null ? {} : { target: addressShown(target) }),
    ...(planned.exec === undefined ? {} : { exec: commandShown(planned.exec) }),
    ...(answers === undefined ? {} : { answers }),
    ...(auth === null ? {} : { auth }),
    network: String(network),
  };
  const all = { ...described, dimensions: open };
  const unusual = unusualDimensions(all).flatMap(({ name }) =>
    name in open ? [[name, open[name] ?? ''] as const] : [],
  );
  return unusual.length === 0 ? described : { ...described, dimensions: Object.fromEntries(unusual) };
}

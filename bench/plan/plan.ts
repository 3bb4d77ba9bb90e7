import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Encoding } from '../contract.ts';
import { caseId, concerns, flagOf, unusualDimensions } from '../results/case.ts';
import type { Case } from '../results/schema.ts';
import { receiversOf } from '../results/values.ts';
import { findScenario, scenarios } from '../scenarios/index.ts';
import type { OpenDimensions, PlannedCase, ScenarioEntry } from '../scenarios/shape.ts';
import { addressShown } from '../security/redact.ts';
import { findTransport, whyTooLarge, whyUnguarded, whyUnsupported } from '../transports/index.ts';
import { addressFor } from './address.ts';
import { type RunOptions, SETTINGS } from './options.ts';
import { RUN_SETTINGS } from './settings.ts';

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
  /** Blocks, each with every case once, shuffled. Trial k of every case is in block k. */
  readonly blocks: readonly (readonly PlannedCase[])[];
}

/**
 * Plans all trials of a run. Pure: equal arguments give equal plans.
 *
 * @param unavailable reasons why transports cannot be used on this machine, by id
 * @param known scenarios that the options may name
 */
export function makePlan(
  options: RunOptions,
  unavailable: ReadonlyMap<string, string> = new Map(),
  known: readonly ScenarioEntry[] = scenarios,
): RunPlan {
  const asked = options.scenarios.map((id) => {
    const scenario = findScenario(id, known);
    if (scenario === undefined) throw new Error(`unknown scenario ${id}`);
    return scenario;
  });
  const leftOut = leftOutOf(options, asked, unavailable);
  const cases = casesOf(options, asked).filter((planned) => {
    const described = describeCase(planned);
    return !leftOut.some((left) => left.name === flagOf(described) && concerns(left, described));
  });
  const random = xoroshiro128plus(options.seed);
  const blocks = Array.from({ length: options.trials }, () => {
    const block = [...cases];
    for (let last = block.length - 1; last > 0; last--) {
      const other = uniformInt(random, 0, last);
      [block[last], block[other]] = [block[other]!, block[last]!];
    }
    return block;
  });
  return { options, leftOut, cases, blocks };
}

export function estimateSeconds({ options, cases }: RunPlan): number {
  const measurable = cases.filter(({ unmeasurable }) => unmeasurable === undefined);
  const block = measurable.reduce(
    (sum, planned) => sum + planned.scenario.kind.estimateSeconds(planned, options.warmupSeconds),
    0,
  );
  return block * options.trials;
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
    const why = unavailable.get(found.entry.id);
    if (why !== undefined) return [{ name, kind: 'unavailable', reason: `unavailable here: ${why}` }];
    const unguarded = whyUnguarded(found, options);
    if (unguarded !== undefined) return [{ name, kind, reason: unguarded }];
    const kinds = options.encodings.flatMap((encoding) => {
      const reason = whyUnsupported(found, encoding);
      return reason === undefined ? [] : [{ name, encoding, kind, reason } as const];
    });
    const sizes = sizesOf(options, asked).flatMap((size) => {
      const reason = whyTooLarge(found, size);
      return reason === undefined ? [] : [{ name, size, kind, reason } as const];
    });
    return [...kinds, ...sizes];
  });
}

/** Message sizes of all requested scenarios, in bytes. */
function sizesOf({ sizes }: RunOptions, asked: readonly ScenarioEntry[]): number[] {
  const wanted = asked.filter(({ kind }) => kind.uses.messages);
  return [...new Set(wanted.flatMap(({ defaults }) => sizes ?? defaults.sizes))];
}

function casesOf(options: RunOptions, asked: readonly ScenarioEntry[]): PlannedCase[] {
  const labels = options.aa ? (['a', 'b'] as const) : [null];
  return asked.flatMap((scenario) => {
    const reaches = scenario.reaches === 'everyone' ? options.reaches : scenario.reaches;
    const { payload, tls, auth, url, targetOptions } = options;
    const shared = { payload, tls, auth, target: url, targetOptions };
    return settingsOf(scenario, options).flatMap((settings) =>
      dimensionsOf(options).flatMap((dimensions) =>
        options.transports.flatMap((name) =>
          labels.map((label) => caseOf(name, label, { ...scenario, reaches }, { ...settings, ...shared, dimensions })),
        ),
      ),
    );
  });
}

type Settings = Pick<PlannedCase, 'clients' | 'rate' | 'size' | 'seconds' | 'encoding'>;

/** All combinations of a scenario's settings. A setting that its kind does not use has one value, 0. */
function settingsOf({ kind: { uses }, defaults }: ScenarioEntry, options: RunOptions): Settings[] {
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

/** All combinations of the requested values of dimensions that are not properties of `PlannedCase`. */
function dimensionsOf(options: RunOptions): OpenDimensions[] {
  const asked = SETTINGS.flatMap((name) => {
    const row = RUN_SETTINGS[name];
    const values = row.option === null ? [] : row.spanned(options);
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
  settings: Settings & Pick<PlannedCase, 'payload' | 'tls' | 'auth' | 'target' | 'targetOptions' | 'dimensions'>,
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
  const { network = 'none', ...open }: OpenDimensions = planned.dimensions ?? {};
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

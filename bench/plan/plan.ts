import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Encoding, Payload } from '../contract.ts';
import { caseId, concerns, flagOf, unusualDimensions } from '../results/case.ts';
import type { DimensionValue } from '../results/dimensions.ts';
import type { Case } from '../results/schema.ts';
import { type ScenarioEntry, type ScenarioKind, scenarios } from '../scenarios/index.ts';
import { addressShown } from '../security/redact.ts';
import {
  findTransport,
  optionsOf,
  type TransportEntry,
  type Variant,
  whyTooLarge,
  whyUnguarded,
  whyUnsupported,
} from '../transports/index.ts';
import { type RunOptions, SETTINGS } from './options.ts';
import { RUN_SETTINGS } from './settings.ts';

/** One combination of transport, variant, scenario, clients, rate and size, ready to be measured. */
export interface PlannedCase {
  readonly id: string;
  /** `transport` or `transport:variant`, and in an A/A run `#a` or `#b`. */
  readonly name: string;
  readonly entry: TransportEntry;
  readonly variant: Variant | null;
  /** In an A/A run, under which of its two labels the transport goes. */
  readonly label: 'a' | 'b' | null;
  readonly scenario: ScenarioEntry;
  readonly clients: number;
  /** Messages a second; where a search begins; 0 where no timetable is kept. */
  readonly rate: number;
  /** Bytes; 0 where no message is sent. */
  readonly size: number;
  /** Measured time of a trial, of a search's probe; 0 where the work ends it. */
  readonly seconds: number;
  readonly encoding: Encoding;
  readonly payload: Payload;
  readonly tls: boolean;
  readonly auth: RunOptions['auth'];
  /** URL of a server that runs already, in place of one of ours; null otherwise. */
  readonly target: string | null;
  /** Values of the dimensions that have no property of their own here, by name; one that is missing has its default. */
  readonly dimensions?: OpenDimensions;
  /** URL of a module with another application than the servers' own. */
  readonly application?: string;
}

/** Values by the name of their dimension. */
type OpenDimensions = Readonly<Record<string, DimensionValue>>;

/** Cases that were asked for and are not measured. */
export interface LeftOut {
  /** `transport` or `transport:variant`. */
  readonly name: string;
  /** The only encoding concerned; left out: all. */
  readonly encoding?: Encoding;
  /** The only message size concerned; left out: all. */
  readonly size?: number;
  /** The only values of other dimensions concerned; left out: all. */
  readonly dimensions?: OpenDimensions;
  /** `unavailable`: this machine cannot load it, another may. `not supported`: the transport cannot do this. */
  readonly kind: 'unavailable' | 'not supported';
  readonly reason: string;
}

export interface RunPlan {
  readonly options: RunOptions;
  readonly leftOut: readonly LeftOut[];
  readonly cases: readonly PlannedCase[];
  /** One inner list a block: every case once, shuffled. Trial k of every case is in block k. */
  readonly blocks: readonly (readonly PlannedCase[])[];
}

/**
 * Pure: the same arguments give the same plan.
 *
 * @param unavailable by transport, why it cannot be used on this machine
 */
export function makePlan(options: RunOptions, unavailable: ReadonlyMap<string, string> = new Map()): RunPlan {
  const leftOut = leftOutOf(options, unavailable);
  const cases = casesOf(options).filter((planned) => {
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

/** Time of a trial besides warm-up and measuring: starting, connecting, draining, stopping. Measured on two slow cores. */
const OVERHEAD_SECONDS = 0.75;
/** Approximate number of probes of a search: doublings, halvings, and the longer one that confirms. */
const PROBES = 14;
/** Exchanges of a trial that counts bytes, including its warm-up. */
const WIRE_EXCHANGES = 240;
/** Approximate rate at which a trial opens sessions one after another. */
const SESSIONS_PER_SECOND = 500;

/** By kind, about; a machine is faster or slower. */
const SECONDS: Readonly<Record<ScenarioKind, (planned: PlannedCase, warmupSeconds: number) => number>> = {
  load: ({ seconds }, warmupSeconds) => warmupSeconds + seconds + OVERHEAD_SECONDS,
  closed: ({ seconds }, warmupSeconds) => warmupSeconds + seconds + OVERHEAD_SECONDS,
  capacity: ({ seconds }, warmupSeconds) => PROBES * (warmupSeconds + seconds + OVERHEAD_SECONDS),
  connect: ({ clients }) => OVERHEAD_SECONDS + (2 * clients) / SESSIONS_PER_SECOND,
  // Until a heartbeat has come round.
  idle: ({ clients, seconds }) => 3 + clients / SESSIONS_PER_SECOND + Math.max(seconds, 25),
  // Short polling needs one interval for every exchange.
  wire: (planned) => 2 + (WIRE_EXCHANGES * Number(optionsOf(planned).intervalMs ?? 0)) / 1e3,
};

export function estimateSeconds({ options, cases }: RunPlan): number {
  const block = cases.reduce((sum, planned) => sum + SECONDS[planned.scenario.kind](planned, options.warmupSeconds), 0);
  return block * options.trials;
}

/** Deliveries that a trial on a timetable has. */
export function messagesOf({ rate, seconds, scenario, clients }: PlannedCase): number {
  return Math.floor(rate * seconds) * (scenario.reaches === 'everyone' ? clients : 1);
}

function leftOutOf(options: RunOptions, unavailable: ReadonlyMap<string, string>): LeftOut[] {
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
    const sizes = sizesOf(options).flatMap((size) => {
      const reason = whyTooLarge(found, size);
      return reason === undefined ? [] : [{ name, size, kind, reason } as const];
    });
    return [...kinds, ...sizes];
  });
}

/** Every size that any of the scenarios asked for sends. */
function sizesOf({ scenarios: asked, sizes }: RunOptions): number[] {
  const wanted = scenarios.filter(({ id, defaults }) => asked.includes(id) && defaults.sizes.length > 0);
  return [...new Set(wanted.flatMap(({ defaults }) => sizes ?? defaults.sizes))];
}

function casesOf(options: RunOptions): PlannedCase[] {
  const labels = options.aa ? (['a', 'b'] as const) : [null];
  return options.scenarios.flatMap((scenarioId) => {
    const scenario = scenarios.find(({ id }) => id === scenarioId);
    if (scenario === undefined) throw new Error(`unknown scenario ${scenarioId}`);
    const shared = { payload: options.payload, tls: options.tls, auth: options.auth, target: options.url };
    return settingsOf(scenario, options).flatMap((settings) =>
      dimensionsOf(options).flatMap((dimensions) =>
        options.transports.flatMap((name) =>
          labels.map((label) => caseOf(name, label, scenario, { ...settings, ...shared, dimensions })),
        ),
      ),
    );
  });
}

type Settings = Pick<PlannedCase, 'clients' | 'rate' | 'size' | 'seconds' | 'encoding'>;

/** All combinations of a scenario's settings. What it has no use for, it has once, as 0. */
function settingsOf({ kind, defaults }: ScenarioEntry, options: RunOptions): Settings[] {
  const rates = options.rates ?? [defaults.rate];
  const spanned = kind === 'capacity' ? [Math.min(...rates)] : defaults.rate === 0 ? [0] : rates;
  const sizes = defaults.sizes.length === 0 ? [0] : (options.sizes ?? defaults.sizes);
  const encodings = defaults.sizes.length === 0 ? (['text'] as const) : options.encodings;
  const seconds = defaults.seconds === 0 ? 0 : (options.durationSeconds ?? defaults.seconds);
  return (options.clients ?? [defaults.clients]).flatMap((clients) =>
    spanned.flatMap((rate) =>
      sizes.flatMap((size) => encodings.map((encoding) => ({ clients, rate, size, seconds, encoding }))),
    ),
  );
}

/** All combinations of the values that were asked for of dimensions without a property of their own. */
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
  settings: Settings & Pick<PlannedCase, 'payload' | 'tls' | 'auth' | 'target' | 'dimensions'>,
): PlannedCase {
  const found = findTransport(transport);
  if (found === undefined) throw new Error(`unknown transport ${transport}`);
  const name = label === null ? transport : `${transport}#${label}`;
  const unnamed = { name, ...found, label, scenario, ...settings };
  return { id: caseId(describeCase(unnamed)), ...unnamed };
}

/** The properties of a case as results have them. */
export function describeCase(planned: Omit<PlannedCase, 'id'>): Omit<Case, 'id' | 'effective' | 'trials'> {
  const { entry, variant, label, scenario, clients, rate, size, encoding, payload, tls, auth, target } = planned;
  const { network = 'none', ...open }: OpenDimensions = planned.dimensions ?? {};
  const described = {
    transport: entry.id,
    variant: variant?.id ?? null,
    ...(label === null ? {} : { label }),
    scenario: scenario.id,
    kind: scenario.kind,
    clients,
    // A search has a rate for its result, not for its question.
    rate: scenario.kind === 'capacity' ? 0 : rate,
    size,
    encoding,
    ...(payload === 'filler' ? {} : { payload }),
    tls: target === null ? tls : isSecure(target),
    ...(target === null ? {} : { target: addressShown(target) }),
    ...(auth === null ? {} : { auth }),
    network: String(network),
  };
  const all = { ...described, dimensions: open };
  const unusual = unusualDimensions(all).flatMap(({ name }) =>
    name in open ? [[name, open[name] ?? ''] as const] : [],
  );
  return unusual.length === 0 ? described : { ...described, dimensions: Object.fromEntries(unusual) };
}

/** By its scheme: `wss`, `https`, `mqtts`, `tls`. */
const isSecure = (url: string): boolean => /^(?:wss|https|mqtts|tls|grpcs):/.test(url);

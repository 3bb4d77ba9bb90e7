import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Encoding } from '../contract.ts';
import { findScenario, scenarios } from '../scenarios/index.ts';
import type { PlannedCase, ScenarioEntry } from '../scenarios/shape.ts';
import {
  findTransport,
  type TransportEntry,
  type Variant,
  whyTooLarge,
  whyUnguarded,
  whyUnsupported,
} from '../transports/index.ts';
import type { RunOptions } from './options.ts';

/** What was asked for and is not measured. */
export interface LeftOut {
  /** `transport` or `transport:variant`. */
  readonly name: string;
  /** Where only one encoding is concerned. */
  readonly encoding?: Encoding;
  /** Where only messages of this size are concerned. */
  readonly size?: number;
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
  const cases = casesOf(options, asked).filter(
    ({ entry, variant, encoding, size }) =>
      !leftOut.some(
        (left) =>
          left.name === nameOf(entry, variant) &&
          (left.encoding ?? encoding) === encoding &&
          (left.size ?? size) === size,
      ),
  );
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
  const block = cases.reduce(
    (sum, planned) => sum + planned.scenario.kind.estimateSeconds(planned, options.warmupSeconds),
    0,
  );
  return block * options.trials;
}

/** Deliveries that a trial at an offered rate has. */
export function messagesOf({ rate, seconds, scenario, clients }: PlannedCase): number {
  return Math.floor(rate * seconds) * (scenario.reaches === 'everyone' ? clients : 1);
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

/** Every size that any of the scenarios asked for sends. */
function sizesOf({ sizes }: RunOptions, asked: readonly ScenarioEntry[]): number[] {
  const wanted = asked.filter(({ kind }) => kind.uses.messages);
  return [...new Set(wanted.flatMap(({ defaults }) => sizes ?? defaults.sizes))];
}

const nameOf = ({ id }: TransportEntry, variant: Variant | null): string =>
  variant === null ? id : `${id}:${variant.id}`;

function casesOf(options: RunOptions, asked: readonly ScenarioEntry[]): PlannedCase[] {
  const labels = options.aa ? (['a', 'b'] as const) : [null];
  return asked.flatMap((scenario) => {
    const shared = { payload: options.payload, tls: options.tls, auth: options.auth, target: options.url };
    return settingsOf(scenario, options).flatMap((settings) =>
      options.transports.flatMap((name) =>
        labels.map((label) => caseOf(name, label, scenario, { ...settings, ...shared })),
      ),
    );
  });
}

type Settings = Pick<PlannedCase, 'clients' | 'rate' | 'size' | 'seconds' | 'encoding'>;

/** All combinations of a scenario's settings. Each setting that its kind has no use for is there once, as 0. */
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

function caseOf(
  transport: string,
  label: PlannedCase['label'],
  scenario: ScenarioEntry,
  settings: Settings & Pick<PlannedCase, 'payload' | 'tls' | 'auth' | 'target'>,
): PlannedCase {
  const found = findTransport(transport);
  if (found === undefined) throw new Error(`unknown transport ${transport}`);
  const name = label === null ? transport : `${transport}#${label}`;
  const { clients, rate, size, encoding, payload, tls, auth } = settings;
  const parts = [
    name,
    scenario.id,
    `c${clients}`,
    ...(scenario.kind.uses.rate === 'offered' ? [`r${rate}`] : []),
    ...(size === 0 ? [] : [`s${size}`]),
    encoding,
    ...(payload === 'filler' ? [] : [payload]),
    ...(tls ? ['tls'] : []),
    ...(auth === null ? [] : [auth.toLowerCase()]),
  ];
  return { id: parts.join('/'), name, ...found, label, scenario, ...settings };
}

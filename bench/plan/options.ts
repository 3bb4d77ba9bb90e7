import { MAX_SEQUENCE } from '../codec/header.ts';
import { quoted } from '../results/command.ts';
import { LIBRARY_HEARTBEAT, NO_NETWORK, NO_PROXY } from '../results/dimensions.ts';
import { scenarios } from '../scenarios/index.ts';
import type { Load, ScenarioEntry } from '../scenarios/shape.ts';
import { isBrowser } from '../scenarios/shared/clients-in.ts';
import { needsBrowser, needsNodes } from '../scenarios/shared/faults.ts';
import { ONE_NODE } from '../scenarios/shared/nodes.ts';
import { DEFAULT_RUNTIME } from '../scenarios/shared/runtime.ts';
import { whyOneServer } from '../scenarios/shared/server-processes.ts';
import { isTemplate } from '../security/template.ts';
import { findTransport, needsBackplane } from '../transports/index.ts';
import { addressProblems, targetOptionProblems } from './address.ts';
import { loadOver } from './networks.ts';
import { networksOf, type Part, partsFor, scenariosOf } from './parts.ts';
import { type Given, readChoice, readFlag } from './readers.ts';
import {
  isOfFaults,
  PROFILES,
  type Profile,
  QUICK,
  type ReadingContext,
  RUN_SETTINGS,
  type Setting,
  type SettingValues,
} from './settings.ts';

/** Names of all settings. */
export const SETTINGS: readonly Setting[] = Object.keys(RUN_SETTINGS).filter(
  (name): name is Setting => name in RUN_SETTINGS,
);

/** Options of a run, complete. */
export type RunOptions = SettingValues & {
  /** True if the transports were named one by one: an unavailable one is then an error instead of left out. */
  readonly named: boolean;
  /** True if the objective was given; otherwise that of a case over a network follows from its round trip. */
  readonly objectiveNamed: boolean;
  readonly profile: Profile | 'custom';
  /** Parts that are measured besides, with fewer trials. */
  readonly parts: readonly Part[];
};

/** Maximum number of clients if each message goes to everyone: the ledger then keeps a number per pair, here a gigabyte. */
const MAX_PAIRED_CLIENTS = 16_384;

/**
 * Reads settings. Reports all problems at once; without problems, the options are complete.
 *
 * @param known scenarios that can be named
 */
export function readOptions(
  given: Partial<Record<Setting, Given>>,
  known: readonly ScenarioEntry[] = scenarios,
): { options: RunOptions } | { problems: string[] } {
  const problems: string[] = [];
  const asked = readChoice(given.profile, PROFILES, problems);
  const quick = readFlag(given.quick, problems) || asked === 'quick';
  if (given.quick !== undefined && given.profile !== undefined) {
    problems.push(`${given.quick.where} is short for --profile quick; leave one of the two out`);
  }
  const context = {
    quick,
    profile: asked,
    foreign: given.url !== undefined,
    launched: given.exec !== undefined,
    outside: given.backplane !== undefined,
    scenarios: known,
    problems,
  };
  const values = readAll(given, context);
  if (problems.length > 0) return { problems };
  // These two shape more than the settings that they stand for, so they remain beside others.
  const profile = quick ? 'quick' : asked === 'networks' ? asked : profileOf(given, asked);
  const parts = partsFor(given, { profile: asked, link: values.link, scenarios: known });
  const options: RunOptions = {
    ...values,
    beside: values.beside ?? (parts.length === 0 ? 1 : null),
    parts,
    named: given.transports !== undefined,
    objectiveNamed: given.objective !== undefined,
    profile,
  };
  const chosen = known.filter(({ id }) => options.scenarios.includes(id));
  const wrong = [
    ...unused(
      options,
      given,
      known.filter(({ id }) => scenariosOf(options).includes(id)),
    ),
    ...excess(options, given, chosen),
    ...foreign(options, given, chosen),
    ...networkProblems(options, given, chosen),
    ...browserProblems(options, given),
    ...proxyProblems(options, given),
    ...serverProblems(options, given, chosen),
    ...nodesProblems(options, given, chosen),
    ...runtimeProblems(options, given),
    ...(isOfFaults(asked) ? faultlessProblems(given, chosen) : []),
  ];
  return wrong.length > 0 ? { problems: wrong } : { options };
}

function readAll(given: Partial<Record<Setting, Given>>, context: ReadingContext): SettingValues {
  const values = Object.fromEntries(
    SETTINGS.flatMap((name) => {
      const row = RUN_SETTINGS[name];
      return row.option === null ? [] : [[row.option, row.read(given[name], context)] as const];
    }),
  );
  if (!isComplete(values)) throw new Error('a setting was not read');
  return values;
}

/** True if no option is missing. Each was read by its own row, which determines its type. */
const isComplete = (values: object): values is SettingValues =>
  Object.values(RUN_SETTINGS).every(({ option }) => option === null || option in values);

/** Command that repeats a run, with every setting that shaped it, given or default. @param flags further flags, as a shell takes them */
export function commandFor(options: RunOptions, flags: readonly string[] = []): string {
  const chosen = scenarios.filter(({ id }) => scenariosOf(options).includes(id));
  const hasParts = options.parts.length > 0;
  const written = SETTINGS.flatMap((name) => {
    const row = RUN_SETTINGS[name];
    if (row.option === null || !isUsed(name, chosen)) return [];
    if (row.option === 'durationSeconds' && isOfProfile(options)) return [];
    if (row.option === 'objective' && !isObjectiveStated(options)) return [];
    // With these it would measure nothing besides.
    if (row.option === 'scenarios' && hasParts) return [];
    if (row.option === 'beside' && !hasParts && options.beside === 1) return [];
    // Without it that profile would mean all of them.
    const isOnlyNone = name === 'network' && options.profile === 'networks' && String(options.networks) === NO_NETWORK;
    return [{ name, value: isOnlyNone ? NO_NETWORK : row.written(options) }];
  });
  const valued = written.flatMap(({ name, value }) =>
    typeof value === 'string' ? [`--${name} ${quoted(value)}`] : [],
  );
  const switches = written.flatMap(({ name, value }) =>
    typeof value === 'boolean' ? [value ? `--${name}` : `--no-${name}`] : [],
  );
  const { profile } = options;
  const named = profile === 'quick' ? ['--quick'] : profile === 'networks' ? [`--profile ${profile}`] : [];
  return ['npm run bench --', ...valued, ...switches, ...named, ...flags].join(' ');
}

/** True if one objective holds for all cases of a run: it was given, or there is no network, whose round trip would shape it. */
export const isObjectiveStated = ({
  objectiveNamed,
  ...options
}: Pick<RunOptions, 'objectiveNamed' | 'networks' | 'parts'>): boolean =>
  objectiveNamed || networksOf(options).every((network) => network === NO_NETWORK);

/** True if the duration is the one that the quick profile sets. */
const isOfProfile = ({ profile, durationSeconds }: RunOptions): boolean =>
  profile === 'quick' && durationSeconds === QUICK.durationSeconds;

const isUsed = (name: Setting, chosen: readonly ScenarioEntry[]): boolean => {
  const { usedBy } = RUN_SETTINGS[name];
  return usedBy === undefined || chosen.some(({ kind }) => usedBy(kind.uses));
};

/** Name of the profile; `custom` if any other setting was given. */
function profileOf(given: Partial<Record<Setting, Given>>, asked: Profile | undefined): RunOptions['profile'] {
  // None of these changes a measurement.
  const { profile, threshold, band, 'keep-going': _, ...others } = given;
  return Object.values(others).some((one) => one !== undefined) ? 'custom' : (asked ?? 'default');
}

/** Problems of settings that none of the chosen scenarios uses: ignoring them silently would mislead. */
function unused(
  { profile, scenarios: names }: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  return SETTINGS.flatMap((name) => {
    const where = given[name]?.where;
    const isPartOfProfile = name === 'duration' && profile === 'quick';
    if (where === undefined || isPartOfProfile || isUsed(name, chosen)) return [];
    return [`${where} has no meaning for ${names.join(', ')}; leave it out`];
  });
}

/** Problems of values that need more clients, header digits or memory than there are. */
function excess(
  options: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  const problems: string[] = [];
  const loadsOf = (scenario: ScenarioEntry): Load[] =>
    options.networks.map((network) => loadOver(scenario, network, options));
  const clientsOf = (scenario: ScenarioEntry): readonly number[] =>
    options.clients ?? loadsOf(scenario).map(({ clients }) => clients);
  const fewest = Math.min(...chosen.flatMap(clientsOf));
  if (options.workers !== null && options.workers > fewest) {
    problems.push(
      `${given.workers?.where} is ${options.workers}, but ${fewest} client(s) keep at most ${fewest} workers busy`,
    );
  }
  for (const scenario of chosen.filter(({ kind }) => kind.uses.rate === 'offered')) {
    const loads = loadsOf(scenario);
    const longest = options.durationSeconds ?? Math.max(...loads.map(({ seconds }) => seconds));
    const seconds = longest + options.warmupSeconds;
    const fastest = Math.max(...(options.rates ?? loads.map(({ rate }) => rate)));
    if ((fastest * seconds) / Math.min(...clientsOf(scenario)) < MAX_SEQUENCE) continue;
    problems.push(
      `${fastest} msg/s for ${seconds} s are more than 268,435,455 messages per client; use a lower --rate or --duration`,
    );
    break;
  }
  const toEveryone = chosen.filter(({ reaches }) => reaches !== 'sender');
  if (toEveryone.some((scenario) => Math.max(...clientsOf(scenario)) > MAX_PAIRED_CLIENTS)) {
    const names = toEveryone.map(({ id }) => id).join(', ');
    problems.push(`--clients may be at most ${MAX_PAIRED_CLIENTS} if each message goes to everyone (${names})`);
  }
  if (options.reaches === 'others' && toEveryone.some((scenario) => Math.min(...clientsOf(scenario)) < 2)) {
    problems.push(`${given.reaches?.where} needs at least 2 --clients: a single one has no others`);
  }
  const withReaders = chosen.filter((scenario) => scenario.kind.uses.readers && Math.min(...clientsOf(scenario)) < 2);
  if (withReaders.length > 0) {
    problems.push(`${withReaders[0]!.id} needs at least 2 --clients: one becomes slow, and the others are measured`);
  }
  return problems;
}

/** Problems of a command that starts the server, and of an address that is none without one. */
function commandProblems(url: string, exec: string | null, given: Partial<Record<Setting, Given>>): string[] {
  const where = given.url?.where;
  if (exec === null)
    return isTemplate(url) ? [`${where} has HOST:PORT for an address, which only --exec fills in`] : [];
  if (process.platform !== 'linux') {
    return [`${given.exec?.where} needs Linux; start the server yourself, and leave ${given.exec?.where} out`];
  }
  return isTemplate(url)
    ? []
    : [
        `${where} needs HOST:PORT in the place of the address, such as ws://HOST:PORT/chat, because each trial has its own`,
      ];
}

/** Problems of scenarios without a fault in a run that goes through all of them. */
function faultlessProblems(given: Partial<Record<Setting, Given>>, chosen: readonly ScenarioEntry[]): string[] {
  const without = chosen.filter(({ kind }) => kind.uses.faults !== true).map(({ id }) => id);
  if (without.length === 0) return [];
  return [
    `${given.profile?.where} ${given.profile?.value} has no meaning for ${without.join(', ')}; measure them in a run of their own`,
  ];
}

/** Problems of a network where no packet goes through one. */
function networkProblems(
  { networks, url, exec, link }: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  if (networks.every((network) => network === NO_NETWORK)) return [];
  const where = given.network?.where ?? `${given.profile?.where} networks`;
  const without = chosen.filter(({ kind }) => !kind.uses.network).map(({ id }) => id);
  return [
    ...(url !== null && exec === null
      ? [
          `${where} shapes packets on a private link, and the server at ${given.url?.where} is reached over the host’s own network; start it with --exec, or leave ${where} out`,
        ]
      : []),
    ...(link === 'loopback' && (url === null || exec !== null)
      ? [`${where} needs a private link, so leave ${given.link?.where} loopback out`]
      : []),
    // If none of them is measured over a network, `unused` has said so.
    ...(without.length > 0 && (without.length < chosen.length || given.network === undefined)
      ? [`${where} has no meaning for ${without.join(', ')}; measure what has in a run of its own`]
      : []),
  ];
}

/** Problems of a browser that is not started, or cannot be. */
function browserProblems({ clientsIn, browser, faults }: RunOptions, given: Partial<Record<Setting, Given>>): string[] {
  const starts = clientsIn.some(isBrowser);
  return [
    ...(browser !== null && !starts
      ? [`${given.browser?.where} has no meaning where clients run in Node; add --clients-in chromium, or leave it out`]
      : []),
    ...(!starts && given.fault !== undefined && faults.some(needsBrowser)
      ? [
          `${given.fault.where} ${faults.filter(needsBrowser).join()} happens to the tab of a browser; add --clients-in chromium`,
        ]
      : []),
    ...(starts && process.platform !== 'linux'
      ? [`${given['clients-in']?.where} needs Linux, which tells what a browser’s processes use; leave it out`]
      : []),
  ];
}

const isOverRedis = (name: string): boolean => {
  const choice = findTransport(name);
  return choice !== undefined && needsBackplane(choice);
};

/** Problems of a proxy before a server that is not ours, whose protocol and addresses are unknown. */
function proxyProblems({ vias, url }: RunOptions, given: Partial<Record<Setting, Given>>): string[] {
  const isUsed = vias.some((one) => one !== NO_PROXY);
  return isUsed && url !== null
    ? [`${given.via?.where} is put before servers of ours; leave it or ${given.url?.where} out`]
    : [];
}

/** Problems of several server processes where there can be only one. */
function serverProblems(
  { servers, url }: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  if (servers === null) return [];
  const where = given.servers?.where;
  if (url !== null) return [`${where} is for servers of ours; leave it out, or leave ${given.url?.where} out`];
  if (servers === 1) return [];
  return [...Map.groupBy(chosen, whyOneServer)].flatMap(([why, those]) =>
    why === undefined
      ? []
      : [
          `${where} has no meaning for ${those.map(({ id }) => id).join(', ')}: ${why}, because the processes know nothing of each other; measure with one`,
        ],
  );
}

/** Problems of several servers, of the Redis that they share, and of faults that only they have. */
function nodesProblems(
  { nodes, backplane, url, link, networks, faults, clients, transports: names }: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  const most = Math.max(...nodes);
  const of = given.nodes?.where;
  const fewest = Math.min(...chosen.flatMap(({ defaults }) => clients ?? [defaults.clients]));
  const ofNodes = chosen.some(({ kind }) => kind.uses.faults) ? faults.filter(needsNodes) : [];
  const where = given.backplane?.where;
  return [
    ...(url !== null && of !== undefined
      ? [`${of} starts servers of ours, and ${given.url?.where} is one of yours; leave one of the two out`]
      : []),
    ...(fewest < most ? [`${of} is ${most}, but ${fewest} client(s) keep at most ${fewest} nodes busy`] : []),
    ...(ofNodes.length > 0 && most === ONE_NODE
      ? [`${given.fault?.where} ${ofNodes.join(', ')} happens to a service of several servers; add --nodes 2`]
      : []),
    ...(backplane !== null && most === ONE_NODE && !names.some(isOverRedis)
      ? [`${where} has no meaning with one node; add --nodes 2, or leave it out`]
      : []),
    ...(backplane !== null && link === 'veth'
      ? [`${where} is reached over the host’s own network; leave ${given.link?.where} veth out`]
      : []),
    ...(backplane !== null && networks.some((network) => network !== NO_NETWORK)
      ? [
          `${where} is reached over the host’s own network, and ${given.network?.where} needs a private link; leave one of the two out`,
        ]
      : []),
  ];
}

/** Problems of a runtime for a server that is not ours. */
const runtimeProblems = ({ runtimes, url }: RunOptions, given: Partial<Record<Setting, Given>>): string[] =>
  url !== null && runtimes.some((runtime) => runtime !== DEFAULT_RUNTIME)
    ? [`${given.runtime?.where} says where servers of ours run; leave it or ${given.url?.where} out`]
    : [];

/** Problems of settings that cannot be used with a foreign server. */
function foreign(
  { url, exec, transports: names, tls, auth, link, reaches, targetOptions, scenarios: asked, heartbeats }: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  if (url === null) {
    return [
      ...(reaches === 'others'
        ? [`${given.reaches?.where} is for a server given by --url: ours send a broadcast to the sender too`]
        : []),
      ...(given.option === undefined ? [] : [`${given.option.where} has no meaning without --url; leave it out`]),
      ...(exec === null ? [] : [`${given.exec?.where} needs --url, with HOST and PORT in it: ws://HOST:PORT/chat`]),
    ];
  }
  const where = given.url?.where;
  const toSender = chosen.every((scenario) => scenario.reaches === 'sender');
  const faulty = chosen.filter(({ kind }) => kind.uses.faults);
  const withReaders = chosen.filter(({ kind }) => kind.uses.readers);
  return [
    ...commandProblems(url, exec, given),
    ...(faulty.length > 0
      ? [
          `${faulty.map(({ id }) => id).join(', ')} ends and restarts servers of ours, which read what is published from a log; leave ${where} out`,
        ]
      : []),
    ...(withReaders.length > 0
      ? [
          `${withReaders.map(({ id }) => id).join(', ')} reads the memory of servers of ours again and again; leave ${where} out`,
        ]
      : []),
    ...(reaches === 'others' && toSender
      ? [
          `${given.reaches?.where} is for a broadcast, and ${asked.join(', ')} sends to the sender alone; name one in --scenarios`,
        ]
      : []),
    ...targetOptionProblems(targetOptions, names).map((problem) => `${given.option?.where}: ${problem}`),
    ...(given.transports === undefined
      ? [`${where} needs at least one --transports: those that its server speaks`]
      : addressProblems(url, names).map((problem) => `${where} ${problem}`)),
    ...(tls === null
      ? []
      : [`${where} says by its scheme whether TLS is used; leave ${given.tls?.where ?? '--tls'} out`]),
    ...(auth === null
      ? []
      : [`${where}: the server has its own tokens; set WIREBENCH_TOKEN to one, and leave --auth out`]),
    ...(heartbeats.some((value) => value !== LIBRARY_HEARTBEAT)
      ? [`${where}: the server has its own heartbeats; set them there, and leave ${given.heartbeat?.where} out`]
      : []),
    ...(link === 'veth' && exec === null
      ? [`${where} is reached over the host's own network; leave --link veth out`]
      : []),
  ];
}

import { MAX_SEQUENCE } from '../codec/header.ts';
import { scenarios } from '../scenarios/index.ts';
import type { ScenarioEntry } from '../scenarios/shape.ts';
import { addressProblems, targetOptionProblems } from './address.ts';
import { type Given, quoted, readChoice, readFlag } from './readers.ts';
import {
  PROFILES,
  type Profile,
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
  readonly profile: Profile | 'custom';
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
  const context = { quick, profile: asked, foreign: given.url !== undefined, scenarios: known, problems };
  const values = readAll(given, context);
  if (problems.length > 0) return { problems };
  const profile = quick ? 'quick' : profileOf(given, asked);
  const options: RunOptions = { ...values, named: given.transports !== undefined, profile };
  const chosen = known.filter(({ id }) => options.scenarios.includes(id));
  const wrong = [
    ...unused(options, given, chosen),
    ...excess(options, given, chosen),
    ...foreign(options, given, chosen),
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

/** Command that repeats a run, with every setting that shaped it, given or default. */
export function commandFor(options: RunOptions): string {
  const chosen = scenarios.filter(({ id }) => options.scenarios.includes(id));
  const written = SETTINGS.flatMap((name) => {
    const row = RUN_SETTINGS[name];
    if (row.option === null || !isUsed(name, chosen)) return [];
    // The profile sets the duration.
    if (row.option === 'durationSeconds' && options.profile === 'quick') return [];
    return [{ name, value: row.written(options) }];
  });
  const valued = written.flatMap(({ name, value }) =>
    typeof value === 'string' ? [`--${name} ${quoted(value)}`] : [],
  );
  const switches = written.flatMap(({ name, value }) => (value === true ? [`--${name}`] : []));
  const quick = options.profile === 'quick' ? ['--quick'] : [];
  return ['npm run bench --', ...valued, ...switches, ...quick].join(' ');
}

const isUsed = (name: Setting, chosen: readonly ScenarioEntry[]): boolean => {
  const { usedBy } = RUN_SETTINGS[name];
  return usedBy === undefined || chosen.some(({ kind }) => usedBy(kind.uses));
};

/** Name of the profile; `custom` if any other setting was given. */
function profileOf(given: Partial<Record<Setting, Given>>, asked: Profile | undefined): RunOptions['profile'] {
  // A threshold does not change the measurement.
  const { profile, threshold, ...others } = given;
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
  const clientsOf = ({ defaults }: ScenarioEntry): readonly number[] => options.clients ?? [defaults.clients];
  const fewest = Math.min(...chosen.flatMap(clientsOf));
  if (options.workers !== null && options.workers > fewest) {
    problems.push(
      `${given.workers?.where} is ${options.workers}, but ${fewest} client(s) keep at most ${fewest} workers busy`,
    );
  }
  for (const scenario of chosen.filter(({ kind }) => kind.uses.rate === 'offered')) {
    const seconds = (options.durationSeconds ?? scenario.defaults.seconds) + options.warmupSeconds;
    const fastest = Math.max(...(options.rates ?? [scenario.defaults.rate]));
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
  return problems;
}

/** Problems of settings that cannot be used with a foreign server. */
function foreign(
  { url, transports: names, tls, auth, link, reaches, targetOptions, scenarios: asked }: RunOptions,
  given: Partial<Record<Setting, Given>>,
  chosen: readonly ScenarioEntry[],
): string[] {
  if (url === null) {
    return [
      ...(reaches === 'others'
        ? [`${given.reaches?.where} is for a server given by --url: ours send a broadcast to the sender too`]
        : []),
      ...(given.option === undefined ? [] : [`${given.option.where} has no meaning without --url; leave it out`]),
    ];
  }
  const where = given.url?.where;
  const toSender = chosen.every((scenario) => scenario.reaches === 'sender');
  return [
    ...(reaches === 'others' && toSender
      ? [
          `${given.reaches?.where} is for a broadcast, and ${asked.join(', ')} sends to the sender alone; name one in --scenarios`,
        ]
      : []),
    ...targetOptionProblems(targetOptions, names).map((problem) => `${given.option?.where}: ${problem}`),
    ...(given.transports === undefined
      ? [`${where} needs at least one --transports: those that its server speaks`]
      : addressProblems(url, names).map((problem) => `${where} ${problem}`)),
    ...(tls ? [`${where} says by its scheme whether TLS is used; leave --tls out`] : []),
    ...(auth === null
      ? []
      : [`${where}: the server has its own tokens; set WIREBENCH_TOKEN to one, and leave --auth out`]),
    ...(link === 'veth' ? [`${where} is reached over the host's own network; leave --link veth out`] : []),
  ];
}

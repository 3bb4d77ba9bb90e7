import { flagOf, nameOf } from '../../bench/results/case.ts';
import { changesNode, changesRuntime } from '../../bench/results/machine/variables.ts';
import type { Case, Environment, Results } from '../../bench/results/schema.ts';
import { figures } from '../model/format.ts';
import type { Difference, Pair } from './compare-model.ts';
import { dimensionsBetween } from './compare-pairs.ts';

type Named = readonly [what: string, read: (results: Results) => string];

const MACHINE: readonly Named[] = [
  ['processor', ({ environment: { cpu } }) => cpu],
  ['cores', ({ environment: { cores } }) => String(cores)],
  ['CPU quota', ({ environment: { cpuQuota } }) => (cpuQuota === undefined ? 'none' : `${figures(cpuQuota)} cores`)],
  ['memory limit', ({ environment: { memoryLimitBytes: limit } }) => (limit === undefined ? 'none' : mebibytes(limit))],
  ['system', ({ environment: { platform, arch } }) => `${platform} ${arch}`],
  ['kernel', ({ environment: { kernel } }) => kernel],
  ['Node.js', ({ environment: { node } }) => node],
  ['link', ({ environment: { link } }) => (link === 'veth' ? 'private (veth)' : link)],
  ['pinning to cores', ({ environment: { pinning } }) => pinningText(pinning)],
];

/** Variables of the user's environment that change how a process works, by whether measured processes got them. */
const VARIABLES: readonly Named[] = [
  ['variables passed on (--keep-env)', ({ environment: { variables } }) => keptText(variables)],
  ['variables not passed on', ({ environment: { variables } }) => variablesText(variables?.dropped, changesNode)],
  [
    'variables of the server (--exec)',
    ({ environment: { variables } }) => variablesText(variables?.server, changesRuntime),
  ],
];

type Variables = Environment['variables'];

/** Kept variables, with the digest of the value where there is one. Processes of older runs inherited all. */
function keptText(variables: Variables): string {
  if (variables === undefined) return 'all';
  const kept = variables.kept.map(({ name, sha256 }) => (sha256 === undefined ? name : `${name} (SHA-256 ${sha256}…)`));
  return kept.join(', ') || 'none';
}

const variablesText = (names: readonly string[] = [], changes: (name: string) => boolean): string =>
  names.filter(changes).join(', ') || 'none';

const SETTINGS: readonly Named[] = [
  ['load processes', ({ plan: { workers } }) => String(workers)],
  ['A/A run', ({ plan: { aa = false } }) => (aa ? 'yes' : 'no')],
];

const mebibytes = (bytes: number): string => `${figures(bytes / 2 ** 20)} MiB`;

const pinningText = (pinning: Environment['pinning']): string =>
  pinning === null ? 'none' : `server ${pinning.server}, load ${pinning.generator}`;

/** Differences between two runs that do not forbid verdicts. `alike` are the cases that both have. */
export function differencesOf(base: Results, next: Results, alike: readonly Pair[]): Difference[] {
  const named = (those: readonly Named[], of: Difference['of']): Difference[] =>
    those.map(([what, read]) => ({ what, base: read(base), next: read(next), of }));
  const all = [
    ...named(MACHINE, 'machine'),
    ...named([['Wirebench', ({ environment: { wirebench } }) => wirebench]], 'software'),
    ...packagesOf(base, next),
    ...named(SETTINGS, 'settings'),
    ...named(VARIABLES, 'settings'),
    ...alike.flatMap(variationsOf),
    ...alike.flatMap(effectiveOf),
  ];
  return all.filter((one) => one.base !== one.next);
}

const ABSENT = 'absent';

function packagesOf({ environment: { packages: before } }: Results, { environment: { packages: after } }: Results) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)].toSorted());
  return [...names].map(
    (name): Difference => ({ what: name, base: before[name] ?? ABSENT, next: after[name] ?? ABSENT, of: 'software' }),
  );
}

/** Differences in dimensions that may be compared; such a change may be what the comparison is about. */
const variationsOf = (pair: Pair): Difference[] =>
  dimensionsBetween(pair, ({ comparable }) => comparable).map(({ what, base, next }) => ({
    what: `${what} of ${flagOf(pair.next)} (${pair.next.scenario})`,
    base,
    next,
    of: 'settings',
  }));

/** Settings in force that differ between the runs. A case that never ran has none. */
function effectiveOf({ base, next }: Pair): Difference[] {
  if (!ran(base) || !ran(next)) return [];
  const names = new Set([...Object.keys(base.effective), ...Object.keys(next.effective)].toSorted());
  const text = ({ effective }: Case, name: string): string => String(effective[name] ?? ABSENT);
  return [...names].map((name) => ({
    what: `${name} of ${nameOf(next)} (${next.scenario})`,
    base: text(base, name),
    next: text(next, name),
    of: 'settings',
  }));
}

const ran = ({ trials }: Case): boolean => trials.some(({ state }) => state !== 'failed');

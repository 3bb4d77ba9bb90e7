import { NO_NETWORK } from '../results/dimensions.ts';
import type { ScenarioEntry } from '../scenarios/shape.ts';
import type { Given } from './readers.ts';
import type { Profile, Setting } from './settings.ts';

/** Scenarios that a run measures beside its main ones, over networks of their own and with fewer trials. */
export interface Part {
  readonly scenarios: readonly string[];
  readonly networks: readonly string[];
}

/** Settings that ask a question of their own: a run that is given one measures that, and nothing beside it. */
const SHAPING: readonly Setting[] = [
  'scenarios',
  'clients',
  'rate',
  'size',
  'encoding',
  'payload',
  'network',
  'url',
  'exec',
  'reaches',
  'option',
  'plugin',
  'duration',
  'heartbeat',
  'reader',
  'clients-in',
  'runtime',
  'aa',
];

/** Parts of a default run, which so answers for a mobile network and for a fault too; none if something else was asked for. */
export function partsFor(
  given: Partial<Record<Setting, Given>>,
  {
    profile,
    link,
    scenarios,
  }: { readonly profile: Profile | undefined; readonly link: string; readonly scenarios: readonly ScenarioEntry[] },
): readonly Part[] {
  const isDefault = profile === undefined || profile === 'default' || profile === 'quick';
  if (!isDefault || SHAPING.some((name) => given[name] !== undefined)) return [];
  return scenarios.flatMap(({ id, alsoOver = [] }) => {
    // No packet on the loopback goes through a network.
    const networks = alsoOver.filter((network) => link !== 'loopback' || network === NO_NETWORK);
    return networks.length === 0 ? [] : [{ scenarios: [id], networks }];
  });
}

/** Number of trials of the cases of parts: half of the others', so three of six, which show whether a figure repeats. */
export const trialsOfParts = (trials: number): number => Math.ceil(trials / 2);

/** Scenarios of a run and of its parts. */
export const scenariosOf = ({
  scenarios,
  parts,
}: {
  readonly scenarios: readonly string[];
  readonly parts: readonly Part[];
}): string[] => [...new Set([...scenarios, ...parts.flatMap((part) => part.scenarios)])];

/** Networks of a run and of its parts. */
export const networksOf = ({
  networks,
  parts,
}: {
  readonly networks: readonly string[];
  readonly parts: readonly Part[];
}): string[] => [...new Set([...networks, ...parts.flatMap((part) => part.networks)])];

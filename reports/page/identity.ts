import {
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from 'd3-shape';
import type { Results } from '../../bench/results/schema.ts';
import { flagOf, nameOf } from '../analysis/group.ts';

/** How a transport looks in every chart: colour says its family, dash and marker say which of the family it is. */
export type Identity = {
  readonly family: Family;
  readonly dash: string;
  readonly marker: SymbolType;
};

const FAMILIES = ['floor', 'socket', 'stream', 'polling', 'broker', 'rpc', 'peer', 'other'] as const;
export type Family = (typeof FAMILIES)[number];

/** A family that is not known, and one that the results do not state, is `other`: identifiable by marker, dash and label. */
const familyOf = ({ floor, family }: Results['transports'][number]): Family =>
  floor ? 'floor' : (FAMILIES.find((one) => one === family) ?? 'other');

const MARKERS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolCross, symbolStar, symbolWye];
const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '1 2'];

export type Identities = (name: string) => Identity;

const UNKNOWN: Identity = { family: 'other', dash: 'none', marker: symbolCircle };

/** Fixed by the run's own order of transports, so that every chart of a report agrees. */
export function identify({ transports, cases }: Results): Identities {
  const known = new Map<string, Identity>();
  const members = new Map<Family, number>();
  for (const transport of transports) {
    const { id, variant } = transport;
    const family = familyOf(transport);
    const own = cases.filter((one) => one.transport === id && one.variant === variant);
    // In an A/A run a transport has two names, and they must be told apart in a chart.
    const names = own.length > 0 ? new Set(own.map(nameOf)) : [flagOf({ transport: id, variant })];
    for (const name of names) {
      const place = members.get(family) ?? 0;
      members.set(family, place + 1);
      known.set(name, {
        family,
        dash: DASHES[place % DASHES.length] ?? 'none',
        marker: MARKERS[known.size % MARKERS.length] ?? symbolCircle,
      });
    }
  }
  return (name) => known.get(name) ?? UNKNOWN;
}

export const markerPath = ({ marker }: Identity, area: number): string => symbol(marker, area)() ?? '';

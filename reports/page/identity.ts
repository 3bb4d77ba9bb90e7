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

export type Family = 'floor' | 'socket' | 'stream' | 'polling' | 'broker' | 'peer' | 'other';

/** A transport that is not listed here gets the colour of “other” and stays identifiable by marker, dash and label. */
const FAMILIES: Readonly<Record<string, Family>> = {
  tcp: 'floor',
  ws: 'socket',
  socketio: 'socket',
  graphql: 'socket',
  sse: 'stream',
  'long-polling': 'polling',
  'short-polling': 'polling',
  mqtt: 'broker',
  webrtc: 'peer',
};

const MARKERS = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolCross, symbolStar, symbolWye];
const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '1 2'];

export type Identities = (name: string) => Identity;

const UNKNOWN: Identity = { family: 'other', dash: 'none', marker: symbolCircle };

/** Fixed by the run's own order of transports, so that every chart of a report agrees. */
export function identify({ transports, cases }: Results): Identities {
  const known = new Map<string, Identity>();
  const members = new Map<Family, number>();
  for (const { id, variant, floor } of transports) {
    const family = floor ? 'floor' : (FAMILIES[id] ?? 'other');
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

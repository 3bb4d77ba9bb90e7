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
import { nameOf } from '../analysis/group.ts';

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
export function identify({ transports }: Results): Identities {
  const known = new Map<string, Identity>();
  const members = new Map<Family, number>();
  for (const [index, transport] of transports.entries()) {
    const family = transport.floor ? 'floor' : (FAMILIES[transport.id] ?? 'other');
    const place = members.get(family) ?? 0;
    members.set(family, place + 1);
    known.set(nameOf({ transport: transport.id, variant: transport.variant }), {
      family,
      dash: DASHES[place % DASHES.length] ?? 'none',
      marker: MARKERS[index % MARKERS.length] ?? symbolCircle,
    });
  }
  return (name) => known.get(name) ?? UNKNOWN;
}

export const markerPath = ({ marker }: Identity, area: number): string => symbol(marker, area)() ?? '';

import { flagOf, nameOf } from '../../../bench/results/case.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { FAMILIES, type Family } from '../../../bench/results/values.ts';
import { MARKERS, type Marker } from './markers.ts';

/**
 * How a transport looks in every chart: colour says its family; dash and marker together are its own, so that it can be told from
 * every other without colour.
 */
export type Identity = {
  readonly family: Family;
  readonly dash: string;
  readonly marker: Marker;
  /** Of the element that holds its swatch. */
  readonly symbolId: string;
};

/** A family that is not known, and one that the results do not state, is `other`: identifiable by marker, dash and label. */
const familyOf = ({ floor, family }: Results['transports'][number]): Family =>
  floor ? 'floor' : (FAMILIES.find((one) => one === family) ?? 'other');

const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '1 2'];
/** So many series can be told apart by dash and marker alone. */
// Marked pure: the script leaves out what it does not draw.
export const MAX_LOOKS = /* @__PURE__ */ (() => MARKERS.length * DASHES.length)();

export type Identities = ((name: string) => Identity) & { readonly all: readonly Identity[] };

const UNKNOWN: Identity = { family: 'other', dash: 'none', marker: MARKERS[0], symbolId: 'look-unknown' };

/** Fixed by the run's own order of transports, so that every chart of a report agrees. */
export function identify({ transports, cases }: Results): Identities {
  const known = new Map<string, Identity>();
  const members = new Map<Family, number>();
  const nextLook = createLooks();
  for (const transport of transports) {
    const { id, variant } = transport;
    const family = familyOf(transport);
    const own = cases.filter((one) => one.transport === id && one.variant === variant);
    // In an A/A run a transport has two names, and they must be told apart in a chart.
    const names = own.length > 0 ? new Set(own.map(nameOf)) : [flagOf({ transport: id, variant })];
    for (const name of names) {
      const place = members.get(family) ?? 0;
      members.set(family, place + 1);
      known.set(name, { family, ...nextLook(known.size, place), symbolId: `look-${known.size}` });
    }
  }
  const of = (name: string): Identity => known.get(name) ?? UNKNOWN;
  return Object.assign(of, { all: [...known.values(), UNKNOWN] });
}

type Look = Pick<Identity, 'dash' | 'marker'>;

/** The first of a family has a solid line, and neighbours have unlike markers, as long as there is a pair that nobody has yet. */
function createLooks(): (index: number, place: number) => Look {
  const taken = new Set<string>();
  return (index, place) => {
    for (let dashes = 0; dashes < DASHES.length; dashes++) {
      for (let markers = 0; markers < MARKERS.length; markers++) {
        const dash = DASHES[(place + dashes) % DASHES.length];
        const marker = MARKERS[(index + markers) % MARKERS.length];
        const look = `${dash} ${(index + markers) % MARKERS.length}`;
        if (dash === undefined || marker === undefined || taken.has(look)) continue;
        taken.add(look);
        return { dash, marker };
      }
    }
    taken.clear();
    return { dash: UNKNOWN.dash, marker: UNKNOWN.marker };
  };
}

export const markerPath = ({ marker }: Identity, area: number): string => marker(Math.sqrt(area));

import { flagOf, nameOf } from '../../../bench/results/case.ts';
import type { Results } from '../../../bench/results/schema.ts';
import { FAMILIES, type Family } from '../../../bench/results/values.ts';
import { MARKERS, type Marker } from './markers.ts';

/**
 * Style of a transport in every chart: the colour says its family; dash and marker together are its own, so that it can be told from
 * every other without colour.
 */
export type SeriesStyle = {
  readonly family: Family;
  readonly dash: string;
  readonly marker: Marker;
  /** Id of the SVG symbol that draws its swatch. */
  readonly symbolId: string;
};

/** Family of a transport; one that is unknown or not stated is `other`, which marker, dash and label still styleSeries. */
const familyOf = ({ floor, family }: Results['transports'][number]): Family =>
  floor ? 'floor' : (FAMILIES.find((one) => one === family) ?? 'other');

const DASHES = ['none', '7 3', '2 3', '9 3 2 3', '4 2', '1 2'];
/** Number of series that dash and marker alone can tell apart. Marked pure, so that the page's script leaves it out. */
export const MAX_STYLES = /* @__PURE__ */ (() => MARKERS.length * DASHES.length)();

export type SeriesStyles = ((name: string) => SeriesStyle) & { readonly all: readonly SeriesStyle[] };

const UNKNOWN: SeriesStyle = { family: 'other', dash: 'none', marker: MARKERS[0], symbolId: 'look-unknown' };

/** Gives each transport its style by the run's own order of transports, so that all charts of a report agree. */
export function styleSeries({ transports, cases }: Results): SeriesStyles {
  const known = new Map<string, SeriesStyle>();
  const members = new Map<Family, number>();
  const nextStyle = createStyles();
  for (const transport of transports) {
    const { id, variant } = transport;
    const family = familyOf(transport);
    const own = cases.filter((one) => one.transport === id && one.variant === variant);
    // In an A/A run a transport has two names, and they must be told apart in a chart.
    const names = own.length > 0 ? new Set(own.map(nameOf)) : [flagOf({ transport: id, variant })];
    for (const name of names) {
      const place = members.get(family) ?? 0;
      members.set(family, place + 1);
      known.set(name, { family, ...nextStyle(known.size, place), symbolId: `look-${known.size}` });
    }
  }
  const of = (name: string): SeriesStyle => known.get(name) ?? UNKNOWN;
  return Object.assign(of, { all: [...known.values(), UNKNOWN] });
}

type Style = Pick<SeriesStyle, 'dash' | 'marker'>;

/** Hands out pairs of dash and marker: solid first in each family, different markers for neighbours, and no pair twice while any is free. */
function createStyles(): (index: number, place: number) => Style {
  const taken = new Set<string>();
  return (index, place) => {
    for (let dashes = 0; dashes < DASHES.length; dashes++) {
      for (let markers = 0; markers < MARKERS.length; markers++) {
        const dash = DASHES[(place + dashes) % DASHES.length];
        const marker = MARKERS[(index + markers) % MARKERS.length];
        const pair = `${dash} ${(index + markers) % MARKERS.length}`;
        if (dash === undefined || marker === undefined || taken.has(pair)) continue;
        taken.add(pair);
        return { dash, marker };
      }
    }
    taken.clear();
    return { dash: UNKNOWN.dash, marker: UNKNOWN.marker };
  };
}

export const markerPath = ({ marker }: SeriesStyle, area: number): string => marker(Math.sqrt(area));

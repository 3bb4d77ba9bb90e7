import type { ReactNode } from 'react';
import type { Group, Row } from '../../model/model.ts';
import { type Identities, type Identity, markerPath } from '../parts/identity.ts';
import { shortened } from '../parts/parts.tsx';
import { round } from './axis.ts';
import { type Point, packPoints } from './points.ts';

type ChartProps = {
  readonly width: number;
  readonly height: number;
  /** What it shows, as a sentence: the image's name. */
  readonly label: string;
  readonly className?: string;
  /** A chart of rows is read by the row under the pointer, any other by the nearest point. */
  readonly nearest?: 'row' | 'point';
  readonly children: ReactNode;
};

/**
 * The frame of every chart. To the accessibility tree it is one image with a name; what is in it is said by its data table and,
 * point by point, by the page's script (`live/charts.ts` says how the two meet).
 */
export const Chart = ({ width, height, label, className, nearest = 'point', children }: ChartProps) => (
  <svg
    className={className === undefined ? 'chart' : `chart ${className}`}
    viewBox={`0 0 ${width} ${height}`}
    role="img"
    aria-label={label}
    data-nearest={nearest}
  >
    {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in a chart takes the focus */}
    <g aria-hidden="true">{children}</g>
  </svg>
);

type SeriesProps = {
  /** Whole, as the tables have it. */
  readonly name: string;
  /** Its look; null where colour and marker say something else than which series it is. */
  readonly identity: Identity | null;
  /** In the order in which they are read. */
  readonly points: readonly Point[];
  /** Drawn grey among many, until the reader asks for it. */
  readonly muted?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
};

/** All that is drawn of one series, its direct label (`<text class="label">`) included. */
export const Series = ({ name, identity, points, muted = false, className, children }: SeriesProps) => (
  <g
    className={[
      'series',
      ...(identity === null ? [] : [`family-${identity.family}`]),
      ...(muted ? ['muted'] : []),
      ...(className === undefined ? [] : [className]),
    ].join(' ')}
    data-series={name}
    data-points={packPoints(points)}
  >
    {children}
  </g>
);

type EndLabelProps = {
  readonly name: string;
  readonly identity: Identity;
  /** Where it begins, beside the plot. */
  readonly x: number;
  readonly y: number;
  /** Where its series ends, to draw a line from; null where that says nothing. */
  readonly from: readonly [x: number, y: number] | null;
  /** Characters of the name that there is room for. */
  readonly length: number;
  /** Where its mark and its name say more than whose they are. */
  readonly looks?: { readonly mark: string; readonly label: string };
};

/** A series' direct label: its marker and its name. */
export const EndLabel = ({ name, identity, x, y, from, length, looks }: EndLabelProps) => (
  <>
    {from === null ? null : <path className="leader" d={`M${round(from[0] + 5)} ${round(from[1])}L${x} ${round(y)}`} />}
    <path
      className={looks?.mark ?? 'series-mark'}
      d={markerPath(identity, 40)}
      transform={`translate(${x + 7} ${round(y)})`}
    />
    <text className={looks?.label ?? 'label'} x={x + 16} y={round(y + 4)}>
      <title>{name}</title>
      {shortened(name, length)}
    </text>
  </>
);

/** What a chart is drawn from that has a line for each row. */
export type RowLinesProps = {
  readonly rows: readonly Row[];
  readonly identities: Identities;
  readonly label: string;
  readonly isMuted: (row: Row) => boolean;
};

/** With more series than this, colour on all of them tells none apart. */
const MAX_COLOURED = 8;
const MAX_HIGHLIGHTED = 4;

/** Of many series: the floor, and of the choices the leaders, are in colour; the rest is grey, and labelled. */
export function mutedIn({ rows }: Pick<Group, 'rows'>): (row: Pick<Row, 'caseId'>) => boolean {
  if (rows.length <= MAX_COLOURED) return () => false;
  const floors = rows.filter(({ floor }) => floor).slice(0, 1);
  const choices = rows.filter(({ floor }) => !floor).slice(0, MAX_HIGHLIGHTED - floors.length);
  const coloured = new Set([...floors, ...choices].map(({ caseId }) => caseId));
  return ({ caseId }) => !coloured.has(caseId);
}

import type { ReactNode } from 'react';
import type { Case } from '../../../bench/results/schema.ts';
import type { Group, Row } from '../../model/model.ts';
import { shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyle, type SeriesStyles } from '../parts/series-style.ts';
import { round } from './axis.ts';
import { type Point, packPoints } from './points.ts';

type ChartProps = {
  readonly width: number;
  readonly height: number;
  /** Name of the image: a sentence that says what it shows. */
  readonly label: string;
  readonly className?: string;
  /** Unit that the pointer reads: the row under it in a chart of rows, the nearest point in any other. */
  readonly nearest?: 'row' | 'point';
  readonly children: ReactNode;
};

/**
 * Frame of every chart. To the accessibility tree it is one image with a name; its data table says what is in it, and the page's
 * script says it point by point (`live/charts/charts.ts` says how the two meet).
 */
export const Chart = ({ width, height, label, className, nearest = 'point', children }: ChartProps) => (
  <svg
    className={className === undefined ? 'chart' : `chart ${className}`}
    viewBox={`0 0 ${width} ${height}`}
    fontSize="12"
    role="img"
    aria-label={label}
    data-nearest={nearest}
  >
    {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in a chart takes the focus */}
    <g aria-hidden="true">{children}</g>
  </svg>
);

type SeriesProps = {
  /** Full name, as in the tables. */
  readonly name: string;
  /** Style of the series; null where colour and marker do not say which series it is. */
  readonly style: SeriesStyle | null;
  /** Points in reading order. */
  readonly points: readonly Point[];
  /** True to draw it grey among many, until the reader asks for it. */
  readonly dimmed?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
};

/** Group of all that is drawn of one series, with its direct label (`<text class="label">`). */
export const Series = ({ name, style, points, dimmed = false, className, children }: SeriesProps) => (
  <g
    className={[
      'series',
      ...(style === null ? [] : [`family-${style.family}`]),
      ...(dimmed ? ['dimmed'] : []),
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
  readonly style: SeriesStyle;
  /** Left end of the label, beside the plot. */
  readonly x: number;
  readonly y: number;
  /** End of the series, from which a line leads to the label; null for no line. */
  readonly from: readonly [x: number, y: number] | null;
  /** Number of characters of the name that fit. */
  readonly length: number;
  /** CSS classes of mark and name where they say more than which series it is. */
  readonly classes?: { readonly mark: string; readonly label: string };
};

/** Direct label of a series: its marker and its name. */
export const EndLabel = ({ name, style, x, y, from, length, classes }: EndLabelProps) => (
  <>
    {from === null ? null : <path className="leader" d={`M${round(from[0] + 5)} ${round(from[1])}L${x} ${round(y)}`} />}
    <path
      className={classes?.mark ?? 'series-mark'}
      d={markerPath(style, 40)}
      transform={`translate(${x + 7} ${round(y)})`}
    />
    <text className={classes?.label ?? 'label'} x={x + 16} y={round(y + 4)}>
      <title>{name}</title>
      {shortened(name, length)}
    </text>
  </>
);

/** Props of a figure that reads from the trials themselves what the analysis does not hold. */
export type CasesProps = {
  readonly id: string;
  readonly group: Group;
  /** Cases of the run, without trials that were replaced. */
  readonly cases: readonly Case[];
  readonly styles: SeriesStyles;
};

/** Props of a chart with a line for each row. */
export type RowLinesProps = {
  readonly rows: readonly Row[];
  readonly styles: SeriesStyles;
  readonly label: string;
  readonly isDimmed: (row: Row) => boolean;
};

/** Number of series up to which colour can tell all of them apart. */
const MAX_COLOURED = 8;
const MAX_HIGHLIGHTED = 4;

/** Tells which rows are grey: among many, only the floor and the leading choices are in colour. */
export function dimmedIn({ rows }: Pick<Group, 'rows'>): (row: Pick<Row, 'caseId'>) => boolean {
  if (rows.length <= MAX_COLOURED) return () => false;
  const floors = rows.filter(({ floor }) => floor).slice(0, 1);
  const choices = rows.filter(({ floor }) => !floor).slice(0, MAX_HIGHLIGHTED - floors.length);
  const coloured = new Set([...floors, ...choices].map(({ caseId }) => caseId));
  return ({ caseId }) => !coloured.has(caseId);
}

/** Tells by name which series are grey, for charts that are not drawn from rows. */
export function dimmedByName(group: Pick<Group, 'rows'>): (name: string) => boolean {
  const isDimmed = dimmedIn(group);
  const dimmed = new Set(group.rows.filter(isDimmed).map(({ name }) => name));
  return (name) => dimmed.has(name);
}

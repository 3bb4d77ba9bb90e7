import { scaleLinear, scaleLog } from 'd3-scale';
import {
  type Course,
  type CoursePoint,
  courseOf,
  courseTakeaway,
  DRIFT_BAND,
  findingOf,
  plain,
  STALL_FACTOR,
  STALL_SECONDS,
} from '../../analysis/figures/timeline.ts';
import { change, countOf, figures } from '../../model/format.ts';
import { linearTicks, logDomain, logTicks, round, tickLabel } from '../charts/axis.ts';
import { type CasesProps, Chart, Series } from '../charts/chart.tsx';
import { linePath, stepPath } from '../charts/course-path.ts';
import type { Point } from '../charts/points.ts';
import { Figure, Heads, SeriesHead, shortened } from '../parts/parts.tsx';
import { markerPath, type SeriesStyles } from '../parts/series-style.ts';
import { overloadNote } from './captions.ts';

const WIDTH = 540;
const COLUMNS = 3;
const GUTTER = 36;
const PANEL = { width: (WIDTH - GUTTER) / COLUMNS, height: 124, left: 4, right: 156, top: 22, bottom: 86 };
/** Track of arrivals: its middle is what was due, its top twice that. */
const TRACK = { base: 110, due: 8 };
const AXIS_HEIGHT = 30;
/** Number of ticks that fit in a small panel. */
const MAX_TICKS = 4;
/** Number of panels up to which every trial is drawn; with more, trials would be most of the page, and only their range is drawn. */
const MAX_WITH_TRIALS = 8;

/** Latency over the time of a trial, in a panel a transport, all on the same axes. */
export function TimeFigure({ id, group, cases, styles }: CasesProps) {
  const courses = group.rows.flatMap(({ caseId }) => {
    const one = cases.find(({ id }) => id === caseId);
    return (one === undefined ? null : courseOf(one)) ?? [];
  });
  const choices = new Set(group.rows.filter(({ floor }) => !floor).map(({ caseId }) => caseId));
  const takeaway = courseTakeaway(courses.filter(({ caseId }) => choices.has(caseId)));
  if (courses.length === 0) return <Unrecorded id={id} group={group} cases={cases} />;
  const upper = upperOf(courses);
  return (
    <Figure
      id={id}
      title="Latency over time"
      takeaway={takeaway}
      note={
        noteOf(courses, upper, courses.length <= MAX_WITH_TRIALS) +
        overloadNote(group.rows.filter(({ caseId }) => courses.some((course) => course.caseId === caseId)))
      }
      data={<CourseData courses={courses} styles={styles} />}
    >
      <Panels courses={courses} upper={upper} styles={styles} label={takeaway} />
    </Figure>
  );
}

function Unrecorded({ id, group, cases }: Omit<CasesProps, 'styles'>) {
  const own = cases.filter(({ id }) => group.rows.some(({ caseId }) => caseId === id));
  const recorded = own.some(({ trials }) =>
    trials.some((trial) => trial.state !== 'failed' && trial.timeline !== undefined),
  );
  return (
    <p id={id} className="note unrecorded">
      {recorded
        ? 'Latency over time is not shown: no valid trial recorded it.'
        : 'Latency over time is not shown: the version that wrote these results did not record it.'}
    </p>
  );
}

/** Figure of the line above the median: p99, or the slowest message where slices have too few samples for a p99. */
type Upper = 'p99' | 'max';

const upperOf = (courses: readonly Course[]): Upper =>
  courses.every(({ typical }) => typical.every(({ p99 }) => p99 !== null)) ? 'p99' : 'max';

function noteOf([course]: readonly Course[], upper: Upper, single: boolean): string {
  const { typical = [] } = course ?? {};
  const length = (typical[0]?.at ?? 0) * 2;
  const dashed = upper === 'p99' ? 'p99' : 'the slowest message (a slice has too few samples for a p99)';
  return (
    `Each trial is cut into ${countOf(typical.length, 'slice')} of ${plain(length)} s; a message belongs to the slice in which it was due. ` +
    `Thick line: p50; dashed line: ${dashed}; both are medians over the valid trials. ${single ? 'Thin lines: the trials' : 'Shaded: from the lowest trial to the highest'}. ` +
    `Strip: arrivals as a share of what was due, the median as an area and the lowest trial as a line. Wedge: a stall, which is a message that took over ` +
    `${STALL_SECONDS * 1e3} ms and ${STALL_FACTOR} times as long as the slowest one of the trial’s usual slice. Drift: a change of over ${DRIFT_BAND * 100} % ` +
    `in the same direction in so many trials that chance would do it in fewer than 5 % of runs.`
  );
}

type PanelsProps = {
  readonly courses: readonly Course[];
  readonly upper: Upper;
  readonly styles: SeriesStyles;
  readonly label: string;
};

function Panels({ courses, upper, styles, label }: PanelsProps) {
  const points = courses.flatMap(({ typical, trials }) => [...typical, ...trials.flatMap((trial) => trial.points)]);
  const [low, high] = logDomain(
    points.flatMap((point) => [point.p50 ?? 0, point[upper] ?? 0]).map((value) => value * 1e3),
  );
  const end = Math.max(...courses.map(({ typical }) => (typical.at(-1)?.at ?? 0) + (typical[0]?.at ?? 0)));
  const x = scaleLinear([0, end], [PANEL.left, PANEL.right]);
  const y = scaleLog([low, high], [PANEL.bottom, PANEL.top]);
  const starts = courses.filter((_, index) => index % COLUMNS === 0);
  const ticks = fewest(logTicks(low, high));
  const single = courses.length <= MAX_WITH_TRIALS;
  // With many panels only every other slice is read out: the texts of all would be most of the figure.
  const stride = single ? 1 : 2;
  const height = starts.length * PANEL.height + AXIS_HEIGHT;
  return (
    <Chart width={WIDTH} height={height} label={label}>
      <text className="axis" x={GUTTER - 2} y={12} textAnchor="end">
        ms
      </text>
      {starts.map(({ caseId }, row) => (
        <g key={caseId} transform={`translate(0 ${row * PANEL.height})`}>
          {ticks.map((tick) => (
            <text key={tick} className="tick" x={GUTTER - 2} y={round(y(tick) + 4)} textAnchor="end">
              {tickLabel(tick)}
            </text>
          ))}
          <text className="tick" x={GUTTER - 2} y={TRACK.base - TRACK.due + 4} textAnchor="end">
            due
          </text>
        </g>
      ))}
      {courses.map((course, index) => {
        const left = GUTTER + (index % COLUMNS) * PANEL.width;
        const top = Math.floor(index / COLUMNS) * PANEL.height;
        const points = course.typical.flatMap((point, place): Point[] =>
          place % stride !== 0 || (point.p50 === null && point[upper] === null)
            ? []
            : [
                {
                  x: Math.round(left + x(point.at)),
                  y: Math.round(top + y((point.p50 ?? point[upper] ?? 0) * 1e3)),
                  text: pointText(point, upper),
                },
              ],
        );
        return (
          <Series key={course.caseId} name={course.name} style={styles(course.name)} points={points}>
            <g transform={`translate(${left} ${top})`}>
              <path
                className="grid"
                d={[...ticks.map((tick) => round(y(tick))), TRACK.base]
                  .map((level) => `M${PANEL.left} ${level}H${PANEL.right}`)
                  .join('')}
              />
              <Panel course={course} upper={upper} styles={styles} scales={{ x, y }} single={single} />
            </g>
          </Series>
        );
      })}
      {courses.slice(0, COLUMNS).map(({ caseId }, column) => {
        const below = Math.ceil((courses.length - column) / COLUMNS) * PANEL.height;
        return (
          <g key={caseId} transform={`translate(${GUTTER + column * PANEL.width} ${below})`}>
            {linearTicks(0, end).map((tick) => (
              <text key={tick} className="tick" x={round(x(tick))} y={2} textAnchor={anchorOf(tick, end)}>
                {tickLabel(tick)}
              </text>
            ))}
            <text className="axis" x={(PANEL.left + PANEL.right) / 2} y={18} textAnchor="middle">
              seconds
            </text>
          </g>
        );
      })}
    </Chart>
  );
}

/** Keeps the outer labels of a panel clear of its neighbours. */
const anchorOf = (tick: number, end: number): 'start' | 'middle' | 'end' =>
  tick === 0 ? 'start' : tick > end * 0.95 ? 'end' : 'middle';

/** Keeps every second tick, or every third, until they are few. */
function fewest(ticks: readonly number[]): number[] {
  const step = Math.ceil(ticks.length / MAX_TICKS);
  return ticks.filter((_, index) => index % step === 0);
}

type PanelProps = {
  readonly course: Course;
  readonly upper: Upper;
  readonly styles: SeriesStyles;
  readonly scales: { readonly x: (seconds: number) => number; readonly y: (milliseconds: number) => number };
  readonly single: boolean;
};

function Panel({ course, upper, styles, scales: { x, y }, single }: PanelProps) {
  const { name, trials, typical, stalls } = course;
  const line = (points: readonly CoursePoint[], of: 'p50' | Upper): string =>
    linePath(
      points.map((point) => {
        const seconds = point[of];
        return seconds === null || seconds <= 0 ? null : ([x(point.at), y(seconds * 1e3)] as const);
      }),
    );
  /** Outline of the range of all trials: along the highest and back along the lowest. */
  const rangeOf = (of: 'p50' | Upper): string => {
    const ends = typical.map(({ at }, index) => {
      const values = trials.flatMap(({ points }) => points[index]?.[of] ?? []).filter((seconds) => seconds > 0);
      return values.length === 0 ? null : { at, high: Math.max(...values), low: Math.min(...values) };
    });
    const known = ends.filter((end) => end !== null);
    const outline = [
      ...known.map(({ at, high }) => [x(at), y(high * 1e3)] as const),
      ...known.toReversed().map(({ at, low }) => [x(at), y(low * 1e3)] as const),
    ];
    return known.length < ends.length ? '' : `${linePath(outline)}z`;
  };
  const track = { left: PANEL.left, right: PANEL.right, base: TRACK.base };
  const least = typical.map((_, index) => {
    const kept = trials.flatMap(({ points }) => points[index]?.kept ?? []);
    return kept.length === 0 ? null : heightOf(Math.min(...kept));
  });
  const kept = typical.map((point) => (point.kept === null ? null : heightOf(point.kept)));
  return (
    <>
      <path className="series-mark" d={markerPath(styles(name), 36)} transform={`translate(${PANEL.left + 5} 9)`} />
      <text className="label" x={PANEL.left + 14} y={13}>
        <title>{`${name}: ${findingOf(course)}`}</title>
        {shortened(name, 20)}
      </text>
      {single ? (
        <>
          <path className="course-trial" d={trials.map(({ points }) => line(points, upper)).join('')} />
          <path className="course-trial" d={trials.map(({ points }) => line(points, 'p50')).join('')} />
        </>
      ) : (
        <path className="course-range" d={rangeOf(upper) + rangeOf('p50')} />
      )}
      <path className="course-upper" d={line(typical, upper)} />
      <path className="course-typical" d={line(typical, 'p50')} />
      <path className="course-kept" d={stepPath(kept, track, 'area')} />
      <path className="course-least" d={stepPath(least, track, 'edge')} />
      <path className="course-due" d={`M${PANEL.left} ${TRACK.base - TRACK.due}H${PANEL.right}`} />
      {stalls.length === 0 ? null : (
        <path
          className="course-stall"
          d={stalls.map(({ at }) => `M${round(x(at))} ${PANEL.top - 1}l-3.5-6h7z`).join('')}
        />
      )}
    </>
  );
}

/** Height of arrivals in the track; twice what was due fills it, even if a burst after a stall is more. */
const heightOf = (kept: number): number => Math.min(2, kept) * TRACK.due;

const pointText = ({ at, p50, kept, ...point }: CoursePoint, upper: Upper): string =>
  [
    `${plain(at)} s: p50 ${milliseconds(p50)}`,
    `${upper === 'p99' ? 'p99' : 'slowest'} ${milliseconds(point[upper])} ms`,
    ...(kept === null || Math.round(kept * 100) === 100 ? [] : [`${Math.round(kept * 100)} % arrived`]),
  ].join(', ');

const HEADERS = ['First third, p50 ms', 'Last third, p50 ms', 'Change', 'Trials agreeing', 'Slowest, ms', 'at s'];

function CourseData({ courses, styles }: Pick<PanelsProps, 'courses' | 'styles'>) {
  return (
    <table>
      <caption>
        Medians over the valid trials; “slowest” is the slowest message of any trial, with the start of its slice. The
        results have every slice of every trial.
      </caption>
      <thead>
        <tr>
          <th scope="col">Transport</th>
          <th scope="col">Course</th>
          <Heads of={HEADERS} className="number" />
        </tr>
      </thead>
      <tbody>
        {courses.map((course) => {
          const { first, last, ratio, agreeing } = course.drift;
          const worst = slowestOf(course);
          const cells = [
            milliseconds(first),
            milliseconds(last),
            ratio === null ? '—' : change(ratio),
            ratio === null ? '—' : `${agreeing} of ${course.trials.length}`,
            milliseconds(worst?.max ?? null),
            worst === undefined ? '—' : plain(worst.start),
          ];
          return (
            <tr key={course.caseId}>
              <SeriesHead name={course.name} styles={styles} />
              <td>{findingOf(course)}</td>
              {HEADERS.map((header, index) => (
                <td key={header} className="number">
                  {cells[index]}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const milliseconds = (seconds: number | null): string => (seconds === null ? '—' : figures(seconds * 1e3));

function slowestOf({ trials, typical }: Course): { max: number; start: number } | undefined {
  const half = typical[0]?.at ?? 0;
  const slices = trials.flatMap(({ points }) =>
    points.flatMap(({ at, max }) => (max === null ? [] : [{ max, start: Math.round((at - half) * 1e9) / 1e9 }])),
  );
  return slices.toSorted((a, b) => b.max - a.max)[0];
}

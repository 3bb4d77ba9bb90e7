import { type Course, coursesOf, type Reach, reachOf, type Span } from '../../analysis/figures/recovery.ts';
import { countOf, figures, integer, list, share } from '../../model/format.ts';
import { linearScale, linearTicks, round, tickLabel } from '../charts/axis.ts';
import { type CasesProps, Chart, Series } from '../charts/chart.tsx';
import type { Point } from '../charts/points.ts';
import { Figure, shortened } from '../parts/parts.tsx';
import type { SeriesStyles } from '../parts/series-style.ts';
import { SumsTable } from '../parts/sums-table.tsx';

const WIDTH = 540;
/** Right ends of the columns behind the plot. */
const COLUMNS = { back: 462, lost: 502, twice: WIDTH };
const TOP = 46;
const LINE = 18;
/** Height of a line where a transport has two, and the room between transports. */
const LINE_OF_TWO = 14;
const BETWEEN = 6;
/** Width of the part of the axis behind a break, with the break. */
const BEHIND = 84;
const BREAK = 14;

/** Timeline of each transport's sessions through a fault: noticed, attempts, usable, caught up, and what was lost for good. */
export function RecoveryFigure({ id, group, cases, styles }: CasesProps) {
  const courses = coursesOf(cases, group);
  if (courses.length === 0) return null;
  const takeaway = takeawayOf(courses);
  return (
    <Figure
      id={id}
      title="How the sessions come back"
      takeaway={takeaway}
      note={noteOf(courses)}
      data={<RecoveryData courses={courses} />}
    >
      <Timeline courses={courses} styles={styles} label={takeaway} />
    </Figure>
  );
}

const nameIn = ({ flag, policy }: Course, both: boolean): string => (both ? `${flag} (${policy})` : flag);

/** True if the figure has courses of both policies. */
const hasBoth = (courses: readonly Course[]): boolean => new Set(courses.map(({ policy }) => policy)).size > 1;

function takeawayOf(all: readonly Course[]): string {
  const choices = all.filter(({ floor }) => !floor);
  const courses = choices.length > 0 ? choices : all;
  const both = hasBoth(all);
  const whole = courses.filter(isWhole);
  const timed = whole
    .flatMap((one) => (one.caughtUp === null ? [] : [{ name: nameIn(one, both), seconds: one.caughtUp - one.back }]))
    .toSorted((a, b) => a.seconds - b.seconds);
  const [first, last] = [timed.at(0), timed.at(-1)];
  const opening =
    whole.length === courses.length
      ? 'Every session comes back and nothing is lost'
      : `${whole.length} of ${courses.length} bring every session back and lose nothing`;
  const time = ({ name, seconds }: { readonly name: string; readonly seconds: number }): string =>
    `${figures(seconds, 2)} s with ${name}`;
  const range =
    first === undefined || last === undefined
      ? ''
      : `; nothing is missing ${first === last ? time(first) : `${time(first)} to ${time(last)}`} after the path is back`;
  const losers = courses.filter((one) => (one.lost ?? 0) > 0).toSorted((a, b) => (b.lost ?? 0) - (a.lost ?? 0));
  const [most] = losers;
  const loses =
    most === undefined
      ? ''
      : ` ${nameIn(most, both)} loses the most, ${figures(most.lost ?? 0, 2)} messages a session.`;
  const away = courses.filter(({ sessions }) => sessions.gone === sessions.all).map((one) => nameIn(one, both));
  const none = away.length === 0 ? '' : ` Not one session comes back with ${list(away, 'and')}.`;
  return `${opening}${range}.${loses}${none}`;
}

const isWhole = ({ sessions, lost }: Course): boolean => sessions.gone === 0 && lost === 0;

const noteOf = (courses: readonly Course[]): string =>
  'Shaded: the path is dead, or the server away. A cross is where a typical session learns of it, upright ticks are attempts to connect ' +
  '(higher: more of them), the bar is where sessions are usable again, from the typical one to all but a twentieth, and the triangle ' +
  'where a typical one has all that it missed. Hollow circle: sessions that survived without a new connection. Medians over the valid ' +
  'trials. At the right: sessions that are there again, and messages lost and received twice, per session.' +
  (hasBoth(courses)
    ? ' Of two lines of a transport the upper one is its library’s own way, the lower one the managed one.'
    : '') +
  (reachOf(courses).behind === null ? '' : ' The scale changes at the break.');

type Placed = { readonly course: Course; readonly y: number };

/** Middle of each line, and the lower end of all. */
function placed(courses: readonly Course[], both: boolean): { lines: readonly Placed[]; bottom: number } {
  let y = TOP;
  const lines: Placed[] = [];
  for (const those of Map.groupBy(courses, ({ flag }) => flag).values()) {
    const height = both ? LINE_OF_TWO : LINE;
    for (const course of those) {
      lines.push({ course, y: y + height / 2 });
      y += height;
    }
    y += BETWEEN;
  }
  return { lines, bottom: y };
}

type Axis = {
  readonly left: number;
  /** End of the part before the break. */
  readonly until: number;
  readonly right: number;
  readonly at: (seconds: number) => number;
  readonly ticks: readonly number[];
};

function axisOf({ until, behind }: Reach, left: number): Axis {
  const right = COLUMNS.back - 42;
  const end = behind === null ? right : right - BEHIND;
  const near = linearScale([-until * 0.05, until], [left, end]);
  const ticks = linearTicks(0, until);
  if (behind === null) return { left, until: end, right, at: near, ticks };
  const far = linearScale([behind.from, behind.to], [end + BREAK, right]);
  const at = (seconds: number): number => (seconds <= until ? near(seconds) : far(seconds));
  const farTicks = linearTicks(behind.from, behind.to);
  return { left, until: end, right, at, ticks: [...ticks, ...farTicks.filter((_, index) => index % 2 === 0)] };
}

type TimelineProps = { readonly courses: readonly Course[]; readonly styles: SeriesStyles; readonly label: string };

function Timeline({ courses, styles, label }: TimelineProps) {
  const both = hasBoth(courses);
  const { lines, bottom } = placed(courses, both);
  const reach = reachOf(courses);
  const axis = axisOf(reach, both ? 158 : 112);
  const back = Math.max(...courses.map((one) => one.back));
  const [from, to] = [round(axis.at(0)), round(axis.at(back))];
  return (
    <Chart width={WIDTH} height={bottom + 40} label={label} nearest="row">
      <Key courses={courses} />
      {to > from ? <rect className="outage" x={from} y={TOP - 6} width={to - from} height={bottom - TOP + 6} /> : null}
      {axis.ticks.map((tick) => {
        const x = round(axis.at(tick));
        return (
          <g key={tick}>
            <line className="grid" x1={x} x2={x} y1={TOP - 6} y2={bottom} />
            <text className="tick" x={x} y={bottom + 16} textAnchor="middle">
              {tickLabel(tick)}
            </text>
          </g>
        );
      })}
      <path className="moment" d={`M${from} ${TOP - 6}V${bottom}${to > from ? `M${to} ${TOP - 6}V${bottom}` : ''}`} />
      <text className="tick" x={from - 2} y={TOP - 10} textAnchor="end">
        fault
      </text>
      <text className="tick" x={to + 2} y={TOP - 10}>
        path back
      </text>
      <text className="axis" x={(axis.left + axis.right) / 2} y={bottom + 34} textAnchor="middle">
        seconds since the fault
      </text>
      {reach.behind === null ? null : (
        <path
          className="moment"
          d={[TOP - 6, bottom].map((y) => `M${axis.until + 2} ${y + 5}l5 -10m3 0l-5 10`).join('')}
        />
      )}
      {(['back', 'lost', 'twice'] as const).map((head) => (
        <text key={head} className="tick" x={COLUMNS[head]} y={TOP - 10} textAnchor="end">
          {head}
        </text>
      ))}
      {lines.map((line) => (
        <CourseLine key={line.course.caseId} line={line} axis={axis} both={both} styles={styles} />
      ))}
    </Chart>
  );
}

/** Marks with their meanings, of those that are in the figure. */
function Key({ courses }: Pick<TimelineProps, 'courses'>) {
  const entries = [
    { shown: courses.some(({ noticed }) => noticed !== null), text: 'noticed', d: CROSS, className: 'told' },
    {
      shown: courses.some(({ attempts }) => attempts.length > 0),
      text: 'attempts',
      d: 'M-2 -4V4M2 -2V4',
      className: 'told',
    },
    {
      shown: courses.some(({ usable }) => usable !== null),
      text: 'usable',
      d: 'M-6 -4H6V4H-6Z',
      className: 'key-server',
    },
    {
      shown: courses.some(({ caughtUp }) => caughtUp !== null),
      text: 'nothing missing',
      d: TRIANGLE,
      className: 'caught',
    },
    {
      shown: courses.some(({ sessions }) => sessions.survived > 0),
      text: 'survived',
      d: CIRCLE,
      className: 'key-generator',
    },
  ].filter(({ shown }) => shown);
  let x = 8;
  return entries.map(({ text, d, className }) => {
    const at = x;
    x += 26 + text.length * 6.2;
    return (
      <g key={text}>
        <path className={className} d={d} transform={`translate(${at} 12)`} />
        <text className="tick" x={at + 10} y={16}>
          {text}
        </text>
      </g>
    );
  });
}

const CROSS = 'M-3.5 -3.5l7 7m0 -7l-7 7';
const TRIANGLE = 'M-3 -5L5 0L-3 5Z';
const CIRCLE = 'M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0';

type LineProps = {
  readonly line: Placed;
  readonly axis: Axis;
  readonly both: boolean;
  readonly styles: SeriesStyles;
};

function CourseLine({ line: { course, y }, axis, both, styles }: LineProps) {
  const { name, noticed, usable, caughtUp, attempts, sessions, back, lost, twice } = course;
  const label = nameIn(course, both);
  const at = (seconds: number): number => round(axis.at(seconds));
  const most = Math.max(...attempts.map(({ count }) => count));
  const ticks = attempts
    .map(({ at: moment, count }) => `M${at(moment)} ${round(y + 5)}v${-round(3 + (6 * count) / most)}`)
    .join('');
  return (
    <Series name={name} style={styles(name)} points={pointsOf(course, at, y)}>
      <line className="grid" x1={axis.left} x2={axis.right} y1={y} y2={y} />
      <text className="label" x={0} y={y + 4}>
        <title>{label}</title>
        {shortened(label, both ? 24 : 16)}
      </text>
      {ticks === '' ? null : <path className="attempts" d={ticks} />}
      {noticed === null ? null : (
        <>
          {noticed.p95 > noticed.p50 ? (
            <path className="between" d={`M${at(noticed.p50)} ${y}H${at(noticed.p95)}`} />
          ) : null}
          <path className="told" d={CROSS} transform={`translate(${at(noticed.p50)} ${y})`} />
        </>
      )}
      {sessions.survived === 0 ? null : (
        <path className="dominated" d={CIRCLE} transform={`translate(${at(back)} ${y})`} />
      )}
      {usable === null ? null : (
        <rect
          className="series-mark"
          x={at(usable.p50)}
          y={y - 4}
          width={round(Math.max(4, at(usable.p95) - at(usable.p50)))}
          height={8}
        />
      )}
      {caughtUp === null ? null : (
        <path className="caught" d={TRIANGLE} transform={`translate(${at(caughtUp) + 3} ${y})`} />
      )}
      <text className="amount" x={COLUMNS.back} y={y + 4} textAnchor="end">
        {share((sessions.all - sessions.gone) / sessions.all)}
      </text>
      <text className={`amount${(lost ?? 0) > 0 ? ' leads' : ''}`} x={COLUMNS.lost} y={y + 4} textAnchor="end">
        {perSession(lost)}
      </text>
      <text className="amount" x={COLUMNS.twice} y={y + 4} textAnchor="end">
        {perSession(twice)}
      </text>
    </Series>
  );
}

const perSession = (count: number | null): string => (count === null ? '—' : figures(count, 2));

const seconds = (value: number): string => `${figures(value, 2)} s`;

/** Moments of a course, each as the reader stops at it. */
function pointsOf(course: Course, at: (seconds: number) => number, y: number): Point[] {
  const { noticed, usable, caughtUp, attempts, sessions, back, lost, twice } = course;
  const spanned = ({ p50, p95 }: Span, from: number): string =>
    `${seconds(p50 - from)}${p95 > p50 ? `, 95 % within ${seconds(p95 - from)}` : ''}`;
  const [first, last] = [attempts.at(0), attempts.at(-1)];
  return [
    { x: at(0), y, text: `fault; path back after ${seconds(back)}` },
    ...(noticed === null ? [] : [{ x: at(noticed.p50), y, text: `noticed ${spanned(noticed, 0)} after the fault` }]),
    ...(first === undefined || last === undefined
      ? []
      : [
          {
            x: at(first.at),
            y,
            text: `attempts from ${seconds(first.at)} to ${seconds(last.at)} after the fault, ${figures(attempts.reduce((sum, { count }) => sum + count, 0))} in a trial`,
          },
        ]),
    ...(sessions.survived === 0
      ? []
      : [{ x: at(back), y, text: `${sessions.survived} of ${countOf(sessions.all, 'session')} survived` }]),
    ...(usable === null
      ? []
      : [{ x: at(usable.p50), y, text: `usable ${spanned(usable, back)} after the path is back` }]),
    ...(caughtUp === null
      ? []
      : [{ x: at(caughtUp) + 3, y, text: `nothing missing ${seconds(caughtUp - back)} after the path is back` }]),
    {
      x: COLUMNS.lost,
      y,
      text: `${integer(sessions.all - sessions.gone)} of ${countOf(sessions.all, 'session')} back; lost ${perSession(lost)}, twice ${perSession(twice)} a session`,
    },
  ];
}

function RecoveryData({ courses }: { readonly courses: readonly Course[] }) {
  const span = (of: Span | null, from: number): string =>
    of === null ? '—' : `${figures(of.p50 - from, 2)} (${figures(of.p95 - from, 2)})`;
  return (
    <SumsTable
      caption="Seconds of a typical session (of all but a twentieth), medians over the valid trials; sessions and messages of all valid trials"
      heads={[
        'Policy',
        'Outage',
        'Noticed, after the fault',
        'Usable, after the path is back',
        'Nothing missing, after the path is back',
        'Attempts in a trial',
        'Survived',
        'Came back',
        'Gone',
        'Lost a session',
        'Twice a session',
      ]}
      rows={courses.map((one) => ({
        key: one.caseId,
        name: one.flag,
        cells: [
          one.policy,
          figures(one.back, 2),
          span(one.noticed, 0),
          span(one.usable, one.back),
          one.caughtUp === null ? '—' : figures(one.caughtUp - one.back, 2),
          one.attempts.length === 0 ? '—' : figures(one.attempts.reduce((sum, { count }) => sum + count, 0)),
          integer(one.sessions.survived),
          integer(one.sessions.cameBack),
          integer(one.sessions.gone),
          perSession(one.lost),
          perSession(one.twice),
        ],
      }))}
    />
  );
}

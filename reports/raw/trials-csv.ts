import { valueIn } from '../../bench/results/case.ts';
import { DIMENSIONS, type DimensionValue } from '../../bench/results/dimensions.ts';
import { largestShare, othersShareOf, waitShareOf } from '../../bench/results/machine/cores.ts';
import { whyNotMeasured } from '../../bench/results/not-measured.ts';
import type { Case, CoreUsage, MeasuredTrial, Results, Trial } from '../../bench/results/schema.ts';
import { KINDS } from '../kinds/index.ts';
import { METRICS, measuredMetric } from '../kinds/lookup.ts';
import type { MeasuredMetric } from '../kinds/shape.ts';
import { kindOf } from '../model/group.ts';
import { objectiveIn } from '../model/in-time.ts';
import type { Analysis, TrialView } from '../model/model.ts';
import type { Shown } from '../stats/distribution.ts';
import { type Cell, csvOf } from './csv.ts';

type MeasuredView = Exclude<TrialView, { state: 'failed' }>;

/** Trial that a line is about, with its results and its analysis. */
type Subject = {
  readonly results: Results;
  readonly one: Case;
  readonly trial: Trial;
  /** Null if the trial failed. */
  readonly measured: MeasuredTrial | null;
  /** Null if the trial failed or the analysis has no group for the case. */
  readonly view: MeasuredView | null;
};

type Column = readonly [header: string, cell: (subject: Subject) => Cell];

/** @param path of the figure in a trial; the cell is empty if it was not measured */
const ofMeasured = (header: string, path: string, cell: (trial: MeasuredTrial) => Cell | undefined): Column => [
  header,
  ({ measured }) =>
    measured === null || whyNotMeasured(measured, [path]) !== undefined ? null : (cell(measured) ?? null),
];
const ofView = (header: string, cell: (view: MeasuredView) => Shown | null): Column => [
  header,
  ({ view }) => {
    const value = view === null ? null : cell(view);
    return value?.shown ? value.value : null;
  },
];

const COUNTS = [
  ...(['due', 'sent', 'unsent', 'onTime', 'expected', 'delivered', 'lost'] as const),
  ...(['duplicated', 'reordered', 'corrupt', 'unexpected'] as const),
] as const;

/**
 * Numbers of the first metrics whose columns were appended: to those of then, to those of networks, and to those of dimensions. Columns
 * are never inserted.
 */
const FIRST_APPENDED = 18;
const FIRST_BEHIND_NETWORKS = 20;
const FIRST_BEHIND_DIMENSIONS = 38;
/** Place in the list of the first kind whose columns are appended. */
const FIRST_APPENDED_KIND = 6;

/** Column for a figure of the report's tables, in base units. */
const figure = ({ number, csv, metric: { id } }: MeasuredMetric): { number: number; column: Column } => ({
  number,
  column: ofView(csv, ({ values }) => values[id]),
});
const FIGURES = METRICS.map(({ id }) => figure(measuredMetric(id)));

/** Columns of the metrics from one number to another. */
const figureColumns = (from: number, to = Number.POSITIVE_INFINITY): Column[] =>
  FIGURES.flatMap(({ number, column }) => (number >= from && number < to ? [column] : []));

/** Dimensions whose columns precede those of the trial, in order. */
const DIMENSIONS_BEFORE = ['clients', 'rate', 'size', 'encoding', 'payload', 'tls', 'target', 'auth', 'network'];

/** Dimensions whose columns follow those of the kinds, in order, and how many of them precede the last figures. */
const DIMENSIONS_BEHIND = DIMENSIONS.map(({ name }) => name).filter(
  (name) => name !== 'reaches' && !DIMENSIONS_BEFORE.includes(name),
);
const DIMENSIONS_WITH_KINDS = 8;

/** Columns that only some kinds fill, of the kinds from one place in the list to another. */
function kindColumns(from: number, to?: number): Column[] {
  const kinds = Object.values(KINDS).slice(from, to);
  return kinds.flatMap(({ csv }) => csv.map(({ header, path, cell }) => ofMeasured(header, path, cell)));
}

/** Columns of kinds that were added behind all others. */
const KINDS_BEHIND = Object.values(KINDS).flatMap(({ csvBehind = [] }) =>
  csvBehind.map(({ header, path, cell }) => ofMeasured(header, path, cell)),
);

function dimensionColumns(wanted: string): Column[] {
  return DIMENSIONS.filter(({ name }) => name === wanted).map((dimension): Column => {
    const { header, cell } = dimension.column ?? { header: dimension.name, cell: (value: DimensionValue) => value };
    return [header, ({ one }) => cell(valueIn(dimension, one))];
  });
}

/** Sum over the cores that a trial used; undefined if they were not watched. */
const ofCores =
  (of: (core: CoreUsage) => number) =>
  ({ cores }: MeasuredTrial): number | undefined =>
    cores?.reduce((sum, one) => sum + of(one), 0);

const CORES: readonly Column[] = [
  ofMeasured('others_share_max', 'cores', ({ cores = [] }) => largestShare(cores, othersShareOf) ?? undefined),
  ofMeasured('wait_share_max', 'cores', ({ cores = [] }) => largestShare(cores, waitShareOf) ?? undefined),
  ofMeasured(
    'others_seconds',
    'cores',
    ofCores(({ othersSeconds }) => othersSeconds),
  ),
  ofMeasured(
    'stolen_seconds',
    'cores',
    ofCores(({ stolenSeconds }) => stolenSeconds),
  ),
  ofMeasured(
    'interrupt_seconds',
    'cores',
    ofCores(({ interruptSeconds }) => interruptSeconds),
  ),
];

/** Columns of cases over a network. */
const NETWORK: readonly Column[] = [
  ['in_time_seconds', ({ results, one, view }) => (view === null ? null : objectiveIn(results, one).seconds)],
  ofMeasured('wire_arrived_up_bytes', 'wire.arrivedUp', ({ wire }) => wire.arrivedUp),
  ofMeasured('wire_arrived_down_bytes', 'wire.arrivedDown', ({ wire }) => wire.arrivedDown),
  ofMeasured('relay_lag_p99_seconds', 'relay.lagP99Seconds', ({ relay }) => relay?.lagP99Seconds ?? undefined),
  ofMeasured('relay_lag_max_seconds', 'relay.lagMaxSeconds', ({ relay }) => relay?.lagMaxSeconds ?? undefined),
  ofMeasured('relay_receive_errors', 'relay.receiveErrors', ({ relay }) => relay?.receiveErrors),
  ofMeasured('round_trips', 'opening.roundTrips', ({ opening }) => opening?.roundTrips?.measured),
  ofMeasured('round_trips_specified', 'opening.roundTrips', ({ opening }) =>
    opening?.roundTrips?.theory.reduce((sum, { roundTrips }) => sum + roundTrips, 0),
  ),
];

/** Columns of the file. A name says its unit; all figures are in seconds, bytes, counts or counts per second. */
const COLUMNS: readonly Column[] = [
  ['run', ({ results }) => results.id],
  ['case', ({ one }) => one.id],
  ['transport', ({ one }) => one.transport],
  ['variant', ({ one }) => one.variant],
  ['label', ({ one }) => one.label ?? null],
  ['scenario', ({ one }) => one.scenario],
  ['kind', ({ one }) => kindOf(one)],
  ...DIMENSIONS_BEFORE.flatMap(dimensionColumns),
  ['block', ({ trial }) => trial.block],
  ['order', ({ trial }) => trial.order],
  ['started_at', ({ trial }) => trial.startedAt],
  ['state', ({ trial }) => trial.state],
  ['reasons', ({ trial }) => trial.reasons.join('; ')],
  ofMeasured('seconds', 'seconds', ({ seconds }) => seconds),
  ...COUNTS.map((key) => ofMeasured(snake(key), `messages.${key}`, ({ messages }) => messages[key])),
  ofMeasured('errors', 'messages.errors', ({ messages: { errors } }) =>
    Object.entries(errors)
      .map(([text, times]) => `${text} (×${times})`)
      .join('; '),
  ),
  ...figureColumns(0, FIRST_APPENDED),
  [
    'capacity_is_lower_bound',
    ({ view, measured }) => (measured?.capacity === undefined || view === null ? null : view.lowerBounds.length > 0),
  ],
  ofView('service_p50_seconds', ({ serviceP50 }) => serviceP50),
  ofView('last_p50_seconds', ({ lastP50 }) => lastP50),
  ofView('lag_p50_seconds', ({ lagP50 }) => lagP50),
  ofView('lag_p99_seconds', ({ lagP99 }) => lagP99),
  ofMeasured('wire_layer', 'wire.layer', ({ wire }) => wire.layer),
  ofMeasured('wire_datagrams', 'wire.datagrams', ({ wire }) => wire.datagrams ?? false),
  ofMeasured('wire_up_bytes', 'wire.up', ({ wire }) => wire.up),
  ofMeasured('wire_down_bytes', 'wire.down', ({ wire }) => wire.down),
  ofMeasured('wire_up_packets', 'wire.packetsUp', ({ wire }) => wire.packetsUp),
  ofMeasured('wire_down_packets', 'wire.packetsDown', ({ wire }) => wire.packetsDown),
  ofMeasured('setup_up_bytes', 'wire.setupUp', ({ wire }) => wire.setupUp),
  ofMeasured('setup_down_bytes', 'wire.setupDown', ({ wire }) => wire.setupDown),
  ofMeasured('socket_up_bytes', 'wire.socket.up', ({ wire }) => wire.socket?.up),
  ofMeasured('socket_down_bytes', 'wire.socket.down', ({ wire }) => wire.socket?.down),
  ofMeasured('socket_setup_up_bytes', 'wire.socket.setupUp', ({ wire }) => wire.socket?.setupUp),
  ofMeasured('socket_setup_down_bytes', 'wire.socket.setupDown', ({ wire }) => wire.socket?.setupDown),
  ofMeasured('theory_exchanges', 'theory.exchanges', ({ theory }) => theory?.exchanges),
  ofMeasured('theory_up_bytes', 'theory.up', ({ theory }) => theory?.up),
  ofMeasured('theory_down_bytes', 'theory.down', ({ theory }) => theory?.down),
  ofMeasured('server_cpu_seconds', 'usage.server.cpuSeconds', ({ usage }) => usage.server.cpuSeconds),
  ofMeasured('server_rss_bytes', 'usage.server.rssBytes', ({ usage }) => usage.server.rssBytes),
  ofMeasured('server_rss_idle_bytes', 'usage.server.rssIdleBytes', ({ usage }) => usage.server.rssIdleBytes),
  ofMeasured('generator_cpu_seconds', 'usage.generator.cpuSeconds', ({ usage }) => usage.generator.cpuSeconds),
  ofMeasured('generator_rss_bytes', 'usage.generator.rssBytes', ({ usage }) => usage.generator.rssBytes),
  ofMeasured(
    'generator_rss_start_bytes',
    'usage.generator.rssStartBytes',
    ({ usage }) => usage.generator.rssStartBytes,
  ),
  ofMeasured(
    'generator_loop_delay_p99_seconds',
    'usage.generator.loopDelayP99',
    ({ usage }) => usage.generator.loopDelayP99,
  ),
  ofMeasured('generator_busy_share', 'usage.generator.busy', ({ usage }) => usage.generator.busy),
  ofMeasured('workers', 'usage.generator.workers', ({ usage }) => usage.generator.workers),
  ...kindColumns(0, FIRST_APPENDED_KIND),
  ...(['overdue', 'replayed', 'foreign', 'backlog'] as const).map((key) =>
    ofMeasured(key, `messages.${key}`, ({ messages }) => messages[key]),
  ),
  ofMeasured('sustained_rate_per_second', 'overload', ({ overload }) => overload?.sustainedRate),
  ofMeasured('latency_is_lower_bound', 'latency.response', ({ overload }) => overload !== undefined),
  ...dimensionColumns('reaches'),
  ...CORES,
  ['replaces', ({ trial }) => trial.replaces ?? null],
  ...figureColumns(FIRST_APPENDED, FIRST_BEHIND_NETWORKS),
  ...NETWORK,
  ...kindColumns(FIRST_APPENDED_KIND),
  ...figureColumns(FIRST_BEHIND_NETWORKS, FIRST_BEHIND_DIMENSIONS),
  ...KINDS_BEHIND,
  ...DIMENSIONS_BEHIND.slice(0, DIMENSIONS_WITH_KINDS).flatMap(dimensionColumns),
  ...figureColumns(FIRST_BEHIND_DIMENSIONS),
  // Columns are only appended, those of further dimensions too.
  ...DIMENSIONS_BEHIND.slice(DIMENSIONS_WITH_KINDS).flatMap(dimensionColumns),
];

/**
 * Writes one line per trial, including failed ones, and then one per case that was set aside. A page and the command line give
 * identical files.
 */
export function trialsCsv(results: Results, analysis: Analysis): string {
  const views = new Map(
    analysis.groups.flatMap(({ rows }) =>
      rows.flatMap(({ caseId, trials }) => trials.map((view) => [keyOf(caseId, view.order), view] as const)),
    ),
  );
  const apart = (results.setAside ?? []).map(({ id, reason }) => {
    const known: Readonly<Record<string, Cell>> = { run: results.id, case: id, state: 'set aside', reasons: reason };
    return COLUMNS.map(([header]) => known[header] ?? null);
  });
  const lines = results.cases.flatMap((one) =>
    one.trials.map((trial) => {
      const view = views.get(keyOf(one.id, trial.order));
      const subject: Subject = {
        results,
        one,
        trial,
        measured: trial.state === 'failed' ? null : trial,
        view: view === undefined || view.state === 'failed' ? null : view,
      };
      return COLUMNS.map(([, cell]) => cell(subject));
    }),
  );
  return csvOf([COLUMNS.map(([header]) => header), ...lines, ...apart]);
}

const keyOf = (caseId: string, order: number): string => `${order} ${caseId}`;

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

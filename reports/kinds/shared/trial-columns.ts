import { whyNotMeasured } from '../../../bench/results/not-measured.ts';
import { figures, integer, shownInUnit } from '../../model/format.ts';
import type { Group, MeasuredView } from '../../model/model.ts';
import type { MeasuredMetric, TrialColumn } from '../shape.ts';

const MILLISECONDS = { scale: 1e3 };
const MICROSECONDS = { scale: 1e6 };

/** A column with a dash where a trial did not measure the figure at this path. */
export const measuredColumn = (path: string, header: string, text: TrialColumn['text']): TrialColumn => ({
  header,
  text: (trial) => (whyNotMeasured(trial, [path]) === undefined ? text(trial) : '—'),
});

/** A text with a dash for an invalid trial, whose counts say why it is that, and whose figures say nothing. */
function unlessInvalid(text: TrialColumn['text']): TrialColumn['text'] {
  return (trial) => (trial.state === 'invalid' ? '—' : text(trial));
}

type CountKey = Exclude<keyof MeasuredView['messages'], 'errors' | 'example'>;

/** A column with a dash where a trial did not count this. */
export const count = (header: string, key: CountKey): TrialColumn =>
  measuredColumn(`messages.${key}`, header, ({ messages: { [key]: value } }) =>
    value === undefined ? '—' : integer(value),
  );

export const SENT = [count('Due', 'due'), count('Sent', 'sent')];
const ARRIVED = [
  count('Expected', 'expected'),
  count('Delivered', 'delivered'),
  count('Lost', 'lost'),
  count('Dup.', 'duplicated'),
  count('Reord.', 'reordered'),
  count('Corrupt', 'corrupt'),
];

const RARE = [
  { key: 'overdue', column: count('Overdue', 'overdue') },
  { key: 'backlog', column: count('Of warm-up', 'backlog') },
  { key: 'replayed', column: count('Replayed', 'replayed') },
  { key: 'unexpected', column: count('Unexp.', 'unexpected') },
  { key: 'foreign', column: count('Other run', 'foreign') },
] as const;

const SUSTAINED: TrialColumn = {
  header: 'Sustained msg/s',
  text: unlessInvalid(({ sustainedRate }) => (sustainedRate === null ? '—' : figures(sustainedRate))),
};

/** Counts of arrivals, and those rare figures that some trial has. */
export const arrived = ({ rows }: Pick<Group, 'rows'>): TrialColumn[] => {
  const trials = rows.flatMap((row) => row.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial])));
  const rare = RARE.filter(({ key }) => trials.some(({ messages: { [key]: value = 0 } }) => value > 0));
  const sustained = trials.some(({ sustainedRate }) => sustainedRate !== null) ? [SUSTAINED] : [];
  return [...ARRIVED, ...rare.map(({ column }) => column), ...sustained];
};

export const LAG: readonly TrialColumn[] = [
  { header: 'Lag p50 µs', text: ({ lagP50 }) => shownInUnit(MICROSECONDS, lagP50) },
  { header: 'Lag p99 µs', text: ({ lagP99 }) => shownInUnit(MICROSECONDS, lagP99) },
];

export const LATENCY: readonly TrialColumn[] = [
  { header: 'Service p50 ms', text: unlessInvalid(({ serviceP50 }) => shownInUnit(MILLISECONDS, serviceP50)) },
  {
    header: 'Last p50 ms',
    text: unlessInvalid(({ lastP50 }) => (lastP50 === null ? '—' : shownInUnit(MILLISECONDS, lastP50))),
  },
];

const BUSY = measuredColumn('usage.generator.busy', 'Gen. busy', ({ busy }) => `${figures(busy * 100)} %`);
const GROWTH = measuredColumn('usage.generator.rssBytes', 'Gen. growth MiB', ({ generatorGrowthBytes: bytes }) =>
  bytes === null ? '—' : figures(bytes / 2 ** 20),
);

const percentOf = (share: number | null): string => (share === null ? '—' : `${figures(share * 100)} %`);
const OTHERS: TrialColumn = { header: 'Others’ core', text: ({ othersShare }) => percentOf(othersShare) };
const WAITED: TrialColumn = { header: 'Core waits', text: ({ waitShare }) => percentOf(waitShare) };

/** Columns of what other programs took of the cores, and of the wait for them, if some trial has them. */
export const contention = ({ rows }: Pick<Group, 'rows'>): TrialColumn[] => {
  const trials = rows.flatMap((row) => row.trials.flatMap((trial) => (trial.state === 'failed' ? [] : [trial])));
  return [
    ...(trials.some(({ othersShare }) => othersShare !== null) ? [OTHERS] : []),
    ...(trials.some(({ waitShare }) => waitShare !== null) ? [WAITED] : []),
  ];
};

/** Column of the generator's memory growth, if some trial has it. */
export const growth = ({ rows }: Pick<Group, 'rows'>): TrialColumn[] =>
  rows.some(({ trials }) => trials.some((trial) => trial.state !== 'failed' && trial.generatorGrowthBytes !== null))
    ? [GROWTH]
    : [];

export const generator = (group: Pick<Group, 'rows'>): TrialColumn[] => [BUSY, ...growth(group), ...contention(group)];

/** A column for each metric, under the heading that tables give it. */
export const figuresOf = (metrics: readonly MeasuredMetric[]): TrialColumn[] =>
  metrics.map(({ metric: { id, header, unit, scale } }) => ({
    header: `${header} ${unit}`.trim(),
    text: unlessInvalid(({ values, lowerBounds }) => {
      const text = shownInUnit({ scale, unit }, values[id]);
      return lowerBounds.includes(id) && values[id].shown ? `≥ ${text}` : text;
    }),
  }));

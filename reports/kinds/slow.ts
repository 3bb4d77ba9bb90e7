import { median } from '../../bench/results/numbers.ts';
import type { Slow } from '../../bench/results/schema.ts';
import { countOf, figures, integer } from '../model/format.ts';
import type { Member } from '../model/member.ts';
import type { Question, SlowView } from '../model/model.ts';
import { notShown, type Shown } from '../stats/distribution.ts';
import type { KindReport, KindShape, MeasuredMetric, NoteFacts, TrialColumn } from './shape.ts';
import { FEWER, finite, LIGHTER, MIB, SECONDS, SHORTER, unnoticedMemory } from './shared/measuring.ts';
import { figuresOf, generator } from './shared/trial-columns.ts';

declare module '../model/metrics.ts' {
  interface MetricIds {
    othersRatio: true;
    memoryGrowth: true;
    memoryLeft: true;
    missedByReader: true;
    cutAfter: true;
  }
}

const ofReaders = (read: (slow: Slow) => Shown): MeasuredMetric['measure'] => {
  return ({ trial }) => (trial.slow === undefined ? notShown('no reader was slow') : read(trial.slow));
};

const othersRatio: MeasuredMetric = {
  metric: {
    id: 'othersRatio',
    name: 'growth of the others’ p99',
    title: 'growth of the others’ p99, with slow readers ÷ without',
    header: 'Others’ p99, with ÷ without',
    column: 'p99 ratio',
    keep: 9,
    unit: '',
    scale: 1,
    band: 'time',
    best: 'less',
    words: FEWER,
  },
  number: 32,
  sources: ['slow.p99Ratio'],
  csv: 'others_p99_ratio',
  figure: 'neighbours',
  // A quarter of the p99 that the others have anyway.
  unnoticed: () => 0.25,
  measure: ofReaders(({ p99Ratio }) =>
    p99Ratio === null ? notShown('too few deliveries to the others for a p99') : finite(p99Ratio),
  ),
};

const memoryGrowth: MeasuredMetric = {
  metric: {
    id: 'memoryGrowth',
    name: 'growth of server memory',
    title: 'growth of server memory while readers are slow',
    header: 'Server memory, growth',
    column: 'growth MiB',
    keep: 6,
    ...MIB,
    words: LIGHTER,
  },
  number: 33,
  sources: ['slow.serverRss', 'usage.server.rssBytes'],
  csv: 'memory_growth_bytes',
  figure: 'neighbours',
  unnoticed: unnoticedMemory,
  measure: ofReaders(({ serverRss: { before, max } }) => finite(Math.max(0, max - before))),
};

const memoryLeft: MeasuredMetric = {
  metric: {
    id: 'memoryLeft',
    name: 'server memory left over',
    title: 'server memory that is not given back',
    header: 'Server memory, left over',
    column: 'left over MiB',
    keep: 4,
    ...MIB,
    words: LIGHTER,
  },
  number: 34,
  sources: ['slow.serverRss', 'usage.server.rssBytes'],
  csv: 'memory_left_bytes',
  unnoticed: unnoticedMemory,
  measure: ofReaders(({ serverRss: { before, after } }) => finite(Math.max(0, after - before))),
};

const missedByReader: MeasuredMetric = {
  metric: {
    id: 'missedByReader',
    name: 'missed messages per slow reader',
    title: 'missed messages per slow reader',
    header: 'Missed / slow reader',
    column: 'missed',
    keep: 5,
    unit: '',
    scale: 1,
    band: 'time',
    best: 'less',
    words: FEWER,
  },
  number: 35,
  sources: ['slow.fates'],
  csv: 'missed_per_slow_reader',
  measure: ofReaders(({ readers, fates }) => finite(fates.reduce((sum, { missed }) => sum + missed, 0) / readers)),
};

const cutAfter: MeasuredMetric = {
  metric: {
    id: 'cutAfter',
    name: 'time to the cut',
    title: 'time until the server cuts a slow reader',
    header: 'Cut after',
    column: 'cut s',
    keep: 7,
    ...SECONDS,
    words: SHORTER,
  },
  number: 36,
  sources: ['slow.fates'],
  csv: 'cut_after_seconds',
  measure: ofReaders(({ fates }) => {
    const cut = fates.flatMap(({ seconds, sessions }) => (seconds === null ? [] : [{ seconds, sessions }]));
    const [most] = cut.toSorted((a, b) => b.sessions - a.sessions);
    return most === undefined ? notShown('no slow reader was cut') : finite(most.seconds);
  }),
};

const metrics = [othersRatio, memoryGrowth, memoryLeft, missedByReader, cutAfter];

/** Words for readers that stop, and for those whose line carries little. */
const READING: Readonly<Record<string, string>> = { stopped: 'stop reading', slow: 'read slowly' };

function title({ clients, rate, size, dimensions }: Question): string {
  const how = READING[String(dimensions?.reader)] ?? 'are slow';
  const pace = `${Number.isInteger(rate) ? integer(rate) : figures(rate)} msg/s of ${integer(size)} B`;
  return `broadcast to ${countOf(clients, 'client')}, some of whom ${how}, at ${pace}`;
}

type Fate = SlowView['fates'][number];

/** `5 cut after 6.00 s with 1013`, `5 caught up`, `5 missed 210 messages and go on`. */
function fateText({ fate, sessions, seconds, missed, reason }: Fate): string {
  switch (fate) {
    case 'cut': {
      const after = seconds === null ? '' : ` after ${figures(seconds, 2)} s`;
      return `${integer(sessions)} cut${after}${reason === undefined ? '' : ` with ${reason}`}`;
    }
    case 'caught up':
      return `${integer(sessions)} caught up`;
    case 'missed messages':
      return `${integer(sessions)} missed ${countOf(missed, 'message')} and ${sessions === 1 ? 'goes' : 'go'} on`;
    case 'behind':
      return `${integer(sessions)} still behind, by ${countOf(missed, 'message')}`;
  }
}

const fatesText = (fates: readonly Fate[]): string => fates.map(fateText).join(', ');

/**
 * Says what became of the slow readers over the valid trials: as in one trial where all trials agree, else of all of them together.
 * Null without such a trial.
 */
export function fatesOf({ trials }: Pick<Member, 'trials'>): string | null {
  const found = trials.flatMap((trial) =>
    trial.state === 'valid' && !trial.replaced ? (trial.slowReaders ?? []) : [],
  );
  const all = found.flatMap(({ fates }) => fates);
  if (all.length === 0) return null;
  const alike = [...Map.groupBy(all, ({ fate, reason }) => `${fate} ${reason ?? ''}`).values()];
  const together = alike.flatMap((those): Fate[] => {
    const [first] = those;
    if (first === undefined) return [];
    const times = those.flatMap(({ seconds }) => seconds ?? []);
    const sum = (key: 'sessions' | 'missed'): number => those.reduce((total, one) => total + one[key], 0);
    return [
      {
        ...first,
        sessions: sum('sessions'),
        missed: sum('missed'),
        seconds: times.length === 0 ? null : median(times),
      },
    ];
  });
  const agree = alike.every(
    (those) => those.length === found.length && new Set(those.map((one) => one.sessions)).size === 1,
  );
  if (agree) {
    const typical = together.map((one) => ({
      ...one,
      sessions: one.sessions / found.length,
      missed: Math.round(one.missed / found.length),
    }));
    return fatesText(typical);
  }
  const readers = found.reduce((sum, one) => sum + one.readers, 0);
  return `of ${countOf(readers, 'slow reader')} in ${countOf(found.length, 'trial')}: ${fatesText(together)}`;
}

function notes({ members }: NoteFacts): string[] {
  const fates = members.flatMap((member) => {
    const text = fatesOf(member);
    return text === null ? [] : [`${member.name} ${text}`];
  });
  return [
    'The first figure is the p99 of those who read, with slow readers divided by that without, in one trial. Server memory is resident ' +
      'memory: its growth is the most that was seen while readers were slow, and what is left over was read half a minute later, after ' +
      'a garbage collection.',
    ...(fates.length === 0 ? [] : [`Slow readers: ${fates.join('; ')}.`]),
  ];
}

const FATE: TrialColumn = {
  header: 'Slow readers',
  text: ({ slowReaders }) => (slowReaders === null ? '—' : fatesText(slowReaders.fates)),
};

/** Subscribers of a broadcast of whom some do not read, or read slowly. */
export const slow: KindShape = {
  metrics,
  title,
  subject: title,
  scenarioText: (scenario) => scenario,
  limit: 'one number of slow readers, and one load',
  judged: {
    primary: () => 'othersRatio',
    // Cutting a slow reader early spares the server, and the reader would rather have waited.
    incomparable: ['cutAfter'],
    betweenRuns: ['othersRatio', 'memoryGrowth', 'memoryLeft', 'missedByReader'],
    floorIsNoBound: true,
  },
  steadyRate: false,
  warmedUp: true,
  measuresLosses: true,
  trialLength: 'asked for',
  wireCost: null,
  csv: [
    { header: 'slow_readers', path: 'slow', cell: (trial) => trial.slow?.readers },
    { header: 'others_p99_without_seconds', path: 'slow.without', cell: (trial) => trial.slow?.without.p99 },
    { header: 'others_p99_with_seconds', path: 'slow.with', cell: (trial) => trial.slow?.with.p99 },
    {
      header: 'slow_reader_fates',
      path: 'slow.fates',
      cell: (trial) => (trial.slow === undefined ? undefined : fatesText(trial.slow.fates)),
    },
  ],
  advice: { need: 'readers', scenarios: 'slow-readers', missing: 'readers that are slow', criteria: {} },
};

export const slowReport: KindReport = {
  notes,
  warnings: () => [],
  trust: ['schedule kept', 'generator not saturated', 'accounting closes', 'clock sane', 'cores undisturbed'],
  isEcho: () => false,
  figures: ['neighbours', 'intervals'],
  effort: null,
  definitions: [
    [
      'Slow reader',
      'A subscriber that stops reading, or whose line carries little. The others read as before; what happens to them, to the ' +
        'server’s memory and to the slow one is measured.',
    ],
  ],
  trialColumns: (group) => [...figuresOf(metrics), FATE, ...generator(group)],
};

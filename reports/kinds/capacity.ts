import { countOf, figures, integer, list, share } from '../model/format.ts';
import { objectiveText } from '../model/group.ts';
import type { Member } from '../model/member.ts';
import type { Question, Row, Warning } from '../model/model.ts';
import { notShown } from '../stats/distribution.ts';
import type { KindReport, KindShape, MeasuredMetric, TrialColumn } from './shape.ts';
import { finite, HIGHER, MESSAGES_PER_SECOND } from './shared/measuring.ts';
import { bytes, cpu, p50, p99 } from './shared/message-metrics.ts';
import { sentence } from './shared/sample-warnings.ts';
import { serverShareOf, unusedUp } from './shared/server-share.ts';
import { arrived, figuresOf, generator, LAG, measuredColumn, SENT } from './shared/trial-columns.ts';

declare module '../model/metrics.ts' {
  interface MetricIds {
    capacity: true;
  }
}

const found: MeasuredMetric = {
  metric: {
    id: 'capacity',
    name: 'capacity',
    title: 'capacity',
    header: 'Capacity',
    column: 'capacity msg/s',
    keep: 9,
    ...MESSAGES_PER_SECOND,
    words: HIGHER,
  },
  number: 0,
  sources: ['capacity.rate'],
  csv: 'capacity_per_second',
  figure: 'load',
  measure: ({ trial: { capacity: search } }) =>
    search === undefined ? notShown('no search was run') : finite(search.rate),
  isLowerBound: ({ capacity: search }) => search?.bound === 'lower',
};

const metrics = [found, p50, p99, bytes, cpu];

function title({ scenario, clients, size, objective }: Question): string {
  const limit = objective === null ? [] : [objectiveText(objective)];
  return [`${scenario} with ${countOf(clients, 'client')}`, `${integer(size)} B`, ...limit].join(', ');
}

function limitedByGenerator(rows: readonly Row[], where: string): Warning[] {
  const hit = rows.flatMap((row) => {
    const { name, searches } = row;
    const limited = searches.filter(({ bound }) => bound === 'lower');
    return limited.length === 0 ? [] : [{ name, limited, searches, row }];
  });
  const [first] = hit;
  if (first === undefined) return [];
  const which = hit.map(
    ({ name, limited, searches }) =>
      `${limited.length} of ${countOf(searches.length, 'search', 'searches')} of ${name}`,
  );
  const reason = first.limited.find((search) => search.reason !== undefined)?.reason;
  const spare = spareText(hit.map(({ row }) => row));
  return [
    {
      text: `Capacity is a lower bound (${where}): the load generator reached its limit before the server did, in ${list(which, 'and')}.${reason === undefined ? '' : ` ${sentence(reason)}`}${spare === null ? '' : ` ${spare}`}`,
      action: 'Give the load generator more cores (--workers), or read these figures as “at least”.',
    },
  ];
}

/** Sentence about servers that had CPU time left at the found rate; null if none had. */
function spareText(rows: readonly Pick<Row, 'name' | 'trials'>[]): string | null {
  const spare = rows.flatMap((row) => {
    const used = unusedUp(row);
    return used === null ? [] : [`${row.name} used ${share(used)}`];
  });
  return spare.length === 0 ? null : `Servers that had not used up a core: ${list(spare, 'and')}.`;
}

function withoutRate(rows: readonly Row[], where: string): Warning[] {
  return rows.flatMap(({ name, searches }) => {
    const none = searches.filter(({ rate }) => rate === 0);
    const [first] = none;
    if (first === undefined) return [];
    return [
      {
        text: `${name} (${where}): no rate met the objective in ${none.length} of ${countOf(searches.length, 'search', 'searches')}.${first.reason === undefined ? '' : ` ${sentence(first.reason)}`}`,
        action: 'Relax the objective, or report this as the result.',
      },
    ];
  });
}

const SERVER = measuredColumn('usage.server.cpuSeconds', 'Server, % of a core', (trial) => {
  const used = serverShareOf(trial);
  return used === null ? '—' : figures(used * 100);
});

const SEARCH: readonly TrialColumn[] = [
  { header: 'Steps', text: ({ search }) => (search === null ? '—' : integer(search.steps)) },
  {
    header: 'Generator’s ceiling, msg/s',
    text: ({ search }) => (search === null ? '—' : figures(search.ceilingRate)),
  },
];

/** Searches for the highest rate that meets an objective. */
export const capacity: KindShape = {
  metrics,
  title,
  subject: title,
  scenarioText: (scenario) => scenario,
  limit: 'one number of clients and one message size',
  judged: {
    primary: () => 'capacity',
    // Every search ends at a different rate, and latencies at different rates cannot be compared.
    incomparable: ['p50', 'p99'],
    // Two runs differ in rate too, so their bytes and CPU cannot be compared either.
    betweenRuns: ['capacity'],
  },
  steadyRate: false,
  warmedUp: true,
  trialLength: 'searched',
  wireCost: { metric: 'bytes', per: 'message', when: 'at the found rate' },
  csv: [
    { header: 'search_steps', path: 'capacity.steps', cell: ({ capacity: search }) => search?.steps.length },
    {
      header: 'search_ceiling_per_second',
      path: 'capacity.ceilingRate',
      cell: ({ capacity: search }) => search?.ceilingRate,
    },
    { header: 'search_reason', path: 'capacity.reason', cell: ({ capacity: search }) => search?.reason },
  ],
  advice: {
    need: 'throughput',
    scenarios: 'capacity',
    missing: 'highest rate within an objective',
    criteria: { throughput: 'capacity' },
  },
};

/** Note about servers whose measured limit was not their CPU. */
function spareNotes(members: readonly Member[]): string[] {
  const spare = spareText(members.filter(({ readings }) => readings.capacity.median > 0));
  return spare === null
    ? []
    : [`${spare} At a higher rate they missed the objective for another reason than CPU time.`];
}

export const capacityReport: KindReport = {
  notes: ({ question, members }) => [
    'Capacity is the highest rate that met the objective without loss, confirmed by a longer trial. The other columns were ' +
      'measured in that confirming trial, at a different rate for each transport, so their latencies are not compared.',
    ...(members.some(({ readings }) => readings.capacity.bounded > 0)
      ? [
          '≥ marks a lower bound: the load generator reached its limit before the server did, so the server may sustain ' +
            'more. Such a figure is used only in verdicts that hold however much more that is.',
        ]
      : []),
    ...spareNotes(members.filter(({ floor, readings }) => !floor && readings.capacity.bounded === 0)),
    ...(question.objective === null ? ['No search finished, so the objective is not known.'] : []),
  ],
  warnings: ({ rows }, where) => [...limitedByGenerator(rows, where), ...withoutRate(rows, where)],
  trust: ['schedule kept', 'generator not saturated', 'accounting closes', 'clock sane', 'cores undisturbed'],
  isEcho: () => false,
  figures: ['load', 'intervals', 'bytes', 'effort', 'browser', 'proxy'],
  effort: {
    generator: 'worked',
    note: 'its busy time, without the time it spins while waiting for the next due time.',
    limit: null,
  },
  definitions: [
    [
      'Capacity',
      'The highest rate that met the objective without loss, found by a search and confirmed by a longer trial. Higher is ' +
        'better. ≥ marks a lower bound: the load generator reached its limit before the server did.',
    ],
  ],
  trialColumns: (group) => [
    ...figuresOf([found]),
    ...SEARCH,
    ...SENT,
    ...arrived(group),
    ...figuresOf([p50, p99]),
    ...LAG,
    SERVER,
    ...generator(group),
  ],
};

import { countOf, figures, integer, list } from '../model/format.ts';
import { objectiveText } from '../model/group.ts';
import type { Question, Row, Warning } from '../model/model.ts';
import { notShown } from '../stats/distribution.ts';
import type { KindReport, KindShape, MeasuredMetric, TrialColumn } from './shape.ts';
import { finite } from './shared/measuring.ts';
import { bytes, cpu, p50, p99 } from './shared/message-metrics.ts';
import { sentence } from './shared/sample-warnings.ts';
import { ARRIVED, figuresOf, generator, LAG, SENT } from './shared/trial-columns.ts';
import { HIGHER, MESSAGES_PER_SECOND } from './shared/units.ts';

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
    search === undefined ? notShown('no search was made') : finite(search.rate),
  isLowerBound: ({ capacity: search }) => search?.bound === 'lower',
};

const metrics = [found, p50, p99, bytes, cpu];

function title({ scenario, clients, size, objective }: Question): string {
  const limit = objective === null ? [] : [objectiveText(objective)];
  return [`${scenario} with ${countOf(clients, 'client')}`, `${integer(size)} B`, ...limit].join(', ');
}

function limitedByGenerator(rows: readonly Row[], where: string): Warning[] {
  const hit = rows.flatMap(({ name, searches }) => {
    const limited = searches.filter(({ bound }) => bound === 'lower');
    return limited.length === 0 ? [] : [{ name, limited, searches }];
  });
  const [first] = hit;
  if (first === undefined) return [];
  const who = hit.map(({ name, limited, searches }) => `${name} ${limited.length} of ${searches.length}`);
  const reason = first.limited.find((search) => search.reason !== undefined)?.reason;
  return [
    {
      text: `Lower bounds (${where}): the load generator, not the server, set the limit in these searches: ${list(who, 'and')}.${reason === undefined ? '' : ` ${sentence(reason)}`}`,
      action: 'Give the load generator more cores (--workers), or read these figures as “at least”.',
    },
  ];
}

function withoutRate(rows: readonly Row[], where: string): Warning[] {
  return rows.flatMap(({ name, searches }) => {
    const none = searches.filter(({ rate }) => rate === 0);
    const [first] = none;
    if (first === undefined) return [];
    return [
      {
        text: `${name} (${where}): no rate met the objective in ${none.length} of ${countOf(searches.length, 'search', 'searches')}.${first.reason === undefined ? '' : ` ${sentence(first.reason)}`}`,
        action: 'Loosen the objective, or take it as the result.',
      },
    ];
  });
}

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
    // A search ends at a rate of its own, and latencies at different rates are no contest.
    incomparable: ['p50', 'p99'],
    // Between runs bytes and CPU at different rates are no comparison either.
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

export const capacityReport: KindReport = {
  notes: ({ question, members }) => [
    `Capacity: the highest rate, confirmed by a longer trial, that met the objective with nothing lost. The other ` +
      `columns are of that confirming trial: each choice at a rate of its own, so that latencies are not compared.`,
    ...(members.some(({ readings }) => readings.capacity.bounded > 0)
      ? [
          '≥: a lower bound. The load generator, not the server, set the limit, and the server may sustain more. ' +
            'Such a figure takes part only in verdicts that stay true however much more that is.',
        ]
      : []),
    ...(question.objective === null ? ['No search was finished, so no objective is known.'] : []),
  ],
  warnings: ({ rows }, where) => [...limitedByGenerator(rows, where), ...withoutRate(rows, where)],
  trust: ['schedule kept', 'generator not saturated', 'accounting closes', 'clock sane'],
  isEcho: () => false,
  figures: ['load', 'intervals', 'bytes', 'effort'],
  effort: {
    generator: 'worked',
    note: 'the time it worked: what it spun while it waited for the next due time is not in it.',
    limit: null,
  },
  definitions: [
    [
      'Capacity',
      'The highest rate that met the objective with nothing lost, found by a search and confirmed by a longer trial. More is ' +
        'better. ≥ marks a lower bound: there the load generator gave out before the server did.',
    ],
  ],
  trialColumns: (group) => [
    ...figuresOf([found]),
    ...SEARCH,
    ...SENT,
    ...ARRIVED,
    ...figuresOf([p50, p99]),
    ...LAG,
    ...generator(group),
  ],
};

import type { MeasuredTrial } from '../../bench/results/schema.ts';
import { countOf, figures, list } from '../model/format.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Row, Warning } from '../model/model.ts';
import { notShown } from '../stats/distribution.ts';
import type { KindReport, KindShape, MeasuredMetric, NoteFacts, TrialColumn } from './shape.ts';
import {
  BYTES,
  bytesOf,
  CHEAPER,
  FEWER,
  finite,
  KIB,
  LIGHTER,
  MIN_FIT,
  MS,
  perSessionHour,
  SECONDS,
  unnoticedSessionCpu,
  unnoticedSessionMemory,
} from './shared/measuring.ts';
import { figuresOf, growth, measuredColumn } from './shared/trial-columns.ts';

declare module '../model/metrics.ts' {
  interface MetricIds {
    sessionMemory: true;
    idleBytes: true;
    idlePackets: true;
    idleCpu: true;
    generatorMemory: true;
    radioAwake: true;
  }
}

const PER_HOUR = 'per session and hour';

/** Slope of one side's memory over the number of open sessions. */
const slope = (side: 'server' | 'generator'): Pick<MeasuredMetric, 'measure' | 'fit'> => ({
  measure: ({ trial: { memory } }) =>
    memory === undefined
      ? notShown('memory was not sampled by number of sessions')
      : finite(memory[side].bytesPerSession),
  fit: ({ memory }: MeasuredTrial) => memory?.[side].r2 ?? null,
});

const sessionMemory: MeasuredMetric = {
  metric: {
    id: 'sessionMemory',
    name: 'server memory per session',
    title: 'server memory per session',
    header: 'Server memory / session',
    column: 'memory KiB/session',
    keep: 9,
    ...KIB,
    words: LIGHTER,
  },
  number: 2,
  sources: ['memory.server.bytesPerSession'],
  csv: 'server_memory_bytes_per_session',
  unnoticed: unnoticedSessionMemory,
  figure: 'growth',
  ...slope('server'),
};

const idleBytes: MeasuredMetric = {
  metric: {
    id: 'idleBytes',
    name: `bytes ${PER_HOUR}`,
    title: `bytes ${PER_HOUR}`,
    header: 'Bytes / session and hour',
    column: 'B/session/h',
    keep: 5,
    ...BYTES,
    words: LIGHTER,
  },
  number: 12,
  sources: ['wire.up', 'wire.down'],
  csv: 'bytes_per_session_hour',
  figure: 'idle',
  measure: ({ trial }, one) => bytesOf(trial, () => perSessionHour(trial.wire.up + trial.wire.down, one, trial)),
};

const idlePackets: MeasuredMetric = {
  metric: {
    id: 'idlePackets',
    name: `packets ${PER_HOUR}`,
    title: `packets ${PER_HOUR}`,
    header: 'Packets / session and hour',
    column: 'packets/session/h',
    keep: 2,
    unit: '',
    scale: 1,
    band: 'bytes',
    best: 'less',
    words: FEWER,
  },
  number: 13,
  sources: ['wire.packetsUp', 'wire.packetsDown'],
  csv: 'packets_per_session_hour',
  measure: ({ trial }, one) => {
    const { packetsUp, packetsDown } = trial.wire;
    return packetsUp === undefined || packetsDown === undefined
      ? notShown('packets can be counted only on a private link')
      : perSessionHour(packetsUp + packetsDown, one, trial);
  },
};

const idleCpu: MeasuredMetric = {
  metric: {
    id: 'idleCpu',
    name: `server CPU ${PER_HOUR}`,
    title: `server CPU ${PER_HOUR}`,
    header: 'Server CPU / session and hour',
    column: 'CPU ms/session/h',
    keep: 3,
    ...MS,
    words: CHEAPER,
  },
  number: 14,
  sources: ['usage.server.cpuSeconds'],
  csv: 'server_cpu_seconds_per_session_hour',
  unnoticed: unnoticedSessionCpu,
  figure: 'effort',
  measure: ({ trial }, one) => perSessionHour(trial.usage.server.cpuSeconds, one, trial),
};

const generatorMemory: MeasuredMetric = {
  metric: {
    id: 'generatorMemory',
    name: 'generator memory per session',
    title: 'generator memory per session',
    header: 'Generator memory / session',
    column: 'generator KiB/session',
    keep: 1,
    ...KIB,
    words: LIGHTER,
  },
  number: 15,
  sources: ['memory.generator.bytesPerSession'],
  csv: 'generator_memory_bytes_per_session',
  ...slope('generator'),
};

const radioAwake: MeasuredMetric = {
  metric: {
    id: 'radioAwake',
    name: 'radio awake per hour',
    title: 'seconds an hour for which a phone’s radio is awake',
    header: 'Radio awake / hour',
    column: 'radio s/h',
    keep: 6,
    ...SECONDS,
    words: LIGHTER,
  },
  number: 37,
  sources: ['radio.awakeSecondsPerHour'],
  csv: 'radio_awake_seconds_per_hour',
  // A hundredth of the hour.
  unnoticed: () => 36,
  isColumnOf: ({ radio }) => radio === true,
  withoutColumn: 'the times of packets are known only of sessions through the relay',
  measure: ({ trial: { radio } }) =>
    radio === undefined
      ? notShown('the times of packets are known only of sessions through the relay')
      : finite(radio.awakeSecondsPerHour),
};

const metrics = [sessionMemory, radioAwake, idleBytes, idlePackets, idleCpu, generatorMemory];

const RADIO =
  'Radio: after each packet, either way, a phone’s radio stays awake for about 10 s (the inactivity timer of LTE; of 3G up to 20 s), so ' +
  'the time awake is that of all packets together. A heartbeat every 10 s or less keeps it awake for the whole hour; 0 means that ' +
  'nothing was sent, and that nobody would notice a dead path either.';

function notes({ question, members, layer }: NoteFacts): string[] {
  const counted =
    layer === 'link'
      ? 'Bytes are counted on the link, including keep-alive packets and acknowledgements'
      : 'Bytes are counted at the sockets';
  const weak = members.filter(({ readings }) =>
    [readings.sessionMemory, readings.generatorMemory].some(({ fit }) => fit !== null && fit < MIN_FIT),
  );
  const silent = members.some(({ floor, readings }) => !floor && readings.idleBytes.median === 0);
  const sloped = members.every(({ readings }) => readings.sessionMemory.sample.size === 0)
    ? ''
    : ' Memory per session is the slope of resident memory over the number of open sessions, after garbage collection; R² is that of ' +
      'the trial with the worst fit.';
  return [
    'Sessions are open and the application sends nothing. Figures per hour are extrapolated from the measured window. ' +
      `${counted}; 0 means that nothing at all was sent.${sloped}`,
    ...(question.radio === true ? [RADIO] : []),
    ...(silent ? ['There is no ratio to 0, so a column with a 0 is not tested.'] : []),
    ...(weak.length === 0
      ? []
      : [
          `! marks an R² below ${MIN_FIT}, here of ${list(
            weak.map(({ name }) => name),
            'and',
          )}: memory did not grow in proportion to the sessions, so the slope is only approximate.`,
        ]),
  ];
}

function poorFit(rows: readonly Row[], where: string): Warning[] {
  return [sessionMemory, generatorMemory].flatMap(({ metric: { id, title } }) => {
    const poor = rows.flatMap(({ name, cells }) => {
      const cell = cells[id];
      return cell.state === 'shown' && cell.fit !== null && cell.fit < MIN_FIT
        ? [`${name} (R² ${figures(cell.fit)})`]
        : [];
    });
    if (poor.length === 0) return [];
    return [
      {
        text: `${title} (${where}) is only approximate: memory did not grow in proportion to the sessions of ${list(poor, 'and')}.`,
        action: 'Open more sessions (--clients), so that they outweigh what the process itself allocates and frees.',
      },
    ];
  });
}

/** Memory; the radio where no memory was read, as over a network. */
function primary(members: readonly Member[]): MetricId {
  const has = (id: MetricId): boolean => members.some(({ readings }) => readings[id].sample.size > 0);
  return !has('sessionMemory') && has('radioAwake') ? 'radioAwake' : 'sessionMemory';
}

const FIT: readonly TrialColumn[] = [
  measuredColumn('memory.server.r2', 'R² server', ({ fit }) => (fit === null ? '—' : figures(fit.server))),
  measuredColumn('memory.generator.r2', 'R² generator', ({ fit }) => (fit === null ? '—' : figures(fit.generator))),
];

/** Open sessions that send nothing. */
export const idle: KindShape = {
  metrics,
  title: ({ scenario, clients }) => `${scenario}: ${countOf(clients, 'session')}`,
  subject: ({ clients }) => countOf(clients, 'idle session'),
  scenarioText: (scenario) => scenario,
  limit: 'sessions that send nothing',
  judged: {
    // Bytes and CPU of an idle session follow from its ping interval and are often zero, which has no ratio.
    primary,
    incomparable: [],
    betweenRuns: metrics.map(({ metric }) => metric.id),
  },
  steadyRate: false,
  warmedUp: false,
  trialLength: 'asked for',
  wireCost: { metric: 'idleBytes', per: 'session and hour', when: 'in a window of whole heartbeats' },
  csv: [
    { header: 'server_memory_r2', path: 'memory.server.r2', cell: ({ memory }) => memory?.server.r2 },
    { header: 'generator_memory_r2', path: 'memory.generator.r2', cell: ({ memory }) => memory?.generator.r2 },
  ],
  csvBehind: [
    { header: 'radio_tail_seconds', path: 'radio', cell: ({ radio }) => radio?.tailSeconds },
    { header: 'radio_bytes_per_hour', path: 'radio', cell: ({ radio }) => radio?.bytesPerHour },
    { header: 'radio_packets_per_hour', path: 'radio', cell: ({ radio }) => radio?.packetsPerHour },
  ],
  advice: {
    need: 'silence',
    scenarios: 'idle',
    missing: 'idle sessions',
    criteria: { bytes: 'idleBytes', cpu: 'idleCpu', memory: 'sessionMemory' },
  },
};

export const idleReport: KindReport = {
  notes,
  warnings: ({ rows }, where) => poorFit(rows, where),
  trust: [],
  isEcho: () => false,
  figures: ['intervals', 'growth', 'idle', 'browser', 'proxy'],
  effort: null,
  definitions: [
    [
      'Per session and hour',
      'Cost of one open session that sends nothing, extrapolated from the measured window to an hour.',
    ],
    [
      'Memory per session',
      'Slope of resident memory over the number of open sessions, measured after garbage collection. R² says how well a ' +
        'straight line fits; 1 is a perfect fit.',
    ],
    [
      'Radio awake per hour',
      'Seconds of an hour for which a phone’s radio would be awake for one session: 10 s after each of its packets, overlapping times ' +
        'once.',
    ],
  ],
  trialColumns: (group) => [...figuresOf(metrics), ...FIT, ...growth(group)],
};

import { phrasesOf } from '../../../bench/results/case.ts';
import { median } from '../../../bench/results/numbers.ts';
import { scenarioText, shapeOf } from '../../kinds/lookup.ts';
import { countOf, figures, integer } from '../../model/format.ts';
import type { Group, Question, Row, WireRow } from '../../model/model.ts';
import { particularName } from './wire.ts';

/** Dimension that a sweep varies. */
export type Axis = 'rate' | 'clients' | 'size';

/** Questions that differ only in one dimension, by its rising value. */
export type Sweep = {
  readonly axis: Axis;
  readonly title: string;
  readonly groups: readonly Group[];
};

export type SweepPoint = {
  readonly at: number;
  /** Seconds. */
  readonly p99: number | null;
  /** True if the p99 is a lower bound, because the transport was overloaded. */
  readonly bounded: boolean;
  /** Deliveries divided by the offered load, 0 to 1. */
  readonly achieved: number | null;
  /** Bytes beyond the payload, divided by the payload. */
  readonly overhead: number | null;
  /** Reason why there is no p99, or null. */
  readonly reason: string | null;
};

export type SweepSeries = { readonly name: string; readonly floor: boolean; readonly points: readonly SweepPoint[] };

/** Sweeps over questions with messages on a schedule. */
export function sweepsOf(groups: readonly Group[], axis: Axis): Sweep[] {
  const timed = groups.filter(({ question }) => shapeOf(question).steadyRate);
  const alike = Map.groupBy(timed, ({ question }) => JSON.stringify({ ...question, [axis]: null }));
  return [...alike.values()].flatMap((those) => {
    const [first] = those;
    if (first === undefined || those.length < 2) return [];
    const sorted = those.toSorted((a, b) => a.question[axis] - b.question[axis]);
    return [{ axis, title: titleOf(first.question, axis), groups: sorted }];
  });
}

function titleOf(question: Question, axis: Axis): string {
  const { clients, rate, size } = question;
  const parts = [
    ...(axis === 'clients' ? [] : [countOf(clients, 'client')]),
    ...(axis === 'rate' ? [] : [`${figures(rate)} msg/s`]),
    ...(axis === 'size' ? [] : [`${integer(size)} B`]),
  ];
  return [scenarioText(question), 'with', parts.join(', '), ...phrasesOf(question)].join(' ');
}

export function seriesOf({ axis, groups }: Sweep): SweepSeries[] {
  const names = [...new Map(groups.flatMap(({ rows }) => rows.map(({ name, floor }) => [name, floor] as const)))];
  return names.map(([name, floor]) => ({
    name,
    floor,
    points: groups.flatMap(({ question, rows }) => {
      const row = rows.find((candidate) => candidate.name === name);
      return row === undefined ? [] : [pointOf(question[axis], row)];
    }),
  }));
}

function pointOf(at: number, row: Row): SweepPoint {
  const { p99, bytes } = row.cells;
  const payload = row.payload.shown ? row.payload.value : 0;
  return {
    at,
    p99: p99.state === 'shown' ? p99.median : null,
    bounded: p99.state === 'shown' && p99.bounded > 0,
    achieved: achievedOf(row),
    overhead: bytes.state === 'shown' && payload > 0 ? (bytes.median - payload) / payload : null,
    reason: p99.state === 'shown' ? null : p99.reason,
  };
}

/** Deliveries divided by those expected had every due message been sent. */
function achievedOf({ trials }: Row): number | null {
  const shares = trials.flatMap((trial) => {
    if (trial.state !== 'valid') return [];
    const { due, sent, expected, delivered } = trial.messages;
    return due > 0 && sent > 0 ? [delivered / (due * (expected / sent))] : [];
  });
  return shares.length > 0 ? median(shares) : null;
}

/** Smallest share of the offered load that counts as keeping up. */
export const KEEPS_UP = 0.99;

/** Highest value up to which the transport keeps up; null if it does not even at the lowest. */
export function keptUpTo(points: readonly SweepPoint[]): number | null {
  const first = points.findIndex(({ achieved }) => achieved === null || achieved < KEEPS_UP);
  const kept = first < 0 ? points : points.slice(0, first);
  return kept.at(-1)?.at ?? null;
}

/** Overhead by message size as scenario `wire` counted it, on the link or else at the sockets. */
export function overheadOf(rows: readonly WireRow[]): {
  readonly layer: 'link' | 'socket';
  readonly series: SweepSeries[];
} {
  const linked = rows.some(({ up, down }) => up?.link != null && down?.link != null);
  const layer = linked ? 'link' : 'socket';
  const series = [...Map.groupBy(rows, particularName)].map(([name, those]) => ({
    name,
    floor: those.some(({ floor }) => floor),
    points: those.toSorted((a, b) => a.size - b.size).map((row) => wirePoint(row, layer)),
  }));
  return {
    layer,
    series: series.filter(({ points }) => points.filter(({ overhead }) => overhead !== null).length > 1),
  };
}

function wirePoint({ size, up, down, reason }: WireRow, layer: 'link' | 'socket'): SweepPoint {
  const [there, back] = [up?.[layer]?.measured, down?.[layer]?.measured];
  const overhead = there === undefined || back === undefined ? null : (there + back) / (2 * size) - 1;
  return {
    at: size,
    p99: null,
    bounded: false,
    achieved: null,
    overhead,
    reason: overhead === null ? (reason ?? 'not counted') : null,
  };
}

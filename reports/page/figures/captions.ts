import { layerSentence } from '../../analysis/sentences.ts';
import { shapeOf } from '../../kinds/lookup.ts';
import { cellFigure, change, countOf, figures, inUnit, list, ratio, share } from '../../model/format.ts';
import { objectiveText } from '../../model/group.ts';
import type { Metric, MetricId } from '../../model/metrics.ts';
import type { Cell, Group, Row } from '../../model/model.ts';
import type { Word } from '../../model/verdict.ts';

/** What each figure shows, in words made from its numbers. */

export const choicesOf = ({ rows }: Pick<Group, 'rows'>): Row[] => rows.filter(({ floor }) => !floor);

type Seen = { readonly name: string; readonly median: number };

function seen(rows: readonly Row[], id: MetricId): Seen[] {
  return rows
    .flatMap(({ name, cells }) => {
      const cell = cells[id];
      return cell.state === 'shown' ? [{ name, median: cell.median }] : [];
    })
    .toSorted((a, b) => a.median - b.median);
}

export function curveTakeaway(group: Group): string {
  const { metric } = group.columns[group.primary];
  const values = seen(choicesOf(group), group.primary);
  const [lowest] = values;
  const highest = values.at(-1);
  if (lowest === undefined || highest === undefined) return 'No choice has enough valid samples for a curve.';
  const figure = ({ median }: Seen) => `${inUnit(metric, median)} ${metric.unit}`;
  if (values.length === 1) return `${lowest.name}: median ${metric.id} of ${figure(lowest)}.`;
  return (
    `Median ${metric.id} runs from ${figure(lowest)} (${lowest.name}) to ${figure(highest)} ` +
    `(${highest.name}), ${ratio(highest.median / lowest.median)} as long.`
  );
}

/** How far apart latencies of one choice are, whatever they are: what a pooled distribution is for. */
export function distributionTakeaway(group: Group): string {
  const spreads = choicesOf(group)
    .flatMap(({ name, pooled }) => {
      const at = (wanted: number) => pooled.find(({ share }) => share === wanted)?.seconds ?? 0;
      return at(0.25) > 0 ? [{ name, width: ratio(at(0.95) / at(0.25)), sortBy: at(0.95) / at(0.25) }] : [];
    })
    .toSorted((a, b) => a.sortBy - b.sortBy);
  const [least] = spreads;
  const most = spreads.at(-1);
  if (least === undefined || most === undefined) return 'No choice has enough valid samples for a distribution.';
  if (least === most) return `${least.name}: the 95th percentile is ${least.width} the 25th.`;
  return (
    `From the 25th percentile to the 95th latency grows least with ${least.name} (${least.width}) ` +
    `and most with ${most.name} (${most.width}).`
  );
}

function said(word: Exclude<Word, 'not supported' | 'unavailable'>, { words }: Metric): string {
  switch (word) {
    case 'better':
    case 'worse':
      return `shown ${words[word]} than`;
    case 'equivalent':
      return 'equivalent to';
    case 'not separated':
      return 'not separated from';
    case 'not testable':
      return 'not testable against';
  }
}

export function intervalTakeaway(group: Group, id: MetricId): string {
  const { metric, best: bestId } = group.columns[id];
  const best = group.rows.find(({ caseId }) => caseId === bestId);
  if (best === undefined) return `No choice has a figure for ${metric.title} to compare.`;
  const words = choicesOf(group).flatMap(({ cells }) => {
    const cell = cells[id];
    return cell.state === 'shown' && cell.verdict !== null ? [cell.verdict.word] : [];
  });
  const parts = (['worse', 'better', 'equivalent', 'not separated', 'not testable'] as const).flatMap((word) => {
    const count = words.filter((other) => other === word).length;
    return count === 0 ? [] : [`${count} ${said(word, metric)} ${best.name}`];
  });
  if (parts.length === 0) return `${best.name} is the only choice with a figure for ${metric.title}.`;
  return `By ${metric.name}, of ${countOf(words.length, 'other choice')}: ${list(parts, 'and')}.`;
}

export function bytesTakeaway(group: Group): string {
  const values = seen(choicesOf(group), 'bytes');
  const [lightest] = values;
  const heaviest = values.at(-1);
  if (lightest === undefined || heaviest === undefined) return 'No choice delivered a message to count the bytes of.';
  const row = group.rows.find(({ name }) => name === lightest.name);
  const overhead = row?.payload.shown ? lightest.median - row.payload.value : Number.NaN;
  const framing = overhead > 0 ? `, ${figures(overhead)} B of them overhead` : '';
  const first = `${lightest.name} spends ${figures(lightest.median)} B on a delivered message${framing}`;
  if (heaviest.median === lightest.median) return `${first}.`;
  return `${first}; ${heaviest.name} ${figures(heaviest.median)} B (${change(heaviest.median / lightest.median)}).`;
}

export const bytesNote = ({ layer, rows, question }: Group): string => {
  const split = rows.some(({ socketBytes }) => socketBytes.shown);
  return (
    `Per delivered message, ${shapeOf(question).wireCost?.when ?? 'in steady state'}, ` +
    `connection set-up apart; ${layerSentence(layer)}. Payload is what the ` +
    'application sent: the message on its way up, shared over its deliveries, and on its way down.' +
    (split ? ' Framing: what the sockets carried beyond it. TCP/IP: what the link carried beyond the sockets.' : '')
  );
};

type Found = { readonly name: string; readonly cell: Extract<Cell, { state: 'shown' }> };

export function loadTakeaway(group: Group): string {
  const { metric } = group.columns.capacity;
  const found = choicesOf(group)
    .flatMap(({ name, cells: { capacity } }): Found[] => (capacity.state === 'shown' ? [{ name, cell: capacity }] : []))
    .toSorted((a, b) => a.cell.median - b.cell.median);
  const [least] = found;
  const most = found.at(-1);
  const { objective } = group.question;
  if (least === undefined || most === undefined) return 'No search of any choice was finished.';
  const under = objective === null ? '' : ` under ${objectiveText(objective)}`;
  const figure = ({ name, cell }: Found) => `${cellFigure(metric, cell)} msg/s (${name})`;
  if (least === most) return `Capacity${under}: ${figure(least)}.`;
  return `Capacities${under} run from ${figure(least)} to ${figure(most)}.`;
}

export function loadNote(rows: readonly Row[]): string {
  const steps = rows.flatMap(({ searches }) => searches.flatMap((search) => search.steps));
  const silent = steps.filter(({ p99 }) => p99 === null).length;
  const crossed = steps.filter(({ outcome, p99 }) => outcome === 'generator' && p99 !== null).length;
  return [
    'Every step of every search. Above: deliveries over what was offered. Below, thick line: p99; thin line: p50, each the median of steps of about the same rate. ' +
      'Filled dot: objective met; hollow: missed by the server',
    crossed > 0 ? '; ✕: not offered as planned, because the load generator could not, and no part of the lines' : '',
    '. Large mark: the found rate, median over trials. Beyond the knee latency is that of a growing queue',
    silent > 0
      ? `; ${countOf(silent, 'step')} with too few deliveries for a p99 ${silent === 1 ? 'is' : 'are'} left out`
      : '',
    '.',
  ].join('');
}

export function trialsTakeaway({ rows }: Group): string {
  const states = rows.flatMap(({ trials }) => trials.map(({ state }) => state));
  const valid = states.filter((state) => state === 'valid').length;
  if (states.length === 0) return 'No trial was run.';
  const rest = (['suspect', 'invalid', 'failed'] as const).flatMap((state) => {
    const count = states.filter((other) => other === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const others = rest.length === 0 ? '' : `; ${list(rest, 'and')}, which feed no number`;
  return `${valid} of ${countOf(states.length, 'trial')} (${share(valid / states.length)}) valid${others}.`;
}

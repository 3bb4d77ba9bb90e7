import { change, countOf, figures, inUnit, list, ratio, share } from '../analysis/format.ts';
import type { MetricId } from '../analysis/metrics.ts';
import type { Group, Row } from '../analysis/model.ts';
import { layerSentence } from '../analysis/sentences.ts';
import type { Word } from '../analysis/verdict.ts';

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

const SAID: Readonly<Record<Exclude<Word, 'not supported'>, string>> = {
  worse: 'shown slower than',
  better: 'shown faster than',
  equivalent: 'equivalent to',
  'not separated': 'not separated from',
  'not testable': 'not testable against',
};

export function intervalTakeaway(group: Group): string {
  const best = group.rows.find(({ caseId }) => caseId === group.columns[group.primary].best);
  if (best === undefined) return `No choice has a ${group.primary} to compare.`;
  const words = choicesOf(group).flatMap(({ cells }) => {
    const cell = cells[group.primary];
    return cell.state === 'shown' && cell.verdict !== null ? [cell.verdict.word] : [];
  });
  const parts = (['worse', 'better', 'equivalent', 'not separated', 'not testable'] as const).flatMap((word) => {
    const count = words.filter((other) => other === word).length;
    return count === 0 ? [] : [`${count} ${SAID[word]} ${best.name}`];
  });
  if (parts.length === 0) return `${best.name} is the only choice with a ${group.primary}.`;
  return `By ${group.primary}, of ${countOf(words.length, 'other choice')}: ${list(parts, 'and')}.`;
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

export const bytesNote = (group: Group): string =>
  `Up and down together, per delivered message, in steady state; ${layerSentence(group.layer)}. Payload is what the ` +
  'application sent: the message on its way up, shared over its deliveries, and on its way down.';

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

import { layerSentence } from '../../analysis/sentences.ts';
import { rerunText } from '../../analysis/status.ts';
import { batchingNote, batchingText } from '../../kinds/batching.ts';
import { shapeOf } from '../../kinds/lookup.ts';
import { boundMark, cellFigure, change, countOf, figures, list, ratio, share } from '../../model/format.ts';
import { objectiveText } from '../../model/group.ts';
import type { Metric, MetricId } from '../../model/metrics.ts';
import type { Cell, Group, Row } from '../../model/model.ts';
import { VERDICTS, type Word } from '../../model/verdict.ts';

/** Rows of a question that can be chosen: all but the floor. */
export const choicesOf = ({ rows }: Pick<Group, 'rows'>): Row[] => rows.filter(({ floor }) => !floor);

/** Row with its median of one metric, which may be a lower bound. */
type Ranked = { readonly name: string; readonly median: number; readonly bounded: number };

function ranked(rows: readonly Row[], id: MetricId): Ranked[] {
  return rows
    .flatMap(({ name, cells }) => {
      const cell = cells[id];
      return cell.state === 'shown' ? [{ name, median: cell.median, bounded: cell.bounded }] : [];
    })
    .toSorted((a, b) => a.median - b.median);
}

/** End of a note that says which lines are lower bounds. */
export function overloadNote(rows: readonly Pick<Row, 'name' | 'overload'>[]): string {
  const names = rows.filter(({ overload }) => overload !== null).map(({ name }) => name);
  if (names.length === 0) return '';
  return (
    ` ≥: ${list(names, 'and')} ${names.length === 1 ? 'was' : 'were'} overloaded, so that latencies are lower bounds: ` +
    'messages that never came count as having come when the wait for them ended.'
  );
}

export function curveTakeaway(group: Group): string {
  // A curve shows latencies, whatever decides the question.
  const id = group.primary === 'in-time' ? 'p99' : group.primary;
  const { metric } = group.columns[id];
  const values = ranked(choicesOf(group), id);
  const [lowest] = values;
  const highest = values.at(-1);
  if (lowest === undefined || highest === undefined) return 'No choice has enough valid samples for a curve.';
  const figure = (one: Ranked) => `${cellFigure(metric, one)} ${metric.unit}`;
  if (values.length === 1) return `${lowest.name}: median ${metric.id} of ${figure(lowest)}.`;
  return (
    `Median ${metric.id} ranges from ${figure(lowest)} (${lowest.name}) to ${figure(highest)} ` +
    `(${highest.name})${lowest.bounded > 0 ? '' : `: ${boundMark(highest.bounded > 0)}${ratio(highest.median / lowest.median)} as long`}.`
  );
}

/** Says how far the latencies of each choice spread, which is what a pooled distribution shows. */
export function distributionTakeaway(group: Group): string {
  const spreads = choicesOf(group)
    .filter(({ overload }) => overload === null)
    .flatMap(({ name, pooled }) => {
      const at = (wanted: number) => pooled.find(({ share }) => share === wanted)?.seconds ?? 0;
      return at(0.25) > 0 ? [{ name, width: ratio(at(0.95) / at(0.25)), sortBy: at(0.95) / at(0.25) }] : [];
    })
    .toSorted((a, b) => a.sortBy - b.sortBy);
  const [least] = spreads;
  const most = spreads.at(-1);
  if (least === undefined || most === undefined)
    return 'No choice that kept up has enough valid samples for a distribution.';
  if (least === most) return `The 95th percentile of latency is ${least.width} the 25th (${least.name}).`;
  return (
    `Latency spreads least with ${least.name}, whose 95th percentile is ${least.width} its 25th, ` +
    `and most with ${most.name} (${most.width}).`
  );
}

function phraseOf(word: Exclude<Word, 'not supported' | 'unavailable'>, { words }: Metric): string {
  switch (word) {
    case 'better':
    case 'worse':
      return `shown ${words[word]} than`;
    case 'equivalent':
      return 'equivalent to';
    case 'no practical difference':
      return 'without a practical difference to';
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
    return cell.state === 'shown' && cell.practical !== null ? [cell.practical.word] : [];
  });
  const counts = VERDICTS.flatMap((word) => {
    const count = words.filter((other) => other === word).length;
    return count === 0 ? [] : [{ count, phrase: `${phraseOf(word, metric)} ${best.name}` }];
  });
  if (counts.length === 0) return `${best.name} is the only choice with a figure for ${metric.title}.`;
  const parts = counts.map(({ count, phrase }, index) => {
    const of = index === 0 ? ` of ${countOf(words.length, 'other choice')}` : '';
    return `${count}${of} ${count === 1 ? 'is' : 'are'} ${phrase}`;
  });
  return `By ${metric.name}${batchingText(best, metric, group.question)}, ${list(parts, 'and')}.`;
}

export function bytesTakeaway(group: Group): string {
  const values = ranked(choicesOf(group), 'bytes');
  const [lightest] = values;
  const heaviest = values.at(-1);
  if (lightest === undefined || heaviest === undefined)
    return 'No choice delivered a message, so there are no bytes to count.';
  const row = group.rows.find(({ name }) => name === lightest.name);
  const overhead = row?.payload.shown ? lightest.median - row.payload.value : Number.NaN;
  const framing = overhead > 0 ? `, of which ${figures(overhead)} B are overhead` : '';
  const shared = row === undefined ? '' : batchingText(row, group.columns.bytes.metric, group.question);
  const first = `${figures(lightest.median)} B on each delivered message${framing}${shared}`;
  if (heaviest.median === lightest.median) return `${lightest.name} spends ${first}.`;
  return (
    `${lightest.name} spends the fewest bytes, ${first}; ${heaviest.name} spends the most, ` +
    `${figures(heaviest.median)} B (${change(heaviest.median / lightest.median)}).`
  );
}

/** End of a note about costs that several messages share; empty if none do. */
export function batchingEnd({ rows, question }: Pick<Group, 'rows' | 'question'>): string {
  const note = batchingNote(rows, question);
  return note === null ? '' : ` ${note}`;
}

export const bytesNote = ({ layer, rows, question }: Group): string => {
  const split = rows.some(({ socketBytes }) => socketBytes.shown);
  return (
    `Bytes per delivered message ${shapeOf(question).wireCost?.when ?? 'in steady state'}, ` +
    `without connection set-up; ${layerSentence(layer)}. Payload: the application’s own bytes, of the message on its way up ` +
    '(divided by its deliveries) and on its way down.' +
    (split
      ? ' Framing: what the sockets carried beyond the payload. TCP/IP: what the link carried beyond the sockets.'
      : '') +
    batchingEnd({ rows, question })
  );
};

type WithCapacity = { readonly name: string; readonly cell: Extract<Cell, { state: 'shown' }> };

export function loadTakeaway(group: Group): string {
  const { metric } = group.columns.capacity;
  const capacities = choicesOf(group)
    .flatMap(({ name, cells: { capacity } }): WithCapacity[] =>
      capacity.state === 'shown' ? [{ name, cell: capacity }] : [],
    )
    .toSorted((a, b) => a.cell.median - b.cell.median);
  const [least] = capacities;
  const most = capacities.at(-1);
  const { objective } = group.question;
  if (least === undefined || most === undefined) return 'No choice finished a search for its capacity.';
  const within = objective === null ? '' : ` with ${objectiveText(objective)}`;
  const figure = ({ name, cell }: WithCapacity) => `${cellFigure(metric, cell)} msg/s (${name})`;
  if (least === most) return `Capacity${within}: ${figure(least)}.`;
  const limited = capacities.some(({ cell }) => cell.bounded > 0)
    ? ' At least (≥) is no rank: the load generator was the limit.'
    : '';
  return `Capacity${within} ranges from ${figure(least)} to ${figure(most)}.${limited}`;
}

export function loadNote(rows: readonly Row[]): string {
  const steps = rows.flatMap(({ searches }) => searches.flatMap((search) => search.steps));
  const silent = steps.filter(({ p99 }) => p99 === null).length;
  const crossed = steps.filter(({ outcome, p99 }) => outcome === 'generator' && p99 !== null).length;
  return [
    'The chart has every step of every search. Upper panel: share of the offered messages that was delivered. Lower panel: thick line p99, ' +
      'thin line p50, each the median of steps at about the same rate. Filled dot: the server met the objective; hollow dot: the server missed it.',
    ...(crossed > 0
      ? ['✕: the load generator could not offer the rate as planned; the lines leave such steps out.']
      : []),
    'Large mark: the capacity, median over trials. Beyond the knee of a line, latency is that of a growing queue.',
    ...(silent > 0 ? [`Not drawn: ${countOf(silent, 'step')} with too few deliveries for a p99.`] : []),
  ].join(' ');
}

export function trialsTakeaway({ rows }: Group): string {
  const trials = rows.flatMap((row) => row.trials);
  const states = trials.filter(({ replaced }) => !replaced).map(({ state }) => state);
  const valid = states.filter((state) => state === 'valid').length;
  if (states.length === 0) return 'No trial was run.';
  const rest = (['suspect', 'invalid', 'failed'] as const).flatMap((state) => {
    const count = states.filter((other) => other === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const again = rerunText({ reruns: trials.filter(({ replaces }) => replaces !== null).length });
  const others = rest.length === 0 ? '' : `; ${list(rest, 'and')} count towards no figure`;
  return `${valid} of ${countOf(states.length, 'trial')} (${share(valid / states.length)}) ${valid === 1 ? 'is' : 'are'} valid${others}.${again === null ? '' : ` ${again}`}`;
}

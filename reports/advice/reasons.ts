import type { Bootstrap, Sample } from '../analysis/bootstrap.ts';
import { verdictFigures } from '../analysis/format.ts';
import { judge } from '../analysis/judge.ts';
import type { Reading as MemberReading } from '../analysis/member.ts';
import { extreme, forEachMetric, type MetricId, metric } from '../analysis/metrics.ts';
import type { Cell, Group } from '../analysis/model.ts';
import { ICONS, type Verdict } from '../analysis/verdict.ts';
import type { Candidate } from './candidates.ts';
import { cellIn, cellOf, type Reading } from './cost.ts';
import type { Reason } from './model.ts';
import type { Settled } from './settle.ts';

const REASONS = 3;

type Judging = { readonly groups: readonly Group[]; readonly bootstrap: Bootstrap };

/** As a logarithm: costs this near are the same. */
const SAME = 1e-9;

/**
 * What speaks for or against an option, where the weights and the differences are largest, with figures and verdicts. What
 * speaks for it comes first where it is recommended, and last where it is not.
 */
export function reasonsOf(
  candidate: Candidate,
  settled: Settled,
  { groups, bootstrap }: Judging,
  recommended: boolean,
): Reason[] {
  const counting = settled.readings.filter(({ dropped }) => dropped === null);
  return counting
    .map((reading) => ({
      reading,
      moved: reading.weight * Math.max(0.05, differenceOf(candidate, reading)),
      speaks: isBest(candidate, reading) ? ('for' as const) : ('against' as const),
    }))
    .toSorted(
      (a, b) =>
        Number(recommended === (b.speaks === 'for')) - Number(recommended === (a.speaks === 'for')) ||
        b.moved - a.moved,
    )
    .slice(0, REASONS)
    .map(({ reading, speaks }) => ({ speaks, ...reasonOf(candidate, reading, { groups, bootstrap }) }));
}

const isBest = ({ name }: Candidate, { logs }: Reading): boolean =>
  (logs.get(name) ?? Number.POSITIVE_INFINITY) <= Math.min(...logs.values()) + SAME;

/** How far it lies from the best, as a logarithm; for the best itself, how far the next is. */
function differenceOf({ name }: Candidate, { logs }: Reading): number {
  const own = logs.get(name) ?? 0;
  const others = [...logs].filter(([other]) => other !== name).map(([, log]) => log);
  return Math.abs(own - Math.min(...(others.length > 0 ? others : [own])));
}

function reasonOf(candidate: Candidate, reading: Reading, judging: Judging): Omit<Reason, 'speaks'> {
  const { metric: id, group: groupId, tag, name } = reading;
  const { groups, bootstrap } = judging;
  const { figure } = cellOf(candidate, reading, groups, null);
  const where = { tag, metric: id, group: groupId };
  const group = groups.find((one) => one.id === groupId);
  if (id === null || group === undefined) return { ...where, text: `${name}: ${figure}` };
  return { ...where, text: `${metric(id).title} ${figure}${comparison(candidate, reading, { id, group, bootstrap })}` };
}

/** Verdict against the best of those in question, which need not be the column's best: that one may be ruled out. */
function comparison(
  { name }: Candidate,
  { logs }: Reading,
  { id, group, bootstrap }: { id: MetricId; group: Group; bootstrap: Bootstrap },
): string {
  const [best] = [...logs].toSorted(([a, left], [b, right]) => left - right || (a < b ? -1 : 1));
  if (best === undefined || logs.size < 2) return ': nothing else in question';
  if (best[0] === name) return `: ${extreme(metric(id))} of those in question`;
  const verdict = verdictOf(name, best[0], { id, group, bootstrap, comparisons: logs.size - 1 });
  const figures = verdictFigures(verdict);
  const against = { worse: 'than', better: 'than', equivalent: 'to', 'not separated': 'from' };
  const word = verdict.word;
  const preposition = word === 'not testable' || word === 'not supported' ? 'against' : against[word];
  return `: ${ICONS[word]} ${word} ${preposition} ${best[0]}${figures === null ? '' : `, ${figures}`}`;
}

/** Verdicts of a group, by who and by what: other weights ask for the same ones again. */
const judged = new WeakMap<Group, Map<string, Verdict>>();

function verdictOf(
  name: string,
  best: string,
  { id, group, bootstrap, comparisons }: { id: MetricId; group: Group; bootstrap: Bootstrap; comparisons: number },
): Verdict {
  const known = judged.get(group) ?? new Map<string, Verdict>();
  judged.set(group, known);
  const key = [id, name, best, comparisons].join('\0');
  const before = known.get(key);
  if (before !== undefined) return before;
  const rule = { band: group.columns[id].band, comparisons, bootstrap, barrier: null };
  const verdict = judge(id, sideOf(group, name, id), sideOf(group, best, id), rule);
  known.set(key, verdict);
  return verdict;
}

/** A cell has all that a verdict is made from. */
function sideOf(group: Group, name: string, id: MetricId) {
  const cell = cellIn(group, name, id);
  return { name, readings: forEachMetric((one) => (one === id ? readingOf(cell) : NOTHING)) };
}

function readingOf(cell: Cell): MemberReading {
  if (cell.state === 'not shown') return { ...NOTHING, reason: cell.reason };
  const { values, median, bounded, fit } = cell;
  const sample: Sample = new Map(values.map(({ block, value }) => [block, value]));
  return { sample, median, bounded, fit, reason: '' };
}

const NOTHING: MemberReading = { sample: new Map(), median: Number.NaN, reason: '', bounded: 0, fit: null };

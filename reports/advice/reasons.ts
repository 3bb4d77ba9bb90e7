import { judge } from '../analysis/judge.ts';
import { forEachMetric, metric } from '../kinds/lookup.ts';
import { verdictFigures } from '../model/format.ts';
import type { Reading as MemberReading } from '../model/member.ts';
import { extreme, type MetricId } from '../model/metrics.ts';
import type { Cell, Group } from '../model/model.ts';
import { ICONS, type Verdict } from '../model/verdict.ts';
import type { Bootstrap, Sample } from '../stats/bootstrap.ts';
import type { Candidate } from './candidates.ts';
import { cellIn, cellOf, type Reading } from './cost.ts';
import type { Evaluation } from './evaluate.ts';
import type { NeedCell, Reason } from './model.ts';
import { needName } from './questions/needs.ts';

const MAX_REASONS = 3;

type Judging = { readonly groups: readonly Group[]; readonly bootstrap: Bootstrap };

/** Difference of logarithms up to which costs count as equal. */
const SAME = 1e-9;

/**
 * Reasons for and against an option with figures and verdicts, from the criteria where weight and difference are largest. Reasons
 * for it come first if it is recommended and last if it is not. A single candidate has only needs in its favour, because its figures
 * have nothing to be compared with.
 */
export function reasonsOf(
  candidate: Candidate,
  evaluation: Evaluation,
  { groups, bootstrap }: Judging,
  recommended: boolean,
): Reason[] {
  const counting = evaluation.readings.filter(({ dropped }) => dropped === null);
  const weightiest = counting
    .map((reading) => ({
      reading,
      moved: reading.weight * Math.max(0.05, differenceOf(candidate, reading)),
      isBest: isBest(candidate, reading),
    }))
    .toSorted((a, b) => Number(recommended === b.isBest) - Number(recommended === a.isBest) || b.moved - a.moved)
    .map(({ reading }) => reading);
  const needed = evaluation.costs.size === 1 ? needReasons(candidate, evaluation).slice(0, MAX_REASONS) : [];
  const weighed = weightiest
    .slice(0, MAX_REASONS - needed.length)
    .map((reading) => reasonOf(candidate, reading, { groups, bootstrap }));
  const order = recommended ? ORDER : ORDER.toReversed();
  return [...needed, ...weighed.toSorted((a, b) => order.indexOf(a.speaks) - order.indexOf(b.speaks))];
}

const ORDER: readonly Reason['speaks'][] = ['for', 'neither', 'against'];

/** Reasons from needs that the candidate meets and others fail, starting with the need that the most others fail. */
function needReasons({ needs }: Candidate, { candidates }: Evaluation): Reason[] {
  const failing = (need: NeedCell['need']): number =>
    candidates.filter((other) => other.needs.some((cell) => cell.need === need && cell.value === 'no')).length;
  return needs
    .filter(({ value, need }) => value === 'yes' && failing(need) > 0)
    .toSorted((a, b) => failing(b.need) - failing(a.need))
    .map(({ need, note, source, tag }) => {
      const others = failing(need);
      const rest = others === 1 ? 'one other option fails this need' : `${others} other options fail this need`;
      return { speaks: 'for', text: `${needName(need)}: ${note}; ${rest}`, tag, source, metric: null, group: null };
    });
}

const isBest = ({ name }: Candidate, { logs }: Reading): boolean =>
  (logs.get(name) ?? Number.POSITIVE_INFINITY) <= Math.min(...logs.values()) + SAME;

/** Difference of logarithms between a candidate and the best, or between the best and the next. */
function differenceOf({ name }: Candidate, { logs }: Reading): number {
  const own = logs.get(name) ?? 0;
  const others = [...logs].filter(([other]) => other !== name).map(([, log]) => log);
  return Math.abs(own - Math.min(...(others.length > 0 ? others : [own])));
}

function reasonOf(candidate: Candidate, reading: Reading, judging: Judging): Reason {
  const { metric: id, group: groupId, name, logs } = reading;
  const { groups, bootstrap } = judging;
  const { figure, tag } = cellOf(candidate, reading, groups, null);
  const where = { tag, source: null, metric: id, group: groupId };
  const group = groups.find((one) => one.id === groupId);
  if (id === null || group === undefined) {
    const differ = Math.max(...logs.values()) > Math.min(...logs.values()) + SAME;
    const speaks = !differ ? 'neither' : isBest(candidate, reading) ? 'for' : 'against';
    return { ...where, speaks, text: `${name}: ${figure}` };
  }
  const { speaks, said } = comparison(candidate, reading, { id, group, bootstrap });
  return { ...where, speaks, text: `${metric(id).title} ${figure}: ${said}` };
}

/**
 * Compares a candidate with the best one, and the best one with the next. The column's best is not used, because it may be ruled out.
 */
function comparison(
  { name }: Candidate,
  { logs }: Reading,
  { id, group, bootstrap }: { id: MetricId; group: Group; bootstrap: Bootstrap },
): Pick<Reason, 'speaks'> & { readonly said: string } {
  const [best, next] = [...logs].toSorted(([a, left], [b, right]) => left - right || (a < b ? -1 : 1));
  if (best === undefined || next === undefined)
    return { speaks: 'neither', said: 'no other candidate to compare with' };
  const [other] = best[0] === name ? next : best;
  const verdict = verdictOf(name, other, { id, group, bootstrap, comparisons: logs.size - 1 });
  const figures = verdictFigures(verdict);
  const prepositions = { worse: 'than', better: 'than', equivalent: 'to', 'not separated': 'from' };
  const { word } = verdict;
  const preposition = word === 'not testable' || word === 'not supported' ? 'against' : prepositions[word];
  const compared = `${ICONS[word]} ${word} ${preposition} ${other}${figures === null ? '' : `, ${figures}`}`;
  return {
    speaks: word === 'better' ? 'for' : word === 'worse' ? 'against' : 'neither',
    said: best[0] === name ? `${extreme(metric(id))} of the candidates, ${compared}` : compared,
  };
}

/** Verdicts of a group by candidates and metric, cached because every change of weights needs them again. */
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

/** Readings of one cell, in the form that a verdict is made from. */
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

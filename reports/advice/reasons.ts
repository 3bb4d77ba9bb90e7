import { judge } from '../analysis/judge.ts';
import { judgePractically } from '../analysis/practical.ts';
import { batchingText } from '../kinds/batching.ts';
import { forEachMetric, metric } from '../kinds/lookup.ts';
import { amountText, verdictFigures } from '../model/format.ts';
import type { Reading as MemberReading } from '../model/member.ts';
import { extreme, type MetricId } from '../model/metrics.ts';
import type { Cell, Group } from '../model/model.ts';
import { ICONS, type Verdict } from '../model/verdict.ts';
import type { Bootstrap, Sample } from '../stats/bootstrap.ts';
import type { Candidate } from './candidates.ts';
import { cellIn, cellOf, costSign, type Reading } from './cost.ts';
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
      const text = `${needName(need)}: ${note}; ${rest}`;
      return { speaks: 'for', text, tag, source, metric: null, group: null, verdict: null };
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
    return { ...where, speaks, text: `${name}: ${figure}`, verdict: null };
  }
  const { speaks, said, verdict } = comparison(candidate, reading, { id, group, bootstrap });
  const shared = batchingText(candidate.row, metric(id), group.question);
  return { ...where, speaks, text: `${metric(id).title} ${figure}${shared}: ${said}`, verdict };
}

/**
 * Compares a candidate with the best one, and the best one with the next. The column's best is not used, because it may be ruled out.
 */
function comparison(
  { name }: Candidate,
  { logs, absolute }: Reading,
  { id, group, bootstrap }: { id: MetricId; group: Group; bootstrap: Bootstrap },
): Pick<Reason, 'speaks' | 'verdict'> & { readonly said: string } {
  const figureIn = (one: string): number => costSign(id) * readingOf(cellIn(group, one, id)).median;
  const [best, next] = [...logs.keys()].toSorted((a, b) => figureIn(a) - figureIn(b) || (a < b ? -1 : 1));
  if (best === undefined || next === undefined)
    return { speaks: 'neither', said: 'no other candidate to compare with', verdict: null };
  const other = best === name ? next : best;
  const rule = { id, group, bootstrap, absolute, comparisons: logs.size - 1 };
  const { practical: verdict, statistical } = verdictsOf(name, other, rule);
  const figures = verdictFigures(verdict);
  const prepositions = {
    worse: 'than',
    better: 'than',
    equivalent: 'to',
    'no practical difference': 'to',
    'not separated': 'from',
  };
  const { word } = verdict;
  const preposition = word === 'not testable' || word === 'not supported' ? 'against' : prepositions[word];
  // A difference that is shown, and may be too small to notice.
  const open =
    word === 'not separated' && statistical.word !== word ? ` by more than ${amountText(metric(id), absolute)}` : '';
  const shared = group.rows.find((row) => row.name === other);
  const whom = `${other}${shared === undefined ? '' : batchingText(shared, metric(id), group.question)}`;
  const compared = `${ICONS[word]} ${word}${open} ${preposition} ${whom}${figures === null ? '' : `, ${figures}`}`;
  return {
    speaks: word === 'better' ? 'for' : word === 'worse' ? 'against' : 'neither',
    verdict: { statistical: statistical.word, practical: word },
    said:
      best === name && !isLimited(group, name, id) ? `${extreme(metric(id))} of the candidates, ${compared}` : compared,
  };
}

/** True for a lower bound, which is no place in an order. */
function isLimited(group: Group, name: string, id: MetricId): boolean {
  const cell = cellIn(group, name, id);
  return cell.state === 'shown' && cell.bounded > 0;
}

/** Verdicts of a group by candidates and metric, cached because every change of weights needs them again. */
type Verdicts = { readonly statistical: Verdict; readonly practical: Verdict };
const judged = new WeakMap<Group, Map<string, Verdicts>>();

function verdictsOf(
  name: string,
  best: string,
  { id, group, bootstrap, absolute, comparisons }: VerdictRule,
): Verdicts {
  const known = judged.get(group) ?? new Map<string, Verdicts>();
  judged.set(group, known);
  const key = [id, name, best, absolute, comparisons].join('\0');
  const before = known.get(key);
  if (before !== undefined) return before;
  const rule = { band: group.columns[id].band, absolute, comparisons, bootstrap, barrier: null };
  const sides = [sideOf(group, name, id), sideOf(group, best, id)] as const;
  const verdicts = { statistical: judge(id, ...sides, rule), practical: judgePractically(id, ...sides, rule) };
  known.set(key, verdicts);
  return verdicts;
}

type VerdictRule = {
  readonly id: MetricId;
  readonly group: Group;
  readonly bootstrap: Bootstrap;
  readonly absolute: number;
  readonly comparisons: number;
};

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

import { MIN_TRIALS } from '../../bench/results/rules.ts';
import { metric } from '../kinds/lookup.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Apart, TierEntry, Tiers, Untested } from '../model/model.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Bootstrap, commonBlocks } from '../stats/bootstrap.ts';
import { bestFirst, isTestable, type JudgedColumn } from './column.ts';
import { limitedBy } from './judge.ts';
import { judgePractically } from './practical.ts';

type TierRule = {
  readonly band: number;
  readonly absolute: number;
  readonly bootstrap: Bootstrap;
  readonly barrier: string | null;
};

/** Other columns of the group, by which leaders are told apart. */
type Others = {
  readonly others: readonly MetricId[];
  readonly rule: (id: MetricId) => TierRule;
  readonly judged: Readonly<Record<MetricId, JudgedColumn>>;
};

/**
 * Divides a group into tiers: the best choice and all that are not shown to be worse than it by what could be noticed, then the best
 * of the rest, and so on. No choice wins by its median alone.
 */
export function tiersOf(id: MetricId, members: readonly Member[], rule: TierRule, columns: Others): Tiers {
  const choices = members.filter(({ floor }) => !floor).toSorted(bestFirst(id));
  const candidates = rule.barrier === null ? choices.filter((member) => isTestable(id, member)) : [];
  const untested = choices.filter((member) => !candidates.includes(member)).map((member) => untestedOf(id, member));
  if (candidates.length === 0) {
    return { kind: 'untestable', reason: rule.barrier ?? untestableFor(id, choices), untested };
  }
  const comparisons = Math.max(1, candidates.length - 1);
  const verdictOn = (left: Member, right: Member): Verdict =>
    judgePractically(id, left, right, { ...rule, comparisons });
  const shares = topShares(id, candidates, rule);
  const tiers: TierEntry[][] = [];
  const leader = candidates[0];
  let rest = candidates;
  while (rest.length > 0) {
    const [first, ...others] = rest;
    if (first === undefined) break;
    const judged = others.map((member) => ({ member, verdict: verdictOn(member, first) }));
    const [unjudged, ...more] = judged.filter(({ verdict }) => isUntested(verdict));
    if (tiers.length === 0 && unjudged !== undefined && more.length + 1 === judged.length) {
      const limited = candidates.some(({ readings }) => readings[id].bounded > 0);
      const said = 'reason' in unjudged.verdict ? unjudged.verdict.reason : '';
      const reason = limited ? limitedBy(candidates, id) : said;
      return { kind: 'untestable', reason, untested: choices.map((member) => untestedOf(id, member)) };
    }
    // Behind the first tier, a choice that cannot be told from its tier's first is still shown to be worse than the tier before.
    const isOut = (verdict: Verdict): boolean => tiers.length === 0 && isUntested(verdict);
    untested.push(...judged.filter(({ verdict }) => isOut(verdict)).map(({ member }) => untestedOf(id, member)));
    const entry = (member: Member, verdict: Verdict | null): TierEntry => ({
      caseId: member.caseId,
      name: member.name,
      verdict,
      toLeader: tiers.length > 0 && leader !== undefined ? verdictOn(member, leader) : null,
      topShare: shares.get(member) ?? null,
    });
    const beside = judged.filter(({ verdict }) => !isOut(verdict) && verdict.word !== 'worse');
    tiers.push([entry(first, null), ...beside.map(({ member, verdict }) => entry(member, verdict))]);
    rest = judged.filter(({ verdict }) => verdict.word === 'worse').map(({ member }) => member);
  }
  const [top = []] = tiers;
  const leaders = candidates.filter(({ caseId }) => top.some((entry) => entry.caseId === caseId));
  return { kind: 'tiered', tiers, apart: toldApart(leaders, columns), untested };
}

/** Columns in which some leaders are shown to be worse than the best of them. */
function toldApart(leaders: readonly Member[], { others, rule, judged }: Others): Apart[] {
  return others.flatMap((id): Apart[] => {
    const { barrier } = rule(id);
    const [best, ...rivals] = leaders.filter((member) => isTestable(id, member)).toSorted(bestFirst(id));
    if (best === undefined || barrier !== null) return [];
    const comparisons = Math.max(1, rivals.length);
    const { best: bestOfAll, cells } = judged[id];
    const verdictOn = (member: Member): Verdict => {
      const cell = cells.get(member.caseId);
      const known = bestOfAll === best.caseId && cell?.state === 'shown' ? cell.practical : null;
      return known ?? judgePractically(id, member, best, { ...rule(id), comparisons });
    };
    const behind = rivals.filter((member) => verdictOn(member).word === 'worse');
    return behind.length === 0 ? [] : [{ metric: id, behind: behind.map(({ name }) => name) }];
  });
}

/** Reason why no choice can be tested; even valid trials have no latency if no message arrived. */
function untestableFor(id: MetricId, choices: readonly Member[]): string {
  if (choices.length === 0) return 'only the floor was measured, and it is no choice';
  const enough = choices.some(({ validTrials }) => validTrials >= MIN_TRIALS);
  return `no choice has ${enough ? `a ${metric(id).name} in ` : ''}${MIN_TRIALS} valid trials`;
}

const untestedOf = (id: MetricId, { name, readings, validTrials, trials }: Member): Untested => ({
  name,
  validTrials,
  trials: trials.length,
  bounded: readings[id].bounded > 0,
});

/** True if a verdict makes no claim, so that the choice is in no tier. */
const isUntested = ({ word }: Verdict): boolean => word === 'not testable' || word === 'not supported';

/** Share of resamples in which each choice is within the band of the best. */
function topShares(
  id: MetricId,
  candidates: readonly Member[],
  { band, absolute, bootstrap }: TierRule,
): Map<Member, number> {
  // The distance to a lower bound says nothing about the distance to the true figure.
  if (candidates.some(({ readings }) => readings[id].bounded > 0)) return new Map();
  const samples = candidates.map(({ readings }) => readings[id].sample);
  const blocks = commonBlocks(samples);
  // If rejected trials leave too few common blocks, each choice is resampled from its own.
  const own = blocks.length < MIN_TRIALS;
  const medians = samples.map((sample) => bootstrap.medians(sample, own ? [...sample.keys()] : blocks));
  const tops = candidates.map(() => 0);
  const isTop =
    metric(id).best === 'less'
      ? (value: number, best: number) => value <= Math.max(best * (1 + band), best + absolute)
      : (value: number, best: number) => value >= Math.min(best / (1 + band), best - absolute);
  const bestOf = metric(id).best === 'less' ? Math.min : Math.max;
  for (let resample = 0; resample < bootstrap.resamples; resample++) {
    const drawn = medians.map((values) => values[resample] ?? Number.NaN);
    const best = bestOf(...drawn);
    for (const [index, value] of drawn.entries()) if (isTop(value, best)) tops[index] = (tops[index] ?? 0) + 1;
  }
  return new Map(candidates.map((member, index) => [member, (tops[index] ?? 0) / bootstrap.resamples]));
}

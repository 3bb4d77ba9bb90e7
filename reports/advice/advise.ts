import { createBootstrap } from '../analysis/bootstrap.ts';
import { list } from '../analysis/format.ts';
import { limitsOf as coverageOf } from '../analysis/sentences.ts';
import type { Candidate } from './candidates.ts';
import { cellOf } from './cost.ts';
import { FACTS, factsOf } from './facts.ts';
import type { Advice, AdviceOptions, Answers, Measured, Option, Rating, Robustness } from './model.ts';
import { type Answer, conditionText, ratingOf } from './ratings.ts';
import { reasonsOf } from './reasons.ts';
import { robustnessOf } from './robustness.ts';
import { sensitivityOf } from './sensitivity.ts';
import { type Settled, settle } from './settle.ts';
import { tieBreakerOf } from './tie-breaker.ts';

/** Below this share of draws the first is not called the answer. */
const ENOUGH = 0.7;

/**
 * What a project with these answers would do well to use, as far as a run can tell. Pure: the same run, answers and seed give
 * the same advice.
 */
export function advise(measured: Measured, answers: Answers, options: Partial<AdviceOptions> = {}): Advice {
  const { seed, draws } = { seed: measured.results.plan.seed, draws: 10_000, ...options };
  const settled = settle(measured, answers);
  const { pool, basis, readings, unjudged } = settled;
  const { groups, status, warnings } = measured.analysis;
  const stop = blockedBy(measured);
  const names = pool.map(({ name }) => name);
  const robustness = stop === null ? robustnessOf(names, readings, groups, { seed, draws }) : null;
  const answer = stop ?? answerOf(settled, robustness, answers);
  const recommends = !['none', 'outside', 'blocked'].includes(answer.outcome);
  return {
    run: { id: measured.results.id, startedAt: measured.results.startedAt, status: status.label },
    answers,
    ...answer,
    tieBreaker: answer.outcome === 'toss-up' ? tieBreakerOf(settled, answer.recommended, answers, measured) : null,
    load: { text: basis.text, group: basis.state === 'measured' ? basis.group.id : null },
    notCovered: basis.state === 'measured' ? (coverageOf([basis.group])[0] ?? null) : null,
    criteria: readings.map(({ logs: _, ...use }) => use),
    options: optionsOf(settled, answer, measured, answers),
    unjudged,
    unmeasured: unmeasuredBy(measured, answers),
    robustness: recommends ? robustness : null,
    sensitivity: stop === null ? sensitivityOf(measured, answers, settled) : { weight: null, next: null, needs: [] },
    warnings: [
      ...('consequence' in status ? [status.consequence] : []),
      ...(recommends ? limitsOf(settled) : []),
      ...warnings.map(({ text }) => text),
    ],
  };
}

/** Runs that no choice can be made by. */
function blockedBy({ results, analysis }: Measured): Answer | null {
  const blocked = (heading: string): Answer => ({ outcome: 'blocked', heading, recommended: [] });
  if (results.plan.aa === true) {
    return blocked('No advice: this run measures every transport against itself, to see what noise looks like.');
  }
  if (analysis.status.kind === 'invalid') return blocked('No advice: the run is invalid.');
  return null;
}

function answerOf(
  { basis, pool, standing, candidates }: Settled,
  robustness: Robustness | null,
  { needs }: Answers,
): Answer {
  const none = (outcome: 'outside' | 'none', heading: string): Answer => ({ outcome, heading, recommended: [] });
  if (basis.state === 'outside') return none('outside', 'No advice: the load is outside the measured range.');
  if (basis.state === 'none') return none('none', 'No advice: nothing like it was measured.');
  const [leader, next] = pool;
  if (leader === undefined) {
    if (standing.some(({ row }) => row.validTrials > 0)) {
      return none('none', 'No advice: nothing that has a weight was measured.');
    }
    return none('none', `No measured transport ${needs.length > 0 ? 'meets the needs' : 'can be judged'}.`);
  }
  const conditional = leader.conditions.length > 0;
  const onlyIf = conditional ? `, only if ${conditionText(leader)}` : '';
  if (next === undefined) {
    const alone = conditional || candidates.filter(({ barred }) => barred === null).length === 1;
    const heading = `Use ${leader.name}${onlyIf}: nothing else that was measured meets the needs${alone ? '' : ' without conditions'}.`;
    return { outcome: conditional ? 'only if' : 'use', heading, recommended: [leader.name] };
  }
  if (robustness === null) {
    const heading = `No verdict, too few trials: least cost on these medians has ${leader.name}, then ${next.name}.`;
    return { outcome: 'quick look', heading, recommended: [leader.name] };
  }
  const top = leadersOf(robustness);
  if (top.length > 1) {
    return { outcome: 'toss-up', heading: `Toss-up: ${list(top, 'or')}`, recommended: top };
  }
  const [winner = leader.name] = top;
  const first = pool.find(({ name }) => name === winner) ?? leader;
  return conditional
    ? { outcome: 'only if', heading: `Use ${winner}, only if ${conditionText(first)}.`, recommended: [winner] }
    : { outcome: 'use', heading: `Use ${winner}.`, recommended: [winner] };
}

/** Who comes first in enough of the draws: one, or as many as it takes together. */
function leadersOf({ both }: Robustness): string[] {
  let sum = 0;
  return both.flatMap(({ name, share: won }) => {
    if (sum >= ENOUGH) return [];
    sum += won;
    return [name];
  });
}

/** Best first: as rated, then by cost; what is ruled out stays visible. */
function optionsOf(settled: Settled, answer: Answer, measured: Measured, answers: Answers): Option[] {
  const { candidates, costs, pool, readings, unjudged } = settled;
  const { groups, options: judging } = measured.analysis;
  const bootstrap = createBootstrap(judging.seed, judging.resamples);
  const least = costs.get(answer.recommended[0] ?? pool[0]?.name ?? '') ?? null;
  const leader = candidates.find(({ name }) => name === (answer.recommended[0] ?? pool[0]?.name));
  const silent = ['none', 'outside', 'blocked'].includes(answer.outcome);
  const options = candidates
    .filter(({ name, barred }) => barred !== null || !unjudged.some((one) => one.name === name))
    .map((candidate): Option => {
      const { name, title, needs } = candidate;
      const cost = costs.get(name);
      const fit = cost === undefined || least === null || silent ? null : Math.exp(cost - least);
      const cells = fit === null ? [] : readings.map((one) => cellOf(candidate, one, groups, answers.objective));
      return {
        name,
        title,
        ...ratingOf(candidate, fit, { leader, answer, answers, measured }),
        fit,
        needs,
        reasons:
          fit === null ? [] : reasonsOf(candidate, settled, { groups, bootstrap }, answer.recommended.includes(name)),
        cells,
      };
    });
  const order: readonly (Rating | null)[] = ['Use', 'Consider', 'Only if', null, 'Avoid'];
  return options.toSorted(
    (a, b) =>
      order.indexOf(a.rating) - order.indexOf(b.rating) ||
      (a.fit ?? Number.MAX_VALUE) - (b.fit ?? Number.MAX_VALUE) ||
      (a.name < b.name ? -1 : 1),
  );
}

/** Families that this run has no case of, by the facts alone. */
function unmeasuredBy({ results }: Measured, { needs }: Answers): Advice['unmeasured'] {
  return Object.entries(FACTS).flatMap(([id, { title, variants = {} }]) => {
    if (results.transports.some((one) => one.id === id)) return [];
    const forms = [null, ...Object.keys(variants)].map((variant) => {
      const facts = factsOf(id, variant);
      const cells = facts === undefined ? [] : needs.map((need) => facts[need]);
      const name = variant === null ? id : `${id}:${variant}`;
      const conditions = cells.filter(({ value }) => value !== 'yes').map(({ note }) => note);
      return { name, title, conditions, passes: cells.every(({ value }) => value !== 'no') };
    });
    // The plain form speaks for its variants, unless it is only one of those that passes, or passes without conditions.
    const best = forms.filter(({ passes }) => passes).toSorted((a, b) => a.conditions.length - b.conditions.length)[0];
    return best === undefined ? [] : [{ name: best.name, title: best.title, conditions: best.conditions }];
  });
}

/** What the figures that count do not say of themselves. */
function limitsOf({ readings, pool, basis }: Settled): string[] {
  const dropped = readings.filter((one) => one.dropped !== null);
  const bounded = basis.state === 'measured' && basis.throughput !== null ? boundedIn(basis.throughput.rows, pool) : [];
  const throughput = readings.some(({ id, dropped: why }) => id === 'throughput' && why === null);
  const shallow = readings.some(({ metric, dropped: why }) => metric === 'p50' && why === null);
  return [
    ...(shallow ? ['tail latency: judged by p50, for too few samples of some lie beyond their p99.'] : []),
    ...dropped.map(({ name, dropped: why }) => `${name}: ${why}. Its weight is shared among the others.`),
    ...(throughput && bounded.length > 0
      ? [`${list(bounded, 'and')} may hold more: the load generator set the limit there.`]
      : []),
  ];
}

function boundedIn(
  rows: Extract<Settled['basis'], { state: 'measured' }>['group']['rows'],
  pool: readonly Candidate[],
): string[] {
  return rows
    .filter(({ name, cells }) => {
      const { capacity } = cells;
      return pool.some((one) => one.name === name) && capacity.state === 'shown' && capacity.bounded > 0;
    })
    .map(({ name }) => name);
}

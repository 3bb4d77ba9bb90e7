import { limitsOf as coverageOf } from '../analysis/sentences.ts';
import { adviceOn, shapeOf } from '../kinds/lookup.ts';
import { countOf, list } from '../model/format.ts';
import type { Group } from '../model/model.ts';
import { createBootstrap } from '../stats/bootstrap.ts';
import type { Candidate } from './candidates.ts';
import { cellOf } from './cost.ts';
import { FACTS, factsOf } from './facts/index.ts';
import type { Advice, AdviceOptions, Answers, Measured, NeedCell, Option, Rating, Robustness } from './model.ts';
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
  const { id, startedAt } = measured.results;
  const stop = blockedBy(measured);
  const names = pool.map(({ name }) => name);
  // Where one is alone, there is nothing to be sure or unsure of.
  const robustness = stop === null && names.length > 1 ? robustnessOf(names, readings, groups, { seed, draws }) : null;
  const unmeasured = unmeasuredBy(measured, settled, answers);
  const answer = stop ?? answerOf(settled, robustness, answers, factsAlone(settled, unmeasured));
  const recommends = !['none', 'outside', 'blocked'].includes(answer.outcome);
  return {
    run: { id, startedAt, status: status.label, machine: machineOf(measured) },
    answers,
    ...answer,
    tieBreaker: answer.outcome === 'toss-up' ? tieBreakerOf(settled, answer.recommended, answers, measured) : null,
    load: { text: basis.text, group: basis.state === 'measured' ? basis.group.id : null },
    notCovered: basis.state === 'measured' ? (coverageOf([basis.group])[0] ?? null) : null,
    criteria: readings.map(({ logs: _, ...use }) => use),
    options: optionsOf(settled, answer, measured, answers),
    unjudged,
    unmeasured,
    measure: measureCommand(settled, unmeasured, answers),
    close: closeTo(settled, answer, measured),
    robustness: recommends ? robustness : null,
    sensitivity:
      stop === null
        ? sensitivityOf(measured, answers, { settled, recommended: answer.recommended })
        : { weight: null, next: null, needs: [], measuredAlone: null },
    warnings: [
      ...('consequence' in status ? [status.consequence] : []),
      ...(recommends || (stop === null && settled.standing.length > 0) ? limitsOf(settled) : []),
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
  settled: Settled,
  robustness: Robustness | null,
  { needs, objective }: Answers,
  byFacts: readonly string[],
): Answer {
  const { basis, pool, standing, candidates } = settled;
  const none = (outcome: 'outside' | 'none', heading: string): Answer => ({ outcome, heading, recommended: [] });
  if (basis.state === 'outside') return none('outside', 'No advice: the load is outside the measured range.');
  if (basis.state === 'none') return none('none', 'No advice: nothing like it was measured.');
  const asked = [...(needs.length > 0 ? ['the needs'] : []), ...(objective === null ? [] : ['the objective'])];
  const [leader, next] = pool;
  if (leader === undefined) {
    if (standing.some(({ row }) => row.validTrials > 0)) {
      return none('none', 'No advice: nothing that has a weight was measured.');
    }
    if (candidates.length === 0) return none('none', 'No measured transport can be judged.');
    const lacking = asked.length === 0 ? 'can be judged' : `meets ${list(asked, 'and')}`;
    // By the facts alone nobody meets an objective.
    const wouldDo = needs.length === 0 || objective !== null ? '' : wouldDoText(byFacts);
    return none('none', `No measured transport ${lacking}.${wouldDo}`);
  }
  const conditional = leader.conditions.length > 0;
  const onlyIf = conditional ? `, only if ${conditionText(leader)}` : '';
  if (next === undefined) {
    if (candidates.length === 1) return none('none', `No advice: ${leader.name} is all there is to judge.`);
    const heading = `Use ${leader.name}${onlyIf}: nothing else that was measured ${lackOf(settled, asked)}.`;
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

function wouldDoText(names: readonly string[]): string {
  if (names.length === 0) return '';
  const who = names.length <= MAX_NAMED ? list(names, 'or') : `${list(names.slice(0, MAX_NAMED), 'or')}, and others,`;
  return ` By the facts alone ${who} would.`;
}

/** In a heading; all of them stand in a list. */
const MAX_NAMED = 3;

/** What the others lack beside the one that is left. */
function lackOf({ pool, standing, costs, candidates }: Settled, asked: readonly string[]): string {
  if (standing.some(({ name }) => !costs.has(name))) return 'could be judged';
  const meets = asked.length === 0 ? 'can be used' : `meets ${list(asked, 'and')}`;
  const free = pool.every(({ conditions }) => conditions.length === 0);
  const passing = candidates.filter(({ barred }) => barred === null).length;
  return free && passing > 1 ? `${meets} without conditions` : meets;
}

/** Who comes first in enough of the draws: one, or as many as it takes together, and whoever is level with the last of them. */
function leadersOf({ both }: Robustness): string[] {
  let sum = 0;
  let last = 1;
  return both.flatMap(({ name, share: won }) => {
    if (sum >= ENOUGH && won < last - LEVEL) return [];
    sum += won;
    last = won;
    return [name];
  });
}

/** Shares this near are one and the same. */
const LEVEL = 1e-9;

function closeTo({ pool, costs }: Settled, { outcome, recommended }: Answer, { analysis }: Measured): Advice['close'] {
  const { timeBand: band } = analysis.options;
  const least = costs.get(recommended[0] ?? '');
  if (least === undefined || (outcome !== 'use' && outcome !== 'only if')) return { names: [], band };
  const near = pool.filter(
    ({ name }) =>
      !recommended.includes(name) && (costs.get(name) ?? Number.POSITIVE_INFINITY) - least <= Math.log1p(band),
  );
  return { names: near.map(({ name }) => name), band };
}

const machineOf = ({ results: { environment } }: Measured): string =>
  [
    environment.cpu,
    countOf(environment.cores, 'core'),
    `${environment.platform} ${environment.kernel}`,
    `Node ${environment.node}`,
  ].join(', ');

/** Best first: as rated, then by cost; what is ruled out stays visible. */
function optionsOf(settled: Settled, answer: Answer, measured: Measured, answers: Answers): Option[] {
  const { candidates, costs, pool, readings, unjudged } = settled;
  const { groups, options: judging } = measured.analysis;
  const bootstrap = createBootstrap(judging.seed, judging.resamples);
  const first = answer.recommended.length > 0 ? answer.recommended : pool.slice(0, 1).map(({ name }) => name);
  const firstCosts = first.flatMap((name) => costs.get(name) ?? []);
  const least = firstCosts.length === 0 ? null : Math.min(...firstCosts);
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
        transport: candidate.row.transport,
        title,
        ...ratingOf(candidate, fit, {
          leader,
          answer,
          answers,
          measured,
          cheaper: candidates.filter(
            (other) => (costs.get(other.name) ?? Number.POSITIVE_INFINITY) < (cost ?? 0) - LEVEL,
          ),
          alone: costs.size === 1,
        }),
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

/** By the facts alone: families that this run has no case of, and forms of those that fail the needs as they were measured. */
function unmeasuredBy({ results }: Measured, { candidates }: Settled, { needs }: Answers): Advice['unmeasured'] {
  return Object.entries(FACTS).flatMap(([id, { title, variants = {} }]) => {
    const built = results.transports.filter((one) => one.id === id);
    const own = candidates.filter(({ row }) => row.transport === id);
    // What fails by its figures alone would be no better in another form.
    const lacks = own.length > 0 && own.every(({ barred, otherForm }) => otherForm || isNeed(barred));
    if (built.length > 0 && !lacks) return [];
    const forms = [null, ...Object.keys(variants)].flatMap((variant) => {
      if (built.some((one) => one.variant === variant)) return [];
      const facts = factsOf(id, variant);
      const cells = facts === undefined ? [] : needs.map((need) => facts[need]);
      const conditions = cells.filter(({ value }) => value !== 'yes').map(({ note }) => note);
      const form = { name: variant === null ? id : `${id}:${variant}`, title, conditions };
      // A form with a name stands for itself.
      const fails = cells.some(
        ({ value, form: other }) => value === 'no' || (value === 'other form' && other !== undefined),
      );
      return fails || (built.length > 0 && cells.some(({ value }) => value === 'other form')) ? [] : [form];
    });
    // The plain form speaks for its variants, unless it is only one of those that passes, or passes without conditions.
    return forms.toSorted((a, b) => a.conditions.length - b.conditions.length).slice(0, 1);
  });
}

const isNeed = (cell: NeedCell | null): boolean => cell !== null && cell.need !== 'objective';

/** Who meets the needs by the facts: what was not measured, and what was measured in another form and has no name for that one. */
function factsAlone({ candidates }: Settled, unmeasured: Advice['unmeasured']): string[] {
  const named = unmeasured.map(({ name }) => name);
  const unnamed = candidates.filter(
    ({ row, barred, otherForm }) =>
      otherForm && barred === null && !named.some((name) => name.split(':')[0] === row.transport),
  );
  return [...unnamed.map(({ name }) => `${name} in another form`), ...named];
}

/** Beside those in question, for only what stands in one run is compared. */
function measureCommand(
  { basis, candidates }: Settled,
  unmeasured: Advice['unmeasured'],
  { needs, load: wanted }: Answers,
): string | null {
  if (unmeasured.length === 0) return null;
  const able = candidates.filter(({ barred, otherForm }) => barred === null && !otherForm).map(({ row }) => row.flag);
  const names = [...new Set([...able, ...unmeasured.map(({ name }) => name)])];
  const load = basis.state === 'measured' ? judgedLoad(basis.group.question) : wantedLoad(wanted);
  return [
    `npm run bench -- --transports ${names.join(',')}`,
    ...Object.entries(load).flatMap(([flag, value]) => (value === null ? [] : [`--${flag} ${value}`])),
    ...(needs.includes('binary') ? ['--encoding binary'] : []),
  ].join(' ');
}

const judgedLoad = ({ scenario, clients, rate, size, kind }: Group['question']) =>
  shapeOf({ kind }).advice?.need === 'traffic'
    ? { scenarios: scenario, clients, rate, size }
    : { scenarios: scenario, clients };

const wantedLoad = ({ scenario, preferred, clients, rate, size }: Answers['load']) =>
  rate === 0
    ? { scenarios: adviceOn('silence').scenarios, clients }
    : { scenarios: scenario ?? preferred, clients, rate, size };

/** What the figures that count do not say of themselves. */
function limitsOf({ readings, pool, basis }: Settled): string[] {
  const dropped = readings.filter((one) => one.dropped !== null);
  const bounded = basis.state === 'measured' && basis.throughput !== null ? boundedIn(basis.throughput.rows, pool) : [];
  const throughput = readings.some(({ id, dropped: why }) => id === 'throughput' && why === null);
  const shallow = readings.some(({ metric, dropped: why }) => metric === 'p50' && why === null);
  return [
    ...(shallow ? ['tail latency: judged by p50, for too few samples of some lie beyond their p99.'] : []),
    ...dropped.map(({ id, name, dropped: why }) => {
      const how =
        id === 'throughput'
          ? ` (npm run bench -- --scenarios ${adviceOn('traffic').scenarios},${adviceOn('throughput').scenarios} measures it)`
          : '';
      return `${name}: ${why}${how}. Its weight is shared among the others.`;
    }),
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

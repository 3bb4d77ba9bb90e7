import { limitsOf as coverageOf } from '../analysis/sentences.ts';
import { adviceOn, shapeOf } from '../kinds/lookup.ts';
import { countOf, list } from '../model/format.ts';
import type { Group } from '../model/model.ts';
import { createBootstrap } from '../stats/bootstrap.ts';
import type { Candidate } from './candidates.ts';
import { cellOf } from './cost.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { FACTS, factsOf } from './facts/index.ts';
import type { Advice, AdviceOptions, Answers, Measured, NeedCell, Option, Rating, Robustness } from './model.ts';
import { type Answer, conditionText, ratingOf } from './ratings.ts';
import { reasonsOf } from './reasons.ts';
import { robustnessOf } from './robustness.ts';
import { sensitivityOf } from './sensitivity.ts';
import { tieBreakerOf } from './tie-breaker.ts';

/** Share of draws that the leaders must win together. */
const MIN_SHARE = 0.7;

/**
 * Advises which transport to use, given a run and the answers of a project. The function is pure: the same run, answers and seed give
 * the same advice.
 */
export function advise(measured: Measured, answers: Answers, options: Partial<AdviceOptions> = {}): Advice {
  const { seed, draws } = { seed: measured.results.plan.seed, draws: 10_000, ...options };
  const evaluation = evaluate(measured, answers);
  const { pool, matched, readings, unjudged } = evaluation;
  const { groups, status, warnings } = measured.analysis;
  const { id, startedAt } = measured.results;
  const stop = blockedBy(measured);
  const names = pool.map(({ name }) => name);
  // With a single candidate nothing is uncertain.
  const robustness = stop === null && names.length > 1 ? robustnessOf(names, readings, groups, { seed, draws }) : null;
  const unmeasured = unmeasuredBy(measured, evaluation, answers);
  const answer = stop ?? answerOf(evaluation, robustness, answers, factsAlone(evaluation, unmeasured));
  const recommends = !['none', 'outside', 'blocked'].includes(answer.outcome);
  return {
    run: { id, startedAt, status: status.label, machine: machineOf(measured) },
    answers,
    ...answer,
    tieBreaker: answer.outcome === 'toss-up' ? tieBreakerOf(evaluation, answer.recommended, answers, measured) : null,
    load: { text: matched.text, group: matched.state === 'measured' ? matched.group.id : null },
    notCovered: matched.state === 'measured' ? (coverageOf([matched.group])[0] ?? null) : null,
    criteria: readings.map(({ logs: _, ...use }) => use),
    options: optionsOf(evaluation, answer, measured, answers),
    unjudged,
    unmeasured,
    measure: measureCommand(evaluation, unmeasured, answers),
    close: closeTo(evaluation, answer, measured),
    robustness: recommends ? robustness : null,
    sensitivity:
      stop === null
        ? sensitivityOf(measured, answers, { evaluation, recommended: answer.recommended })
        : { weight: null, next: null, needs: [], measuredAlone: null },
    warnings: [
      ...('consequence' in status ? [status.consequence] : []),
      ...(recommends || (stop === null && evaluation.standing.length > 0) ? limitsOf(evaluation) : []),
      ...warnings.map(({ text }) => text),
    ],
  };
}

/** Reason why a run cannot support any advice; null if it can. */
function blockedBy({ results, analysis }: Measured): Answer | null {
  const blocked = (heading: string): Answer => ({ outcome: 'blocked', heading, recommended: [] });
  if (results.plan.aa === true) {
    return blocked(
      'No advice: this run compares every transport with itself to show its noise, so no transport can be chosen from it.',
    );
  }
  if (analysis.status.kind === 'invalid') return blocked('No advice: the run is invalid.');
  return null;
}

function answerOf(
  evaluation: Evaluation,
  robustness: Robustness | null,
  { needs, objective }: Answers,
  byFacts: readonly string[],
): Answer {
  const { matched, pool, standing, candidates } = evaluation;
  const none = (outcome: 'outside' | 'none', heading: string): Answer => ({ outcome, heading, recommended: [] });
  if (matched.state === 'outside') return none('outside', 'No advice: the load is outside the measured range.');
  if (matched.state === 'none') return none('none', 'No advice: the run measured no such load.');
  const asked = [...(needs.length > 0 ? ['the needs'] : []), ...(objective === null ? [] : ['the objective'])];
  const [leader, next] = pool;
  if (leader === undefined) {
    if (standing.some(({ row }) => row.validTrials > 0)) {
      return none('none', 'No advice: the run measured nothing that has a weight.');
    }
    if (candidates.length === 0) return none('none', 'No measured transport can be judged.');
    const lacking = asked.length === 0 ? 'can be judged' : `meets ${list(asked, 'and')}`;
    // Facts alone cannot show that an objective is met.
    const wouldDo = needs.length === 0 || objective !== null ? '' : wouldDoText(byFacts);
    return none('none', `No measured transport ${lacking}.${wouldDo}`);
  }
  const conditional = leader.conditions.length > 0;
  const onlyIf = conditional ? `, only if ${conditionText(leader)}` : '';
  if (next === undefined) {
    if (candidates.length === 1)
      return none('none', `No advice: ${leader.name} is the only transport that can be judged.`);
    const heading = `Use ${leader.name}${onlyIf}: no other measured transport ${lackOf(evaluation, asked)}.`;
    return { outcome: conditional ? 'only if' : 'use', heading, recommended: [leader.name] };
  }
  if (robustness === null) {
    const heading = `No verdict, because there are too few trials: by these medians ${leader.name} costs least, then ${next.name}.`;
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
  return ` By the facts alone, ${who} would.`;
}

/** Maximum number of names in a heading; the list below it has all of them. */
const MAX_NAMED = 3;

/** Completes “no other measured transport …”. */
function lackOf({ pool, standing, costs, candidates }: Evaluation, asked: readonly string[]): string {
  if (standing.some(({ name }) => !costs.has(name))) return 'could be judged';
  const meets = asked.length === 0 ? 'can be used' : `meets ${list(asked, 'and')}`;
  const free = pool.every(({ conditions }) => conditions.length === 0);
  const passing = candidates.filter(({ barred }) => barred === null).length;
  return free && passing > 1 ? `${meets} without conditions` : meets;
}

/** Names that win at least `MIN_SHARE` of the draws together: as few as possible, plus any that tie with the last of them. */
function leadersOf({ both }: Robustness): string[] {
  let sum = 0;
  let last = 1;
  return both.flatMap(({ name, share: won }) => {
    if (sum >= MIN_SHARE && won < last - TIE) return [];
    sum += won;
    last = won;
    return [name];
  });
}

/** Tolerance within which shares, or logarithms of costs, count as equal. */
const TIE = 1e-9;

function closeTo(
  { pool, costs }: Evaluation,
  { outcome, recommended }: Answer,
  { analysis }: Measured,
): Advice['close'] {
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

/** Options by rating, then by cost. Those ruled out come last and stay visible. */
function optionsOf(evaluation: Evaluation, answer: Answer, measured: Measured, answers: Answers): Option[] {
  const { candidates, costs, pool, readings, unjudged } = evaluation;
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
            (other) => (costs.get(other.name) ?? Number.POSITIVE_INFINITY) < (cost ?? 0) - TIE,
          ),
          alone: costs.size === 1,
        }),
        fit,
        needs,
        reasons:
          fit === null
            ? []
            : reasonsOf(candidate, evaluation, { groups, bootstrap }, answer.recommended.includes(name)),
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

/** Transports that meet the needs by the facts: those the run has no case of, and other forms of those that fail as measured. */
function unmeasuredBy({ results }: Measured, { candidates }: Evaluation, { needs }: Answers): Advice['unmeasured'] {
  return Object.entries(FACTS).flatMap(([id, { title, variants = {} }]) => {
    const built = results.transports.filter((one) => one.id === id);
    const own = candidates.filter(({ row }) => row.transport === id);
    // An option that fails only the objective would be no better in another form.
    const lacks = own.length > 0 && own.every(({ barred, otherForm }) => otherForm || isNeed(barred));
    if (built.length > 0 && !lacks) return [];
    const forms = [null, ...Object.keys(variants)].flatMap((variant) => {
      if (built.some((one) => one.variant === variant)) return [];
      const facts = factsOf(id, variant);
      const cells = facts === undefined ? [] : needs.map((need) => facts[need]);
      const conditions = cells.filter(({ value }) => value !== 'yes').map(({ note }) => note);
      const form = { name: variant === null ? id : `${id}:${variant}`, title, conditions };
      // Another form that has a name is an entry of its own.
      const fails = cells.some(
        ({ value, form: other }) => value === 'no' || (value === 'other form' && other !== undefined),
      );
      return fails || (built.length > 0 && cells.some(({ value }) => value === 'other form')) ? [] : [form];
    });
    // The form with the fewest conditions stands for the transport, the plain one if several have equally few.
    return forms.toSorted((a, b) => a.conditions.length - b.conditions.length).slice(0, 1);
  });
}

const isNeed = (cell: NeedCell | null): boolean => cell !== null && cell.need !== 'objective';

/** Names that meet the needs by the facts: the unmeasured ones, and measured ones whose other form has no name. */
function factsAlone({ candidates }: Evaluation, unmeasured: Advice['unmeasured']): string[] {
  const named = unmeasured.map(({ name }) => name);
  const unnamed = candidates.filter(
    ({ row, barred, otherForm }) =>
      otherForm && barred === null && !named.some((name) => name.split(':')[0] === row.transport),
  );
  return [...unnamed.map(({ name }) => `${name} in another form`), ...named];
}

/** Command that measures the unmeasured transports together with the remaining candidates: only cases of one run are compared. */
function measureCommand(
  { matched, candidates }: Evaluation,
  unmeasured: Advice['unmeasured'],
  { needs, load: wanted }: Answers,
): string | null {
  if (unmeasured.length === 0) return null;
  const able = candidates.filter(({ barred, otherForm }) => barred === null && !otherForm).map(({ row }) => row.flag);
  const names = [...new Set([...able, ...unmeasured.map(({ name }) => name)])];
  const load = matched.state === 'measured' ? judgedLoad(matched.group.question) : wantedLoad(wanted);
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

/** Limits of the figures that count, as warnings. */
function limitsOf({ readings, pool, matched }: Evaluation): string[] {
  const dropped = readings.filter((one) => one.dropped !== null);
  const bounded =
    matched.state === 'measured' && matched.throughput !== null ? boundedIn(matched.throughput.rows, pool) : [];
  const throughput = readings.some(({ id, dropped: why }) => id === 'throughput' && why === null);
  const shallow = readings.some(({ metric, dropped: why }) => metric === 'p50' && why === null);
  return [
    ...(shallow ? ['tail latency: judged by p50, because some cases have too few samples beyond p99.'] : []),
    ...dropped.map(({ id, name, dropped: why }) => {
      const how =
        id === 'throughput'
          ? ` (npm run bench -- --scenarios ${adviceOn('traffic').scenarios},${adviceOn('throughput').scenarios} measures it)`
          : '';
      return `${name}: ${why}${how}. Its weight is divided among the other criteria.`;
    }),
    ...(throughput && bounded.length > 0
      ? [`${list(bounded, 'and')} may sustain more: the load generator was the limit.`]
      : []),
  ];
}

function boundedIn(
  rows: Extract<Evaluation['matched'], { state: 'measured' }>['group']['rows'],
  pool: readonly Candidate[],
): string[] {
  return rows
    .filter(({ name, cells }) => {
      const { capacity } = cells;
      return pool.some((one) => one.name === name) && capacity.state === 'shown' && capacity.bounded > 0;
    })
    .map(({ name }) => name);
}

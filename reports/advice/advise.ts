import { limitsOf as coverageOf } from '../analysis/sentences.ts';
import { batchingNote } from '../kinds/batching.ts';
import { metric } from '../kinds/lookup.ts';
import { unusedText } from '../kinds/shared/server-share.ts';
import { cellFigure, countOf, list } from '../model/format.ts';
import type { Row } from '../model/model.ts';
import { createBootstrap } from '../stats/bootstrap.ts';
import type { Candidate } from './candidates.ts';
import { cellOf, type Reading } from './cost.ts';
import { type Evaluation, evaluate, lackingText } from './evaluate.ts';
import { FACTS, factsOf } from './facts/index.ts';
import { ELSEWHERE } from './facts/shape.ts';
import { fieldReasons, fieldUse } from './field.ts';
import { isUnmeasuredThroughput, measureCommand } from './measure-command.ts';
import type { Advice, AdviceOptions, Answers, Measured, NeedCell, Option, Rating, Robustness } from './model.ts';
import { type Answer, clausesOf, conditionText, ratingOf } from './ratings.ts';
import { reasonsOf } from './reasons.ts';
import { robustnessOf } from './robustness.ts';
import { sensitivityOf } from './sensitivity.ts';
import { tieBreakerOf } from './tie-breaker.ts';
import { withoutFigures } from './without-figures.ts';

/** Share of draws that the leaders must win together. */
const MIN_SHARE = 0.7;

/**
 * Advises which transport to use, given a run and the answers of a project. The function is pure: the same run, answers and seed give
 * the same advice.
 */
export function advise(measured: Measured, answers: Answers, options: Partial<AdviceOptions> = {}): Advice {
  const { seed, draws } = { seed: measured.results.plan.seed, draws: 10_000, ...options };
  const evaluation = evaluate(measured, answers);
  const { pool, matched, readings, unjudged, tested } = evaluation;
  const { groups, status, warnings } = measured.analysis;
  const { id, startedAt } = measured.results;
  const stop = blockedBy(measured);
  const names = pool.map(({ name }) => name);
  // With a single candidate nothing is uncertain.
  const drawn = stop === null && tested && names.length > 1;
  const robustness = drawn ? robustnessOf(names, readings, groups, { seed, draws }) : null;
  const unmeasured = unmeasuredBy(measured, evaluation, answers);
  const answer = stop ?? answerOf(evaluation, robustness, answers, factsAlone(evaluation, unmeasured));
  const recommends = !['none', 'outside', 'blocked'].includes(answer.outcome);
  return {
    run: { id, startedAt, status: status.label, machine: machineOf(measured) },
    answers,
    ...answer,
    tieBreaker: answer.outcome === 'toss-up' ? tieBreakerOf(evaluation, answer.recommended, answers, measured) : null,
    load: { text: matched.text, group: matched.state === 'measured' ? matched.group.id : null },
    field: fieldUse(evaluation.field, ableFlags(evaluation)),
    notCovered: matched.state === 'measured' ? (coverageOf([matched.group])[0] ?? null) : null,
    criteria: readings.map(({ logs: _, absolute, ...use }) => ({ ...use, absoluteBand: absolute })),
    options: optionsOf(evaluation, answer, measured, answers),
    unjudged,
    unmeasured,
    measure: stop === null ? measureCommand(evaluation, unmeasured, measured, answers) : null,
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

/** Flags of the transports that a further run should measure: those that are not ruled out, or else all. */
function ableFlags({ candidates, unknown }: Evaluation): string[] {
  const able = candidates.filter(({ barred, otherForm }) => !isNeed(barred) && !otherForm);
  return [
    ...new Set([
      ...(able.length > 0 ? able : candidates).map(({ row }) => row.flag),
      ...unknown.map(({ flag }) => flag),
    ]),
  ];
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
  answers: Answers,
  byFacts: readonly string[],
): Answer {
  const { needs, objective } = answers;
  const { matched, pool, standing, candidates, tested } = evaluation;
  const none = (outcome: 'none', heading: string): Answer => ({ outcome, heading, recommended: [] });
  if (matched.state !== 'measured') return withoutFigures(matched.state, evaluation, answers, wouldDoText(byFacts));
  const asked = [...(needs.length > 0 ? ['the needs'] : []), ...(objective === null ? [] : ['the objective'])];
  const [leader, next] = pool;
  if (leader === undefined) {
    if (standing.some(({ row }) => row.validTrials > 0)) {
      return none('none', 'No advice: the run measured nothing that has a weight.');
    }
    if (candidates.length === 0) return none('none', 'No measured transport can be judged.');
    const lacking = asked.length === 0 ? 'can be judged' : `meets ${list(asked, 'and')}`;
    // Facts alone cannot show that an objective is met where others missed it.
    const missed = candidates.some(({ barred }) => barred?.need === 'objective');
    const wouldDo = needs.length === 0 || missed ? '' : wouldDoText(byFacts);
    return none('none', `No measured transport ${lacking}.${wouldDo}`);
  }
  const missing = lackingText(evaluation);
  const conditional = leader.conditions.length > 0;
  const onlyIf = conditional ? `, ${conditionText(leader)}` : '';
  if (next === undefined) {
    if (candidates.length === 1)
      return none('none', `No advice: ${leader.name} is the only transport that can be judged.`);
    if (!tested) return tooFew(`${leader.name} is the only one left${missing}`, leader.name);
    const heading = `Use ${leader.name}${onlyIf}: no other measured transport ${lackOf(evaluation, asked)}${missing}.`;
    return { outcome: conditional ? 'only if' : 'use', heading, recommended: [leader.name] };
  }
  if (robustness === null) {
    return tooFew(`by these medians ${leader.name} costs least, then ${next.name}${missing}`, leader.name);
  }
  const top = leadersOf(robustness);
  if (top.length > 1) {
    return { outcome: 'toss-up', heading: `Toss-up: ${list(top, 'or')}`, recommended: top };
  }
  const [winner = leader.name] = top;
  const first = pool.find(({ name }) => name === winner) ?? leader;
  return conditional
    ? { outcome: 'only if', heading: `Use ${winner}, ${conditionText(first)}.`, recommended: [winner] }
    : { outcome: 'use', heading: `Use ${winner}.`, recommended: [winner] };
}

const tooFew = (what: string, leader: string): Answer => ({
  outcome: 'quick look',
  heading: `No verdict, because there are too few trials: ${what}.`,
  recommended: [leader],
});

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
            : [
                ...reasonsOf(candidate, evaluation, { groups, bootstrap }, answer.recommended.includes(name)),
                ...fieldReasons(name, evaluation.field, answers.objective),
              ],
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
      const elsewhere = cells.some(({ value }) => value === ELSEWHERE);
      const form = {
        name: variant === null ? id : `${id}:${variant}`,
        title,
        conditions: clausesOf(cells),
        measurable: !elsewhere,
      };
      // Another form that has a name is an entry of its own.
      const fails = cells.some(
        ({ value, form: other }) => value === 'no' || (value === ELSEWHERE && other !== undefined),
      );
      return fails || (built.length > 0 && elsewhere) ? [] : [form];
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
  return [...unnamed.map(({ name }) => `${name} in a form not measured here`), ...named];
}

/** Limits of the figures that count, as warnings. */
function limitsOf({ readings, pool, matched }: Evaluation): string[] {
  const dropped = readings.filter((one) => one.dropped !== null);
  const bounded =
    matched.state === 'measured' && matched.throughput !== null ? boundedIn(matched.throughput.rows, pool) : [];
  const throughput = readings.some(({ id, dropped: why }) => id === 'throughput' && why === null);
  const shallow = readings.some(({ metric, dropped: why }) => metric === 'p50' && why === null);
  return [
    ...(shallow ? ['tail latency: judged by p50, because some cases have too few samples beyond p99.'] : []),
    ...dropped.map((one) => {
      const how = isUnmeasuredThroughput(one) ? ' (the command that measures what is missing does)' : '';
      return `${one.name}: ${one.dropped}${how}. Its weight is divided among the other criteria.`;
    }),
    ...(throughput && bounded.length > 0
      ? [`throughput: at least, and no rank, because the load generator was the limit: ${bounded.join('; ')}.`]
      : []),
    ...batchingIn(readings, pool, matched),
  ];
}

/** Lower bounds of the rates of candidates, as text. */
function boundedIn(rows: readonly Row[], pool: readonly Candidate[]): string[] {
  return rows.flatMap((row) => {
    const { name, cells } = row;
    const isLimited = cells.capacity.state === 'shown' && cells.capacity.bounded > 0;
    if (!isLimited || !pool.some((one) => one.name === name)) return [];
    const used = unusedText(row);
    return [`${name} ${cellFigure(metric('capacity'), cells.capacity)} msg/s${used === null ? '' : ` (${used})`}`];
  });
}

/** Says which costs that count are shared by several messages, and at which rate. */
function batchingIn(
  readings: readonly Reading[],
  pool: readonly Candidate[],
  matched: Evaluation['matched'],
): string[] {
  const counts = readings.some(({ metric: id, dropped }) => dropped === null && id !== null && metric(id).perMessage);
  if (!counts || matched.state !== 'measured') return [];
  const names = pool.map(({ name }) => name);
  const rows = matched.group.rows.filter(({ name }) => names.includes(name));
  const note = batchingNote(rows, matched.group.question);
  return note === null ? [] : [note];
}

import { withoutReplaced } from '../../bench/results/reruns.ts';
import type { Results } from '../../bench/results/schema.ts';
import { readLimit } from '../../bench/results/time.ts';
import { batchingNote } from '../kinds/batching.ts';
import { hostsNote } from '../kinds/hosts.ts';
import {
  columnsOf,
  forEachMetric,
  isJudged,
  judgingOf,
  measuredMetric,
  metric,
  metricsOf,
  reportOf,
  shapeOf,
  titleOf,
} from '../kinds/lookup.ts';
import { type CaseGroup, groupCases, unsupportedIn } from '../model/group.ts';
import { objectiveIn } from '../model/in-time.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Analysis, AnalysisOptions, Cell, Group, Row } from '../model/model.ts';
import { createBootstrap } from '../stats/bootstrap.ts';
import { bandOf, bestFirst, type ColumnRule, judgeColumn } from './column.ts';
import { browserCosts } from './figures/costs/browser-cost.ts';
import { proxyCosts, stickyOutcomes } from './figures/costs/proxy-cost.ts';
import { runtimeCosts } from './figures/costs/runtime-cost.ts';
import { fieldAnswers } from './figures/field-answers.ts';
import { microViews } from './figures/micro.ts';
import { wireRows } from './figures/wire.ts';
import { judge } from './judge.ts';
import { readMember } from './member.ts';
import { absoluteBand } from './practical.ts';
import { preferenceOf } from './preference.ts';
import { sameTwiceOf, type Twin, twinsIn } from './same-twice.ts';
import { answerOf, certaintyOf, notCoveredBy, tieBreakOf } from './sentences.ts';
import { barrierTo, countTrials, statusOf } from './status.ts';
import { tiersOf } from './tiers.ts';
import { cautionsOf } from './trust/cautions.ts';
import { withoutOffTarget } from './trust/networks.ts';
import { type BelowFloor, warningsOf } from './trust/warnings.ts';

/** Analyses a run. Pure: the same results and options give the same analysis, to the last digit. */
export function analyse(run: Results, options: Partial<AnalysisOptions> = {}): Analysis {
  // Cases over a network that was off its target were never measured: they have a warning, and no question of their own.
  const results = withoutOffTarget(run);
  const settings = {
    timeBand: 0.05,
    byteBand: 0.02,
    resamples: 10_000,
    seed: results.plan.seed,
    objective: readLimit(results.plan.objective ?? '') ?? null,
    ...options,
    bands: { ...results.plan.band, ...options.bands },
  };
  const counts = countTrials(results);
  const judged = groupCases(results.cases, results).flatMap(groupJudge(results, run, settings, barrierTo(counts)));
  const groups = judged.map(({ group }) => group);
  const unfit = (results.environment.checks ?? []).filter(({ state }) => state === 'unfit');
  const warnings = warningsOf(run, unfit, [
    ...judged.map(({ group, belowFloor }) => ({ ...group, belowFloor })),
    ...unjudged(results),
  ]);
  return {
    options: settings,
    status: statusOf(results, counts, warnings.length),
    counts,
    groups,
    wire: wireRows(withoutReplaced(results)),
    micro: microViews(results, groups),
    sameTwice: results.plan.aa === true ? sameTwiceOf(judged.flatMap(({ twins }) => twins)) : null,
    unfit,
    cautions: cautionsOf(results.environment),
    warnings,
    field: fieldAnswers(run, groups),
  };
}

type Judged = { readonly group: Group; readonly belowFloor: readonly BelowFloor[]; readonly twins: readonly Twin[] };
type Rules = (of: MetricId) => ColumnRule;

function groupJudge(results: Results, run: Results, options: AnalysisOptions, runBarrier: string | null) {
  const bootstrap = createBootstrap(options.seed, options.resamples);
  return (caseGroup: CaseGroup): Judged[] => {
    const { id, question, cases } = caseGroup;
    const judging = judgingOf(shapeOf(question));
    if (judging === null) return [];
    const members = cases.map((one) => readMember(results, one));
    const layer = layerOf(caseGroup);
    const metrics = columnsOf(question);
    const primary = judging.primary(members, question);
    const isIncomparable = (of: MetricId): boolean => judging.incomparable.includes(of);
    const rule = (of: MetricId) => ({
      band: bandOf(metric(of), options),
      absolute: absoluteBand(of, question, options),
      bootstrap,
      barrier: runBarrier ?? barrierIn(of, layer),
      incomparable: isIncomparable(of),
    });
    const compared = metrics.filter((of) => !isIncomparable(of));
    const judgedColumns = forEachMetric((of) => judgeColumn(of, isHidden(of, question) ? [] : members, rule(of)));
    const rows = members
      .toSorted(choicesFirst(primary))
      .map((member) =>
        rowOf(
          member,
          (of) => judgedColumns[of].cells.get(member.caseId) ?? (isHidden(of, question) ? hiddenCell(of) : missingCell),
        ),
      );
    const columns = forEachMetric((of) => {
      const { cells: _, ...column } = judgedColumns[of];
      return column;
    });
    const others = compared.filter((of) => of !== primary);
    const tiers = tiersOf(primary, members, rule(primary), { others, rule, judged: judgedColumns });
    const title = titleOf(question);
    const inTime = metrics.includes('in-time') ? objectiveIn(results, question) : null;
    const facts = { question, rows, tiers, column: columns[primary], options };
    const group: Group = {
      id,
      question,
      title,
      rows,
      metrics,
      columns,
      primary,
      tiers,
      unsupported: unsupportedIn(results, caseGroup),
      layer,
      inTime,
      answer: answerOf(facts),
      tieBreak: tieBreakOf(facts),
      certainty: certaintyOf(facts),
      preference: preferenceOf({ question, rows, metrics, tiers, columns, primary }),
      notes: [
        ...reportOf(question).notes({ question, members, layer, inTime }),
        ...listed(hostsNote(cases)),
        ...listed(metrics.some((of) => metric(of).perMessage === true) ? batchingNote(rows, question) : null),
        ...runtimeCosts(cases, members, compared, rule),
      ],
      notCovered: notCoveredBy(run, layer, question),
      browserCosts: browserCosts(cases, members, compared, rule),
      proxyCosts: proxyCosts(cases, members, compared, rule),
      stickyOutcomes: stickyOutcomes(cases),
    };
    // Over a network with losses a transport that does not send again what was lost may well beat bare TCP.
    const bound = question.lossShare === undefined && judging.floorIsNoBound !== true;
    const belowFloor = bound ? belowFloorIn(members, compared, rule) : [];
    return [{ group, belowFloor, twins: twinsIn(title, members, compared, rule) }];
  };
}

const listed = (text: string | null): string[] => (text === null ? [] : [text]);

/** True for a figure of the kind that the question's tables have no column for. */
const isHidden = (of: MetricId, question: Group['question']): boolean =>
  metricsOf(question.kind).includes(of) && !columnsOf(question).includes(of);

const hiddenCell = (of: MetricId) =>
  ({ state: 'not shown', reason: measuredMetric(of).withoutColumn ?? 'a figure of cases over a network' }) as const;
const missingCell = { state: 'not shown', reason: 'no trial was run' } as const;

/** Reason why a group cannot be judged by a metric, or null. */
const barrierIn = (id: MetricId, layer: Group['layer']): string | null =>
  metric(id).band === 'bytes' && layer === 'mixed' ? 'bytes were counted at different layers' : null;

function rowOf(member: Member, cellOf: (id: MetricId) => Cell): Row {
  const { label, readings, ...rest } = member;
  return { ...rest, cells: forEachMetric(cellOf) };
}

const choicesFirst = (primary: MetricId) => (a: Member, b: Member) =>
  Number(a.floor) - Number(b.floor) || bestFirst(primary)(a, b);

function layerOf({ cases }: Pick<CaseGroup, 'cases'>): Group['layer'] {
  const layers = new Set(
    cases.flatMap(({ trials }) => trials.flatMap((trial) => (trial.state === 'valid' ? [trial.wire.layer] : []))),
  );
  const [first] = layers;
  return layers.size > 1 ? 'mixed' : (first ?? null);
}

/** Choices that are shown to be better than the floor by some metric. */
function belowFloorIn(members: readonly Member[], metrics: readonly MetricId[], rule: Rules): BelowFloor[] {
  const floors = members.filter(({ floor }) => floor);
  const choices = members.filter(({ floor }) => !floor);
  const comparisons = Math.max(1, choices.length);
  // Compression, or several messages in one packet, may take fewer bytes per message than bare TCP.
  const suspicious = metrics.filter((id) => metric(id).band !== 'bytes');
  return suspicious.flatMap((id) =>
    floors.flatMap((floor) =>
      choices.flatMap((choice) => {
        const verdict = judge(id, choice, floor, { ...rule(id), comparisons });
        if (verdict.word !== 'better') return [];
        const { title, best } = metric(id);
        return [
          { name: choice.name, floor: floor.name, how: `${title} ${best === 'less' ? 'below' : 'above'}`, verdict },
        ];
      }),
    ),
  );
}

/** Cases that are checked against formulas: they get no verdicts, but warnings about their trials. */
function unjudged(results: Results) {
  return groupCases(
    results.cases.filter((one) => !isJudged(one)),
    results,
  ).map(({ question, cases }) => ({
    title: titleOf(question),
    question,
    rows: cases.map((one) => rowOf(readMember(results, one), () => missingCell)),
    layer: layerOf({ cases }),
    belowFloor: [],
  }));
}

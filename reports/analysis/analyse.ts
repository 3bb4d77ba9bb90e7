import type { Results } from '../../bench/results/schema.ts';
import { forEachMetric, isJudged, judgingOf, metric, metricsOf, reportOf, shapeOf, titleOf } from '../kinds/lookup.ts';
import { type CaseGroup, groupCases, unsupportedIn } from '../model/group.ts';
import type { Member } from '../model/member.ts';
import type { MetricId } from '../model/metrics.ts';
import type { Analysis, AnalysisOptions, Cell, Group, Row } from '../model/model.ts';
import { createBootstrap } from '../stats/bootstrap.ts';
import { bandOf, bestFirst, type ColumnRule, judgeColumn } from './column.ts';
import { microViews } from './figures/micro.ts';
import { wireRows } from './figures/wire.ts';
import { judge } from './judge.ts';
import { readMember } from './member.ts';
import { preferenceOf } from './preference.ts';
import { sameTwiceOf, type Twin, twinsIn } from './same-twice.ts';
import { answerOf, certaintyOf, notCoveredBy, tieBreakOf } from './sentences.ts';
import { barrierTo, countTrials, statusOf } from './status.ts';
import { tiersOf } from './tiers.ts';
import { type BelowFloor, warningsOf } from './warnings.ts';

/** Analyses a run. Pure: the same results and options give the same analysis, to the last digit. */
export function analyse(results: Results, options: Partial<AnalysisOptions> = {}): Analysis {
  const settings = { timeBand: 0.05, byteBand: 0.02, resamples: 10_000, seed: results.plan.seed, ...options };
  const counts = countTrials(results);
  const judged = groupCases(results.cases).flatMap(groupJudge(results, settings, barrierTo(counts)));
  const groups = judged.map(({ group }) => group);
  const unfit = (results.environment.checks ?? []).filter(({ state }) => state === 'unfit');
  const warnings = warningsOf(results, unfit, [
    ...judged.map(({ group, belowFloor }) => ({ ...group, belowFloor })),
    ...unjudged(results),
  ]);
  return {
    options: settings,
    status: statusOf(results, counts, warnings.length),
    counts,
    groups,
    wire: wireRows(results),
    micro: microViews(results, groups),
    sameTwice: results.plan.aa === true ? sameTwiceOf(judged.flatMap(({ twins }) => twins)) : null,
    unfit,
    warnings,
  };
}

type Judged = { readonly group: Group; readonly belowFloor: readonly BelowFloor[]; readonly twins: readonly Twin[] };
type Rules = (of: MetricId) => ColumnRule;

function groupJudge(results: Results, options: AnalysisOptions, runBarrier: string | null) {
  const bootstrap = createBootstrap(options.seed, options.resamples);
  return (caseGroup: CaseGroup): Judged[] => {
    const { id, question, cases } = caseGroup;
    const judging = judgingOf(shapeOf(question));
    if (judging === null) return [];
    const members = cases.map((one) => readMember(results, one));
    const layer = layerOf(caseGroup);
    const metrics = metricsOf(question.kind);
    const primary = judging.primary(members);
    const isIncomparable = (of: MetricId): boolean => judging.incomparable.includes(of);
    const rule = (of: MetricId) => ({
      band: bandOf(metric(of), options),
      bootstrap,
      barrier: runBarrier ?? barrierIn(of, layer),
      incomparable: isIncomparable(of),
    });
    const compared = metrics.filter((of) => !isIncomparable(of));
    const judgedColumns = forEachMetric((of) => judgeColumn(of, members, rule(of)));
    const rows = members
      .toSorted(choicesFirst(primary))
      .map((member) => rowOf(member, (of) => judgedColumns[of].cells.get(member.caseId) ?? missingCell));
    const columns = forEachMetric((of) => {
      const { metric: definition, band, best } = judgedColumns[of];
      return { metric: definition, band, best };
    });
    const tiers = tiersOf(primary, members, rule(primary));
    const title = titleOf(question);
    const facts = { question, rows, metrics, tiers, metric: metric(primary), band: columns[primary].band, options };
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
      answer: answerOf(facts),
      tieBreak: tieBreakOf(facts),
      certainty: certaintyOf(facts),
      preference: preferenceOf({ rows, metrics, tiers, columns, primary }),
      notes: reportOf(question).notes({ question, members, layer }),
      notCovered: notCoveredBy(results.environment, layer, question),
    };
    const belowFloor = belowFloorIn(members, compared, rule);
    return [{ group, belowFloor, twins: twinsIn(title, members, compared, rule) }];
  };
}

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
  return groupCases(results.cases.filter((one) => !isJudged(one))).map(({ question, cases }) => ({
    title: titleOf(question),
    question,
    rows: cases.map((one) => rowOf(readMember(results, one), () => missingCell)),
    layer: layerOf({ cases }),
    belowFloor: [],
  }));
}

import type { Results } from '../../bench/results/schema.ts';
import { createBootstrap } from './bootstrap.ts';
import { bandOf, byMedian, isShown, isTestable, judgeColumn } from './column.ts';
import { decide } from './decide.ts';
import { type CaseGroup, groupCases, titleOf, unsupportedIn } from './group.ts';
import { type Member, readMember } from './member.ts';
import { forEachMetric, METRICS, type MetricId, metric } from './metrics.ts';
import type { Analysis, AnalysisOptions, Group, Row } from './model.ts';
import { answerOf, certaintyOf, notCoveredBy, tieBreakOf } from './sentences.ts';
import { barrierTo, countTrials, statusOf } from './status.ts';
import { tiersOf } from './tiers.ts';
import { type BelowFloor, warningsOf } from './warnings.ts';

/** Judges a run. Pure: the same results and options give the same analysis, to the last digit. */
export function analyse(results: Results, options: Partial<AnalysisOptions> = {}): Analysis {
  const settings = { timeBand: 0.05, byteBand: 0.02, resamples: 10_000, seed: results.plan.seed, ...options };
  const counts = countTrials(results);
  const judge = groupJudge(results, settings, barrierTo(counts));
  const judged = groupCases(results.cases).map(judge);
  const warnings = warningsOf(
    results,
    judged.map(({ group, belowFloor }) => ({ ...group, belowFloor })),
  );
  return {
    options: settings,
    status: statusOf(results, counts, warnings.length),
    counts,
    groups: judged.map(({ group }) => group),
    warnings,
  };
}

function groupJudge(results: Results, options: AnalysisOptions, runBarrier: string | null) {
  const bootstrap = createBootstrap(options.seed, options.resamples);
  return (caseGroup: CaseGroup): { group: Group; belowFloor: BelowFloor[] } => {
    const { id, question, cases } = caseGroup;
    const members = cases.map((one) => readMember(results, one));
    const layer = layerOf(caseGroup);
    const primary = primaryOf(members);
    const rule = (of: MetricId) => ({
      band: bandOf(metric(of), options),
      bootstrap,
      barrier: runBarrier ?? (of === 'bytes' && layer === 'mixed' ? 'bytes were counted at different layers' : null),
    });
    const judgedColumns = forEachMetric((of) => judgeColumn(of, members, rule(of)));
    const rows = members.toSorted(choicesFirst(primary)).map((member): Row => {
      const { caseId, name, transport, title, floor, curve, payload, trials, validTrials } = member;
      const cells = forEachMetric((of) => judgedColumns[of].cells.get(caseId) ?? missingCell);
      return { caseId, name, transport, title, floor, cells, curve, payload, trials, validTrials };
    });
    const columns = forEachMetric((of) => {
      const { metric: definition, band, best } = judgedColumns[of];
      return { metric: definition, band, best };
    });
    const tiers = tiersOf(primary, members, rule(primary));
    const title = titleOf(question);
    const facts = { title, rows, tiers, metric: metric(primary), band: columns[primary].band, options };
    const group: Group = {
      id,
      question,
      title,
      rows,
      columns,
      primary,
      tiers,
      unsupported: unsupportedIn(results, caseGroup),
      layer,
      answer: answerOf(facts),
      tieBreak: tieBreakOf(facts),
      certainty: certaintyOf(facts),
      notCovered: notCoveredBy(results.environment, layer, question.network),
    };
    return { group, belowFloor: belowFloorIn(members, rule) };
  };
}

const missingCell = { state: 'not shown', reason: 'no trial was run' } as const;

/** p99, unless some choice can be judged by p50 alone: a verdict must not leave out whom the percentile leaves out. */
function primaryOf(members: readonly Member[]): MetricId {
  const choices = members.filter(({ floor }) => !floor);
  const count = (id: MetricId) => ({
    seen: choices.filter((member) => isShown(id, member)).length,
    testable: choices.filter((member) => isTestable(id, member)).length,
  });
  const [p50, p99] = [count('p50'), count('p99')];
  return p99.seen > 0 && p99.seen >= p50.seen && p99.testable >= p50.testable ? 'p99' : 'p50';
}

const choicesFirst = (primary: MetricId) => (a: Member, b: Member) =>
  Number(a.floor) - Number(b.floor) || byMedian(primary)(a, b);

function layerOf({ cases }: CaseGroup): Group['layer'] {
  const layers = new Set(
    cases.flatMap(({ trials }) => trials.flatMap((trial) => (trial.state === 'valid' ? [trial.wire.layer] : []))),
  );
  const [first] = layers;
  return layers.size > 1 ? 'mixed' : (first ?? null);
}

/** Choices shown better than the floor in anything: “no figure beats the floor”. */
function belowFloorIn(
  members: readonly Member[],
  rule: (id: MetricId) => { band: number; bootstrap: ReturnType<typeof createBootstrap>; barrier: string | null },
): BelowFloor[] {
  const floors = members.filter(({ floor }) => floor);
  const choices = members.filter(({ floor }) => !floor);
  return METRICS.flatMap(({ id }) => {
    const { barrier, ...terms } = rule(id);
    if (barrier !== null) return [];
    return floors.flatMap((floor) =>
      choices.flatMap((choice) => {
        const verdict = decide(choice.readings[id].sample, floor.readings[id].sample, {
          ...terms,
          comparisons: choices.length,
        });
        if (verdict.word !== 'better') return [];
        return [{ name: choice.name, floor: floor.name, metric: metric(id).title, verdict }];
      }),
    );
  });
}

import { decodeTrial } from '../../../reports/analysis/decode.ts';
import { textOf } from '../../../reports/analysis/sentences.ts';
import { type JudgedThreshold, type Threshold, thresholdText } from '../../../reports/analysis/thresholds.ts';
import { viewTrial } from '../../../reports/analysis/trial-view.ts';
import { metricsOf } from '../../../reports/kinds/lookup.ts';
import type { Analysis } from '../../../reports/model/model.ts';
import { besideFields, type RunPlan } from '../../plan/plan.ts';
import { maxReruns } from '../../results/reruns.ts';
import type { Results } from '../../results/schema.ts';
import type { TestedNetwork } from '../../run/network/self-tests.ts';
import type { RunEvent } from '../../run/run.ts';
import type { ExitCode } from '../exit.ts';
import { totalSeconds } from '../networks/planned.ts';

/** Readers refuse a major version they do not know; within one, events and fields are only added. */
const EVENTS_SCHEMA = 'wirebench-events/1';

/** Writes the events of `--ndjson`, one line each. Base units: seconds, bytes, messages a second. */
export interface EventLog {
  plan(plan: RunPlan, thresholds: readonly Threshold[]): void;
  network(tested: TestedNetwork): void;
  run(event: RunEvent): void;
  end(end: {
    readonly results: Results;
    readonly analysis: Analysis;
    readonly thresholds: readonly JudgedThreshold[];
    readonly exitCode: ExitCode;
    /** Paths of the files; null for one that could not be written. */
    readonly files: { readonly results: string | null; readonly report: string | null };
  }): void;
}

/** @param now clock for the time of each event */
export function eventLog(write: (line: string) => void, now: () => Date = () => new Date()): EventLog {
  const say = (event: string, fields: object): void =>
    write(`${JSON.stringify({ schema: EVENTS_SCHEMA, event, time: now().toISOString(), ...fields })}\n`);
  return {
    plan(plan, thresholds) {
      const { cases, leftOut, options } = plan;
      const { seed, trials, warmupSeconds } = options;
      const estimatedSeconds = totalSeconds(plan);
      const rerunnable = maxReruns(cases.length * trials);
      const conditions = thresholds.map(({ text }) => text);
      const ids = cases.map(({ id }) => id);
      say('plan', {
        cases: ids,
        trials,
        seed,
        warmupSeconds,
        estimatedSeconds,
        maxReruns: rerunnable,
        leftOut,
        thresholds: conditions,
        ...besideFields(plan),
      });
    },
    network({ network, found, problems }) {
      say('network-tested', { network: network.id, found, offTarget: problems });
    },
    run(event) {
      if (event.event === 'trial-started') {
        say('trial-started', upcomingFields(event));
      }
      if (event.event === 'waiting') say('waiting', { ...upcomingFields(event), busyShare: event.busyShare });
      if (event.event === 'trial-ended') say('trial-ended', trialFields(event));
      if (event.event === 'started') {
        const { id, startedAt, environment } = event.results;
        say('run-started', { id, startedAt, environment });
      }
      if (event.event === 'ended') {
        const { id, state, finishedAt } = event.results;
        say('run-ended', { id, state, finishedAt });
      }
    },
    end({ results, analysis, thresholds, exitCode, files }) {
      for (const { threshold, ...rest } of thresholds) {
        const { caseId, outcome } = rest;
        const { metric, limit, operator, text } = threshold;
        const { figure } = thresholdText({ threshold, ...rest });
        const median = 'median' in rest ? rest.median : null;
        say('threshold', { condition: text, case: caseId, metric, operator, limit, outcome, median, figure });
      }
      for (const { title, answer, certainty } of analysis.groups) {
        say('answer', { question: title, answer: textOf(answer), certainty: textOf(certainty) });
      }
      for (const { text, action } of analysis.warnings) say('warning', { text, action });
      const { status, counts } = analysis;
      say('ended', { id: results.id, state: results.state, status: status.label, trials: counts, exitCode, files });
    },
  };
}

const upcomingFields = ({
  planned,
  block,
  order,
  replaces,
}: Extract<RunEvent, { event: 'trial-started' | 'waiting' }>) => ({
  case: planned.id,
  block,
  order,
  ...(replaces === undefined ? {} : { replaces }),
});

/** Fields of a trial, with its figures in base units; a figure that reports do not show, as all of a trial that is not valid, is null. */
function trialFields({ planned, trial, again, results }: Extract<RunEvent, { event: 'trial-ended' }>) {
  const known = {
    case: planned.id,
    block: trial.block,
    order: trial.order,
    state: trial.state,
    reasons: trial.reasons,
    broken: trial.broken ?? [],
    ...(trial.replaces === undefined ? {} : { replaces: trial.replaces }),
    ...(again ? { again } : {}),
  };
  const one = results.cases.find(({ id }) => id === planned.id);
  if (trial.state === 'failed' || one === undefined) return known;
  const view = viewTrial(results, one, trial, decodeTrial(trial));
  if (view.state === 'failed') return known;
  const figures = metricsOf(planned.scenario.kind.id).map((id) => {
    const value = view.values[id];
    return [id, value.shown && trial.state === 'valid' ? value.value : null] as const;
  });
  const bounds = view.lowerBounds.length === 0 ? {} : { lowerBounds: view.lowerBounds };
  return {
    ...known,
    seconds: trial.seconds,
    messages: trial.messages,
    figures: Object.fromEntries(figures),
    ...bounds,
  };
}
